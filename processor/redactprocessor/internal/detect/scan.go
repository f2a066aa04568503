// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

// maxNesting is how many encodings (base64, hex, percent, \u) of one text within another are opened. Real data has
// one or two; more is an attempt to make work.
const maxNesting = 3

// Scanner looks through texts with a Set. It belongs to one goroutine at a time, and keeps its buffers between texts.
type Scanner struct {
	set   *Set
	rules *vendorIndex
	text  string
	found
	longRun int // end of the run of token characters that was looked at last
	encoded int // characters that may hide something were seen before this position; 0 none
	nesting int
	scan    uint32 // number of the text
	memories
	num number
	seen
	options options
	json    jsonState
	inner   *Scanner // for what is found encoded in the text
	view    view
}

// found is what was found in a text so far.
type found struct {
	changed  []Span // what the text is read around, when it is not read as a whole
	findings []Finding
	own      int       // how many of them are of the text as it stands, and not of its view
	spare    []Finding // the next buffer
}

// judgements are what keys announce and what values are, wherever they stand: a text and what is encoded in it have them in
// common.
type judgements struct {
	identifies Identifies
	keys       keyCache
	verdicts
}

// memories keep the ends of long runs, so that no byte is read again and again.
type memories struct {
	*judgements
	judged  judged
	empty   emptied
	memos   [memoSlots]memo
	bares   memo // of values without quotes
	queried memo // of those in URLs
	passes  memo // of those in files of passwords
	bearers memo // of what follows "Bearer"
	drivers memo // of what stands before "@tcp("
	wide    memo // of tokens that were looked at with the word before them
	closed  closed
	// maskNames are names of detectors in masks that were read.
	maskNames [maskSlots]string
}

// seen is what a text was found to hold so far.
type seen struct {
	lineSeen  int // lines for the keys that take a whole line
	manifests int // how many manifests of Kubernetes there were
	tableEnd  int // up to where a table was read
	ruleEnd   int // up to where lines were looked at that may be the rule of one
	listed    listedCommand
	secretEnd int // up to where the data of Secrets was masked
	leavesEnd int // up to where the strings under a common word were judged
	linkEnd   int // of the path that was looked through last
	keyTypes  nearby
	members   [len(secretMembers)]nearby
	variables nearby
	logins    nearby
	responses nearby
	whole     wholeText
}

// Scan returns what the text holds, in order and without overlaps. The result is valid until the next call.
func (sc *Scanner) Scan(text string) []Finding {
	first := nextTrigger(text, 0)
	for first < len(text) && triggers[text[first]] == tProse && !mayBeProse(text, first) {
		first = nextTrigger(text, first+1)
	}
	if first == len(text) && len(sc.set.custom) == 0 {
		return nil // as most attributes are
	}
	sc.begin(text)
	sc.pass(first, len(text))
	return sc.end()
}

// Span is a stretch of a text.
type Span struct{ Start, End int }

// reach is how far from a replacement a text is read again: what stands farther away was judged by what is still there.
const reach = 4 << 10

// ScanNear is Scan for a text in which nothing was found but what has been replaced since, in order, by what stands at
// changed. It reads what lies around the replacements.
func (sc *Scanner) ScanNear(text string, changed []Span) []Finding {
	sc.begin(text)
	sc.changed = changed
	for k := 0; k < len(changed); {
		from, to := max(0, changed[k].Start-reach), changed[k].End+reach
		for k++; k < len(changed) && changed[k].Start-reach <= to; k++ {
			to = changed[k].End + reach
		}
		sc.pass(from, min(to, len(text)))
	}
	return sc.end()
}

func (sc *Scanner) begin(text string) {
	sc.text = text
	sc.findings = sc.findings[:0]
	sc.scan++
	sc.judged, sc.changed = judged{}, nil
	sc.longRun, sc.encoded, sc.seen, sc.closed, sc.options, sc.json = 0, 0, seen{}, closed{}, options{}, jsonState{}
	if sc.rules == nil {
		sc.rules = vendorRules()
	}
}

