// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"encoding/json"
	"math/bits"
	"strings"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/detect"
)

// Messages hold JSON, too: what a tool gave, a record that somebody pasted. There the keys are those of anybody's
// programs, and schemas and examples name them, so that a value must have the form of an id as well.

// leastMember is the length of the shortest value that is taken for an id.
const leastMember = 2

// identifies tells whether a member of JSON in a text, whose value is written in strings level deep, names somebody.
func (r *redactor) identifies(key, value string, level int) bool {
	c := r.memberClass(key)
	if c == noClass {
		return false
	}
	id := meant(value, level)
	return isID(id) && !r.stays(c, id)
}

// meant returns what a string of JSON means that is written in strings level deep.
func meant(value string, level int) string {
	for k := 0; k <= level && strings.IndexByte(value, '\\') >= 0; k++ {
		var inner string
		if json.Unmarshal([]byte(`"`+value+`"`), &inner) != nil {
			return value
		}
		value = inner
	}
	return value
}

// isID tells an id from a sentence, a stand-in, the name of a type or of another field.
func isID(s string) bool {
	if len(s) < leastMember || len(s) > maxIdentifier || !only(s, idByte) {
		return false
	}
	low := strings.ToLower(s)
	return !commonWords[low] && !typeWords[low] && builtinClass(s) == noClass
}

// idByte tells the characters of ids. Those of templates and of lists are none of them.
func idByte(c byte) bool { return c > ' ' && strings.IndexByte("<>{}[]()$%\"'`;,*?!", c) < 0 }

// typeWords stand in schemas and in tables of a database in place of a value.
var typeWords = keySet(`str int integer float double bool bigint smallint varchar char uuid guid ulid any null none nil
	true false required optional serial primary foreign auto id ids name email hash keyword long short date timestamp`)

// memberToken is the token of a member that was found in a text.
func (r *redactor) memberToken(text string, f detect.Finding) string {
	key, level := memberKey(text, f)
	id := meant(text[f.Start:f.End], level)
	c := r.memberClass(key)
	r.tally.hashed[c]++
	if c == noClass { // its key is encoded in another way
		return r.hasher.Token(r.set.Detectors()[f.ID].ID, id)
	}
	return r.token(c, id)
}

// memberKey returns the key before a finding, and the level of its quotes.
func memberKey(text string, f detect.Finding) (key string, level int) {
	before := text[:f.Start]
	if f.Level == detect.Unquoted {
		before = strings.TrimRight(strings.TrimSuffix(before, `"`), `\`)
	}
	before = strings.TrimRight(strings.TrimSuffix(strings.TrimRight(before, " \t"), ":"), " \t")
	quoted, ok := strings.CutSuffix(before, `"`)
	if !ok {
		return "", 0
	}
	escapes := len(quoted) - len(strings.TrimRight(quoted, `\`))
	quoted = quoted[:len(quoted)-escapes]
	return quoted[strings.LastIndexByte(quoted, '"')+1:], bits.TrailingZeros(^uint(escapes))
}
