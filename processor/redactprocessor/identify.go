// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/replace"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/walk"
)

const (
	// maxWords bounds how many identifiers of one call are looked for in its texts. More than that many persons in one
	// message is a batch of a busy service; the bound is for its memory.
	maxWords = 4096
	// maxFormed is up to how many words there are when other forms of an identifier are looked for too: a batch of more
	// persons than that pays for the identifiers alone.
	maxFormed = 512
	// maxIdentifier bounds what is taken for an identifier and looked for elsewhere.
	maxIdentifier = 256
	// maxTenants bounds the traces of one call whose tenant is remembered.
	maxTenants = 65_536
)

// people are the identifiers of one call, as they are looked for in its texts.
type people struct {
	words replace.Words
	info  []wordInfo // by the number of the word
	plain bool       // some are plain words, which are looked for in content only
	// members says that JSON of this call names somebody by its keys. Most does not, and is not read for it again.
	members bool
	trace   pcommon.TraceID
	tenant  map[pcommon.TraceID]string
}

type wordInfo struct {
	class class
	id    string // the identifier, of which the word may be another form
	plain bool   // of letters only: it may stand in any sentence, or be the name of a model
}

func (p *people) reset() {
	p.words.Reset()
	p.info, p.plain, p.members = p.info[:0], false, false
	clear(p.tenant)
}

// Enter is told whose attributes are shown next.
func (r *redactor) Enter(trace pcommon.TraceID) { r.people.trace = trace }

// Attribute remembers an identifier of this call, to be replaced wherever it stands in a text.
func (r *redactor) Attribute(at *walk.Place, key string, val pcommon.Value) {
	r.eachIdentifier(at, key, val, func(c class, id string) {
		r.collect(c, id)
		r.noteTenant(c, id)
	})
}

// eachIdentifier shows the identifiers of an attribute, or of an entry of a map.
func (r *redactor) eachIdentifier(at *walk.Place, key string, val pcommon.Value, f func(c class, id string)) {
	info := &r.keys.of(key, r).info
	if (info.bag || info.tool) && val.Type() == pcommon.ValueTypeStr {
		eachMember(val.Str(), func(at member) {
			// What tools take and give names many who are nobody here: words among them are not looked for elsewhere.
			c := r.memberClass(at.key)
			if c == noClass {
				return
			}
			r.people.members = true
			if id := at.text(); info.bag || strings.ContainsAny(id, "0123456789@") {
				f(c, id)
			}
		})
		return
	}
	c := r.classAt(at, key, info)
	switch {
	case c == noClass || val.Type() == pcommon.ValueTypeMap:
	case val.Type() == pcommon.ValueTypeSlice:
		for _, item := range val.Slice().All() {
			f(c, idText(item))
		}
	default:
		f(c, idText(val))
	}
}

// classAt is the class of an attribute, or of a member of a map that describes somebody: the id in user.
func (r *redactor) classAt(at *walk.Place, key string, info *keyInfo) class {
	if info.class != noClass || at.Above == "" {
		return info.class
	}
	for _, parent := range [...]string{at.Above, at.Key} {
		if parent != "" && r.keys.of(parent, r).info.person {
			if c := r.keys.of(parent+"."+key, r).info.class; c != noClass {
				return c
			}
		}
	}
	return noClass
}

// idText is the text of an identifier, the same for all types that it may have.
func idText(val pcommon.Value) string {
	if val.Type() == pcommon.ValueTypeBytes {
		if raw := val.Bytes().AsRaw(); utf8.Valid(raw) {
			return string(raw)
		}
	}
	return val.AsString()
}

// noteTenant remembers whose trace this is, for spans of it that do not say.
func (r *redactor) noteTenant(c class, id string) {
	p := &r.people
	if !r.perTenant || c != classTenant || id == "" || p.trace.IsEmpty() || len(p.tenant) >= maxTenants {
		return
	}
	if p.tenant == nil {
		p.tenant = map[pcommon.TraceID]string{}
	}
	if _, known := p.tenant[p.trace]; !known {
		p.tenant[p.trace] = id
	}
}

func (r *redactor) collect(c class, id string) {
	p := &r.people
	if c == noClass || p.words.Len() >= maxWords || len(id) > maxIdentifier {
		return
	}
	if id = strings.TrimSpace(id); len(id) < replace.LeastWord {
		return
	}
	if r.stays(c, id) || commonWords[strings.ToLower(id)] {
		return
	}
	info := wordInfo{c, id, only(id, isLetter)}
	if known := p.add(id, info); known || info.plain || p.words.Len() > maxFormed {
		return
	}
	for _, form := range idForms(id) {
		p.add(form, info)
	}
}

// add adds a word, unless it is known as an identifier. One that was only a form of another becomes one.
func (p *people) add(word string, info wordInfo) (known bool) {
	if p.words.Add(word) {
		p.info = append(p.info, info)
		p.plain = p.plain || info.plain
		return false
	}
	n, found := p.words.Find(word)
	if !found || p.info[n].id == word || info.id != word {
		return true
	}
	p.info[n] = info
	return false
}