// end adds what is found encoded and by custom patterns, and returns all.
func (sc *Scanner) end() []Finding {
	sc.own = len(sc.findings)
	if sc.encoded > 0 && sc.nesting < maxNesting {
		sc.scanView()
	}
	for i := range sc.set.custom {
		sc.scanCustom(&sc.set.custom[i])
	}
	if len(sc.findings) == 0 {
		return nil
	}
	return sc.resolve()
}

// add notes a finding of an enabled detector.
func (sc *Scanner) add(f Finding) {
	if f.End > f.Start && sc.set.enabled[f.ID] {
		sc.findings = append(sc.findings, f)
	}
}

// pass reads [from, to) of the text once and lets each trigger look around.
func (sc *Scanner) pass(from, to int) {
	s := sc.text[:to]
	for i := nextTrigger(s, from); i < len(s); i = nextTrigger(s, i) {
		trigger := triggers[s[i]]
		if trigger == tProse && !mayBeProse(s, i) {
			i++
			continue
		}
		i = max(i+1, sc.wake(trigger, i))
	}
}

// wake hands position i to what its byte may mean and returns where to read on.
func (sc *Scanner) wake(trigger uint8, i int) int {
	switch trigger {
	case tDigit:
		return sc.digit(i)
	case tSep:
		return sc.separator(i)
	case tAssign:
		return sc.assign(i)
	case tEscape, tHigh:
		return sc.escape(i)
	case tAt:
		return sc.email(i)
	case tProse:
		return sc.prose(i)
	case tUpper:
		return sc.upper(i)
	case tAngle:
		return sc.element(i)
	case tCall:
		return sc.call(i)
	case tWord:
		return sc.foreignWord(i)
	default:
		return sc.dollar(i)
	}
}

// upper recognises tokens by a capital letter of a prefix that has no separator.
func (sc *Scanner) upper(i int) int {
	s := sc.text
	if s[i] == 'J' {
		return sc.jwt(i)
	}
	if i+4 > len(s) {
		return i + 1
	}
	switch s[i : i+4] {
	case "AKIA", "ASIA", "ABIA", "ACCA":
		return sc.awsKeyID(i)
	case "AIza":
		return sc.googleKey(i)
	case MaskPrefix[maskLetter : maskLetter+4]:
		if i >= maskLetter {
			return max(i+1, sc.ownEnd(i-maskLetter))
		}
	}
	if s[i:i+3] == "A3T" && run(s, i, aCapitals|aDigit) == i+awsKeyID {
		return sc.awsKeyID(i)
	}
	return i + 1
}

// maskLetter is where in a mask the letter stands that wakes: what follows is known.
const maskLetter = 4

// leastGoogleKey leaves room for keys that were cut off; a complete one has 35 characters behind its prefix.
const leastGoogleKey = 16

func (sc *Scanner) googleKey(i int) int {
	if !startsWord(sc.text, i) {
		return i + 1
	}
	end := sc.runEnd(i+4, aURL)
	if end-i-4 < leastGoogleKey || isDummy(sc.text[i+4:min(end, i+maxLook)], 0) {
		return i + 1
	}
	sc.add(Finding{i, end, GoogleAPIKey, Unquoted})
	return end
}

// googleRefresh begins the refresh tokens of Google's OAuth, of some hundred characters.
const (
	googleRefresh      = "1//0"
	leastGoogleRefresh = 32
)

func (sc *Scanner) googleRefresh(i int) int {
	end := run(sc.text, i+len(googleRefresh), aURL)
	if end-i < leastGoogleRefresh || !startsWord(sc.text, i) || !looksRandom(sc.text[i:end]) {
		return i + len(googleRefresh)
	}
	sc.add(Finding{i, end, GoogleRefresh, Unquoted})
	return end
}

// maxReread is the longest value that is read on after it was found by its key, so that a detector that knows it
// better may name it.
const maxReread = 512

// reread is skip for a value found by its key.
func (sc *Scanner) reread(i int) int {
	n := len(sc.findings)
	if n == 0 || sc.findings[n-1].Level != Unquoted || sc.findings[n-1].End-i > maxReread {
		return sc.skip(i)
	}
	return i + 1
}

// skip returns the end of the finding that was added last when it reaches beyond i, else the next position.
func (sc *Scanner) skip(i int) int {
	if n := len(sc.findings); n > 0 && sc.findings[n-1].End > i {
		return sc.findings[n-1].End
	}
	return i + 1
}
