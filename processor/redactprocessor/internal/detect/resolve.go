// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// resolve puts the findings in order, joins those that overlap, and keeps every range clear of escapes.
func (sc *Scanner) resolve() []Finding {
	own := holdsOwn(sc.text)
	for i := range sc.findings {
		sc.keepEscapes(&sc.findings[i])
		if own {
			sc.keepOwn(&sc.findings[i])
		}
	}
	sc.order()
	sc.keepStrings()
	kept := sc.findings[:0]
	for _, f := range sc.findings {
		if f.Start >= f.End {
			continue
		}
		if n := len(kept); n > 0 && f.Start < kept[n-1].End {
			kept[n-1] = sc.join(kept[n-1], f)
			continue
		}
		kept = append(kept, f)
	}
	sc.findings = kept
	return kept
}

// order sorts the findings by where they begin: those of the text, the others, and then both, as each part is mostly in
// order.
func (sc *Scanner) order() {
	byStart := func(a, b Finding) int { return a.Start - b.Start }
	own, others := sc.findings[:sc.own], sc.findings[sc.own:]
	for _, part := range [...][]Finding{own, others} {
		if !slices.IsSortedFunc(part, byStart) {
			slices.SortStableFunc(part, byStart)
		}
	}
	if len(own) == 0 || len(others) == 0 || own[len(own)-1].Start <= others[0].Start {
		return
	}
	merged := slices.Grow(sc.spare[:0], len(sc.findings))
	for len(own) > 0 && len(others) > 0 {
		if others[0].Start < own[0].Start {
			merged, others = append(merged, others[0]), others[1:]
		} else {
			merged, own = append(merged, own[0]), own[1:]
		}
	}
	merged = append(append(merged, own...), others...)
	sc.findings, sc.spare = merged, sc.findings
}

// join makes one finding of two that overlap: both ranges go, and the more telling detector gives its name.
func (sc *Scanner) join(a, b Finding) Finding {
	named := a
	if sc.rank(b) > sc.rank(a) {
		named = b
	}
	joined := Finding{min(a.Start, b.Start), max(a.End, b.End), named.ID, a.Level}
	if b.End-b.Start > a.End-a.Start {
		joined.Level = b.Level // the wider one saw the whole JSON value
	}
	return joined
}

// rank orders detectors by how much their name tells: a vendor's key, a structure, personal data, and what only a key
// hints at.
func (sc *Scanner) rank(f Finding) int {
	switch {
	case f.ID == ProsePassword:
		return 1
	case f.ID == SecretValue || f.ID == PrefixedToken || f.ID == PinCode || f.ID == CLIPassword || f.ID == Media:
		return 2
	case sc.set.detectors[f.ID].Group == GroupPersonal:
		return 0
	case f.ID < structural:
		return 3
	}
	return 4
}

// keepRunes widens a finding so that no character of UTF-8 is cut in two.
func keepRunes(s string, f *Finding) {
	for k := 0; k < utf8.UTFMax && f.Start > 0 && f.Start < len(s) && !utf8.RuneStart(s[f.Start]); k++ {
		f.Start--
	}
	for k := 0; k < utf8.UTFMax && f.End < len(s) && !utf8.RuneStart(s[f.End]); k++ {
		f.End++
	}
}

// backslashes counts those right before end, down to start.
func backslashes(s string, start, end int) int {
	n := 0
	for end-n > start && s[end-1-n] == '\\' {
		n++
	}
	return n
}

// holdsOwn tells whether tokens of ours may stand in s.
func holdsOwn(s string) bool {
	for _, prefix := range ownPrefixes {
		if strings.Contains(s, prefix) {
			return true
		}
	}
	return false
}

// keepOwn moves the ends of a finding so that none of our tokens is cut in two, and takes away what is nothing but such
// tokens: they would be found again, and be replaced again and again.
func (sc *Scanner) keepOwn(f *Finding) {
	if f.Level != Unquoted {
		return
	}
	if _, end := sc.ownAround(f.Start); end > 0 {
		f.Start = end
	}
	if start, end := sc.ownAround(f.End); end > 0 {
		f.End = start
	}
	rest := f.Start
	for rest < f.End {
		end := sc.ownEnd(rest)
		if end == 0 || end > f.End {
			return
		}
		rest = end
	}
	f.Start = f.End
}

// keepEscapes moves the ends of a finding so that no escape of JSON is cut in two.
func (sc *Scanner) keepEscapes(f *Finding) {
	s := sc.text
	if f.Level != Unquoted {
		return
	}
	if escapedAt(s, f.Start) {
		f.Start++
		if s[f.Start-1] == 'u' {
			f.Start = min(run(s[:min(len(s), f.Start+4)], f.Start, aHex), len(s))
		}
	}
	if backslashes(s, f.Start, f.End)%2 == 1 {
		f.End-- // the first half of an escape
	}
	keepRunes(s, f)
	// An escape \uXXXX must not lose its last digits.
	for k := 1; k <= 5 && f.End-k-1 >= f.Start && f.End < len(s) && alphabet[s[f.End]]&aHex != 0; k++ {
		if s[f.End-k] == 'u' && s[f.End-k-1] == '\\' {
			f.End = run(s[:min(len(s), f.End-k+5)], f.End, aHex)
			break
		}
	}
}
