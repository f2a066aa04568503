// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

// joinChunks makes one message of an answer that Gemini CLI keeps as it was streamed: a message for each chunk, by the
// model, of parts without types. Any other list is returned as it is: OpenAI's choices are messages too.
func joinChunks(list string) string {
	a := answer{parts: []byte{'['}}
	for chunk := range elements(list) {
		if memberText(chunk, "role") != "model" || !a.add(member(chunk, "parts")) {
			return list
		}
		a.chunks++
	}
	if a.chunks < 2 {
		return list
	}
	a.endText()
	return `{"role":"model","parts":` + string(a.parts) + `]}`
}

// answer is what a model has said so far.
type answer struct {
	chunks int
	parts  []byte // a list without its end
	text   []byte // the end of it, when that is text, quoted and without the closing quote
}

// add takes the parts of a chunk in, unless they are typed, as those of the conventions are.
func (a *answer) add(parts string) bool {
	for p := range elements(parts) {
		text := member(p, "text")
		switch {
		case member(p, "type") != "":
			return false
		case isString(text) && countMembers(p) == 1:
			a.addText(text)
		default:
			a.endText()
			a.parts = append(appendComma(a.parts), p...)
		}
	}
	return isArray(parts)
}

func (a *answer) addText(quoted string) {
	if a.text == nil {
		a.text = append(a.text, '"')
	}
	a.text = append(a.text, quoted[1:len(quoted)-1]...)
}

func (a *answer) endText() {
	if a.text == nil {
		return
	}
	a.parts = append(append(append(appendComma(a.parts), `{"text":`...), a.text...), `"}`...)
	a.text = nil
}
