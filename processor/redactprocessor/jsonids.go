// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/replace"
)

// Some libraries write all metadata of a trace as one JSON object, with the ids of user and session in it.

// maxBag is the longest such object that is looked through by its keys. Longer ones are looked through as texts only.
const maxBag = 64 << 10

// isBag tells whether the attribute called key holds such an object.
func isBag(key string) bool {
	return key == "metadata" || strings.HasSuffix(key, ".metadata") || strings.HasSuffix(key, "_metadata") ||
		key == "ai.settings.context" || key == "langfuse.trace.metadata"
}

// isToolKey tells whether the attribute called key holds what a tool took or gave: the ids of whom it was called for.
func isToolKey(key string) bool {
	words := keyWords(key)
	return endsIn(words, toolWords) && slices.ContainsFunc(words, func(w string) bool {
		return w == "tool" || w == "function"
	})
}

// toolWords end the keys of what a tool takes and gives.
var toolWords = keySet("arguments argument args parameters input result response output")

// memberClass is the class of a member of an object by its key. Objects have any keys, of which not all that is known
// of attributes is wanted, and which are not to crowd those out.
func (r *redactor) memberClass(key string) class {
	if len(key) > maxRememberedKey {
		return r.identities.of(key)
	}
	slot := &r.members[slotOf(key)%memberSlots]
	if slot.key != key {
		*slot = memberSlot{strings.Clone(key), r.identities.of(key)}
	}
	return slot.class
}

// memberSlot remembers the class of a key.
type memberSlot struct {
	key   string
	class class
}

// memberSlots is how many keys of objects are remembered.
const memberSlots = 256

// member is a member of an object: its key, its value as it is written, and where that stands, with its quotes.
type member struct {
	key, raw   string
	start, end int
}

// text is the value of a member.
func (m member) text() string {
	if m.raw[0] == '"' {
		return unquoted(m.raw)
	}
	return m.raw
}

// eachMember shows the strings and numbers among the members of the object in text, at any depth; items of a list under
// the key of the list. What does not begin like an object or a list, or is too long, has none. Broken JSON is read as far as it
// makes sense.
func eachMember(text string, f func(member)) {
	start := strings.TrimLeft(text, " \n\t")
	if len(text) > maxBag || start == "" || start[0] != '{' && start[0] != '[' {
		return
	}
	key := ""
	for i := 0; i < len(text); {
		end := i + 1
		switch c := text[i]; {
		case c == '"':
			end = stringEnd(text, i)
			if rest := strings.TrimLeft(text[end:], " \t\r\n"); strings.HasPrefix(rest, ":") {
				key = unquoted(text[i:end])
			} else {
				f(member{key, text[i:end], i, end})
			}
		case isDigit(c) || c == '-':
			for end < len(text) && (isAlnum(text[end]) || strings.IndexByte("+-.", text[end]) >= 0) {
				end++
			}
			f(member{key, text[i:end], i, end})
		}
		i = end
	}
}

// stringEnd returns the position behind the string that begins at i, or the end of the text.
func stringEnd(text string, i int) int {
	for from := i + 1; ; {
		k := strings.IndexByte(text[from:], '"')
		if k < 0 {
			return len(text)
		}
		quote := from + k
		inner := text[i+1 : quote]
		if escapes := len(inner) - len(strings.TrimRight(inner, `\`)); escapes%2 == 0 {
			return quote + 1
		}
		from = quote + 1
	}
}

// unquoted returns what a string of JSON means, or what stands between its quotes when it is broken.
func unquoted(quoted string) string {
	inner := strings.TrimSuffix(quoted[1:], `"`)
	if strings.IndexByte(inner, '\\') < 0 {
		return inner
	}
	var s string
	if json.Unmarshal([]byte(quoted), &s) != nil {
		return inner
	}
	return s
}

// longestLabel is up to how long a text of metadata is a label: the name of a team, a version, an id.
const longestLabel = 64

// bagWithoutContent takes what is no label out of the object in text, and tells whether there was an object at all.
func (r *redactor) bagWithoutContent(text string) (string, bool) {
	if len(text) > maxBag || !isObject(text) || !json.Valid([]byte(text)) {
		return "", false
	}
	var edits []replace.Edit
	eachMember(text, func(at member) {
		value := at.text()
		if len(value) <= longestLabel && !strings.ContainsAny(value, " \n{[\"") || isContentNote(value) {
			return
		}
		edits = append(edits, replace.Edit{Start: at.start, End: at.end, New: r.note(len(value)), Level: 0})
	})
	return replace.Splice(text, edits), true
}

// bagIdentifiers hashes the identifiers in the object in text.
func (r *redactor) bagIdentifiers(text string) string {
	var edits []replace.Edit
	eachMember(text, func(at member) {
		c := r.memberClass(at.key)
		if c == noClass || r.stays(c, at.text()) {
			return
		}
		r.tally.hashed[c]++
		edits = append(edits, replace.Edit{Start: at.start, End: at.end, New: r.token(c, at.text()), Level: 0})
	})
	return replace.Splice(text, edits)
}
