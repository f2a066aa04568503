// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"encoding/json"
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

// member is a member of an object: its key, its value, and where that stands, with its quotes.
type member struct {
	key, text  string
	start, end int
}

// eachMember shows the strings and numbers among the members of the object in text, at any depth. What is not
// JSON, or too long, has none.
func eachMember(text string, f func(member)) {
	if len(text) > maxBag || !strings.HasPrefix(strings.TrimLeft(text, " \n\t"), "{") {
		return
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	r := bagReader{decoder: decoder, text: text, f: f}
	for r.next() {
	}
}

type bagReader struct {
	decoder *json.Decoder
	text    string
	f       func(member)
	open    []json.Delim
	key     string
	keyNext bool
}

// next reads one token of JSON, and tells whether there may be more.
func (r *bagReader) next() bool {
	before := int(r.decoder.InputOffset())
	token, err := r.decoder.Token()
	if err != nil {
		return false
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' || t == '[' {
			r.open = append(r.open, t)
		} else {
			r.open = r.open[:len(r.open)-1]
		}
	case string:
		if r.keyNext {
			r.key, r.keyNext = t, false
			return true
		}
		r.value(t, before)
	case json.Number:
		r.value(t.String(), before)
	}
	r.keyNext = len(r.open) > 0 && r.open[len(r.open)-1] == '{'
	return true
}

func (r *bagReader) value(text string, before int) {
	end := int(r.decoder.InputOffset())
	start := before + len(r.text[before:end]) - len(strings.TrimLeft(r.text[before:end], " \t\r\n:,"))
	r.f(member{key: r.key, text: text, start: start, end: end})
}

// longestLabel is up to how long a text of metadata is a label: the name of a team, a version, an id.
const longestLabel = 64

// bagWithoutContent takes what is no label out of the object in text, and tells whether there was an object at all.
func (r *redactor) bagWithoutContent(text string) (string, bool) {
	var edits []replace.Edit
	found := false
	eachMember(text, func(at member) {
		found = true
		if len(at.text) <= longestLabel && !strings.ContainsAny(at.text, " \n{[\"") || isContentNote(at.text) {
			return
		}
		edits = append(edits, replace.Edit{Start: at.start, End: at.end, New: r.note(len(at.text)), Level: 0})
	})
	return replace.Splice(text, edits), found || strings.TrimSpace(text) == "{}"
}

// bagIdentifiers hashes the identifiers in the object in text.
func (r *redactor) bagIdentifiers(text string) string {
	var edits []replace.Edit
	eachMember(text, func(at member) {
		c := r.identities.of(at.key)
		if c == noClass || r.stays(c, at.text) {
			return
		}
		r.tally.hashed[c]++
		edits = append(edits, replace.Edit{Start: at.start, End: at.end, New: r.token(c, at.text), Level: 0})
	})
	return replace.Splice(text, edits)
}