// commonWords are written where an identifier is not known, or name a kind instead of somebody, and stand in ordinary
// texts and in what this processor writes.
var commonWords = keySet(`anonymous unknown default undefined system public private nobody someone everyone customer
	internal external production development staging testing tester session tenant account device service server
	client admin administrator operator support redacted content sha256 openai anthropic google gemini mistral bedrock
	azure cohere ollama string number object boolean assistant function request response message user_id userid
	session_id username user_name user.id`)

// peopleIn replaces identifiers of this call in a text.
func (r *redactor) peopleIn(at *walk.Place, text string) string {
	inContent := !r.people.plain || r.isContentPlace(at)
	out := r.people.words.Replace(text, func(word int) (string, bool) {
		info := r.people.info[word]
		if info.plain && !inContent {
			return "", false
		}
		return r.token(info.class, info.id), true
	})
	if len(out) != len(text) && r.onlyEquals(at, text) {
		return text
	}
	return out
}

// onlyEquals tells whether a text that was taken for an identifier is a count or the name of a model by its key, and
// looks like an identifier by chance.
func (r *redactor) onlyEquals(at *walk.Place, text string) bool {
	info := &r.keys.of(at.Key, r).info
	if info.counts && only(text, isDigit) {
		return true
	}
	_, whole := r.people.words.Find(text)
	return info.model && whole
}

// isContentPlace tells whether sentences stand at a place.
func (r *redactor) isContentPlace(at *walk.Place) bool {
	switch at.Site {
	case walk.SpanName, walk.Status, walk.EventAttribute, walk.LogBody:
		return true
	case walk.SpanAttribute, walk.LogAttribute:
		return r.keys.of(at.Key, r).info.content != notContent
	}
	return false
}

// identify hashes the value of an attribute that names somebody; of a list each item.
func (r *redactor) identify(c class, val pcommon.Value) walk.Verdict {
	switch val.Type() {
	case pcommon.ValueTypeMap, pcommon.ValueTypeEmpty, pcommon.ValueTypeBool:
		return walk.Verdict{}
	case pcommon.ValueTypeSlice:
		return r.identifyAll(c, val.Slice())
	}
	id := idText(val)
	if r.stays(c, id) {
		return walk.Verdict{}
	}
	r.tally.hashed[c]++
	return walk.Verdict{Do: walk.Set, New: r.token(c, id)}
}

// identifyAll hashes the items of a list. They are read once more, unless all of them are hashes now.
func (r *redactor) identifyAll(c class, list pcommon.Slice) walk.Verdict {
	all := walk.Verdict{Do: walk.Keep}
	for _, item := range list.All() {
		verdict := walk.Verdict{}
		if item.Type() != pcommon.ValueTypeSlice { // what is nested deeper is read as any text
			verdict = r.identify(c, item)
		}
		if verdict.Do == walk.Set {
			item.SetStr(verdict.New)
		} else {
			all.Do = walk.Into
		}
	}
	return all
}

// stays tells whether an identifier is left as it is: an empty one, one that was drawn at random, one of our own
// tokens.
func (r *redactor) stays(c class, id string) bool {
	return strings.TrimSpace(id) == "" || c == classSession && isMachineMade(id) || r.hasher.Own(id)
}

// canonical is an identifier without what two spellings of it differ in: blanks around it, the case of an address.
func canonical(id string) string {
	id = strings.TrimSpace(id)
	if strings.IndexByte(id, '@') > 0 {
		return strings.ToLower(id)
	}
	return id
}

// token returns the token of an identifier for the span or record at hand.
func (r *redactor) token(c class, id string) string {
	scope := ""
	if r.perTenant && c != classTenant {
		scope = r.now.tenant
	}
	slot := &r.tokens[slotOf(id)%tokenSlots]
	if slot.class != c || slot.id != id || slot.scope != scope {
		*slot = tokenSlot{c, scope, id, r.hasher.Scoped(c.String(), scope, canonical(id))}
	}
	return slot.token
}

// tokenSlot remembers the token of an identifier. The memory of tokens ends with the keys: a redactor has one set of
// them.
type tokenSlot struct {
	class            class
	scope, id, token string
}

// tokenSlots is how many tokens are remembered: the sessions and users that one core sees at a time.
const tokenSlots = 256

// tenantOf returns the tenant that attributes or the body of a record name, or else.
func (r *redactor) tenantOf(m pcommon.Map, body pcommon.Value, otherwise string) string {
	if !r.perTenant {
		return ""
	}
	seeker := tenantSeeker{r: r}
	walk.Entries(m, &seeker)
	if body != (pcommon.Value{}) {
		walk.Body(body, &seeker)
	}
	if seeker.found != "" {
		return seeker.found
	}
	return otherwise
}

// tenantSeeker keeps the first tenant that it is shown.
type tenantSeeker struct {
	r     *redactor
	found string
}

// Enter is told nothing new: all attributes are of one span or record.
func (*tenantSeeker) Enter(pcommon.TraceID) {}

// Attribute looks for a tenant.
func (s *tenantSeeker) Attribute(at *walk.Place, key string, val pcommon.Value) {
	if s.found != "" {
		return
	}
	s.r.eachIdentifier(at, key, val, func(c class, id string) {
		if c == classTenant && s.found == "" {
			s.found = id
		}
	})
}
