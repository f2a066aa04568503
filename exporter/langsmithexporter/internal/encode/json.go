// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/jsontext"
)

// asObject returns text as a JSON object, which is what LangSmith's API wants inputs and outputs to be. Text that should
// have been one and is not goes in as a string: refusing it would cost the whole request.
func asObject(text []byte, key string) []byte {
	if len(text) == 0 {
		return nil
	}
	if !jsontext.Valid(text, maxNested) {
		return wrapMember(key, quoted(string(text)))
	}
	text = pairSurrogates(text)
	if trimmed := bytes.TrimLeft(text, " \t\r\n"); trimmed[0] != '{' {
		return wrapMember(key, trimmed)
	}
	return text
}

// maxNested is how deep JSON may be nested: as deep as the standard library reads it.
const maxNested = 10_000

func wrapMember(key string, value []byte) []byte {
	b := append(appendString([]byte{'{'}, key), ':')
	return append(append(b, value...), '}')
}

// withoutUsage takes usage_metadata out of an object, where an application has put it: there may be only one.
func withoutUsage(object []byte) []byte {
	if !bytes.Contains(object, []byte(`"usage_metadata"`)) {
		return object
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(object, &members) != nil || members["usage_metadata"] == nil {
		return object
	}
	delete(members, "usage_metadata")
	rest, err := json.Marshal(members)
	if err != nil {
		return object
	}
	return rest
}

// pairSurrogates replaces escaped halves of characters that stand alone. They come from texts that were cut between the
// two, they are valid JSON, and many readers refuse them all the same.
func pairSurrogates(text []byte) []byte {
	if !mayHoldSurrogates(text) {
		return text
	}
	out := text
	for i := 0; i+6 <= len(text); {
		switch {
		case text[i] != '\\':
			i++
		case text[i+1] != 'u':
			i += 2 // an escaped backslash does not begin another escape
		case !isSurrogate(text[i:], false):
			if isSurrogate(text[i:], true) {
				if &out[0] == &text[0] {
					out = bytes.Clone(text)
				}
				copy(out[i:], `\ufffd`)
			}
			i += 6
		case isSurrogate(text[i+6:], true):
			i += 12
		default:
			if &out[0] == &text[0] {
				out = bytes.Clone(text)
			}
			copy(out[i:], `\ufffd`)
			i += 6
		}
	}
	return out
}

// mayHoldSurrogates looks for \ud, as nearly every text can be left alone for the lack of it.
func mayHoldSurrogates(text []byte) bool {
	for {
		i := bytes.Index(text, []byte(`\u`))
		if i < 0 || i+2 >= len(text) {
			return false
		}
		if text = text[i+2:]; text[0]|0x20 == 'd' {
			return true
		}
	}
}

// isSurrogate reports whether an escape of a first or second half begins text.
func isSurrogate(text []byte, second bool) bool {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return false
	}
	n, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	if err != nil {
		return false
	}
	if second {
		return n >= 0xdc00 && n <= 0xdfff
	}
	return n >= 0xd800 && n <= 0xdbff
}

func appendString(b []byte, s string) []byte { return jsontext.AppendString(b, s) }
