// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// maxExact is the largest integer that every JSON reader keeps, 2^53 (assumption 17): LangSmith before self-hosted 0.16 reads numbers
// as doubles.
const maxExact = 1 << 53

// requestAttr returns the attribute of a parameter of a model call that LangSmith reads by itself, or nothing. The others
// go into one JSON attribute.
func requestAttr(parameter string) string {
	switch parameter {
	case "model":
		return attrModel
	case "temperature":
		return "gen_ai.request.temperature"
	case "top_p":
		return "gen_ai.request.top_p"
	case "top_k":
		return "gen_ai.request.top_k"
	case "max_tokens":
		return "gen_ai.request.max_tokens"
	case "frequency_penalty":
		return "gen_ai.request.frequency_penalty"
	case "presence_penalty":
		return "gen_ai.request.presence_penalty"
	case "seed":
		return "gen_ai.request.seed"
	}
	return ""
}

const attrModel = "gen_ai.request.model"

// attrInvocation holds the parameters without an attribute of their own: LangSmith merges the object into the invocation
// parameters, lists included.
const attrInvocation = "llm.invocation_parameters"

// model writes provider, model and the parameters of the call.
func (w wire) model(r *run.Run) wire {
	if s := r.Metadata.Text("ls_provider"); s != "" {
		w = w.str(fieldSpanAttr, attrSystem, s)
	}
	if len(r.Invocation) > 0 {
		w = w.parameters(r)
	}
	if model := modelParameter(r); model != "" {
		w = w.str(fieldSpanAttr, attrModel, model)
	}
	return w
}

func (w wire) parameters(r *run.Run) wire {
	others := getScratch()
	defer putScratch(others)
	for _, v := range r.Invocation {
		if name := requestAttr(v.Name); name != "" && v.Type() != run.JSON && !unpriced(r, v.Name) {
			w = w.scalar("", name, v.Value)
			continue
		}
		*others = appendMember(*others, v)
	}
	if len(*others) == 0 {
		return w
	}
	*others = append(*others, '}')
	return w.json(attrInvocation, *others)
}

// unpriced reports whether a parameter is the model of a run that has none in its metadata, as an agent's: of the
// attribute, LangSmith's converter would make one.
func unpriced(r *run.Run, name string) bool {
	return name == "model" && !r.Metadata.Has("ls_model_name")
}

// modelParameter is the model that the parameters of the call do not name themselves, or nothing.
func modelParameter(r *run.Run) string {
	if r.Invocation.Has("model") {
		return ""
	}
	return r.Metadata.Text("ls_model_name")
}

func (w wire) metadata(values run.Values) wire {
	for i := range values {
		v := &values[i]
		if v.Type() == run.String {
			if short, ok := w.shortMetadata(v.Name, v.Text()); ok {
				w = short
				continue
			}
		}
		w = w.scalar(attrMetadata, valid(v.Name), v.Value)
	}
	return w
}

// shortMetadata writes what most metadata is, a text that is short and all ASCII, and reports whether it was one: it is
// looked at once, name and text together, where it has been written.
func (w wire) shortMetadata(name, v string) (_ wire, ok bool) {
	key := len(attrMetadata) + len(name)
	size := 2 + key + 2 + 2 + len(v)
	if size >= 0x80 {
		return w, false
	}
	start := len(w)
	w = append(w, tag(fieldSpanAttr, wireBytes), byte(size), tag(fieldKey, wireBytes), byte(key))
	w = append(append(w, attrMetadata...), name...)
	w = append(w, tag(fieldValue, wireBytes), byte(2+len(v)), tag(fieldString, wireBytes), byte(len(v)))
	w = append(w, v...)
	return w, isASCII(w[start:])
}

// isASCII looks at eight bytes at a time, of which there must be some.
func isASCII(b []byte) bool {
	const highs = 0x8080808080808080
	last := len(b) - 8
	for i := 0; i < last; i += 8 {
		if binary.LittleEndian.Uint64(b[i:])&highs != 0 {
			return false
		}
	}
	return binary.LittleEndian.Uint64(b[last:])&highs == 0
}

// scalar writes v so that it arrives as it is: integers that a double cannot hold, and numbers that JSON does not know, as
// text.
func (w wire) scalar(prefix, key string, v run.Value) wire {
	switch {
	case v.Type() == run.Absent:
		return w
	case v.Type() == run.Bool:
		return w.bool(prefix, key, v.Bool())
	case v.Type() == run.Int && isExact(v.Int()):
		return w.int(prefix, key, v.Int())
	case v.Type() == run.Float && isFinite(v.Float()):
		return w.double(prefix, key, v.Float())
	}
	return w.prefixed(prefix, key, v.String())
}

func isExact(n int64) bool { return n <= maxExact && n >= -maxExact }

func isFinite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

// appendMember adds a member to a JSON object whose closing brace is still missing.
func appendMember(object []byte, v run.Named) []byte {
	if v.Type() == run.Absent {
		return object
	}
	lead := byte(',')
	if len(object) == 0 {
		lead = '{'
	}
	object = append(appendString(append(object, lead), v.Name), ':')
	return appendValue(object, v.Value)
}

// appendValue writes v as JSON by wire.scalar's rules.
func appendValue(b []byte, v run.Value) []byte {
	switch {
	case v.Type() == run.JSON:
		return append(b, v.Text()...)
	case v.Type() == run.Bool:
		return strconv.AppendBool(b, v.Bool())
	case v.Type() == run.Int && isExact(v.Int()):
		return strconv.AppendInt(b, v.Int(), 10)
	case v.Type() == run.Float && isFinite(v.Float()):
		return strconv.AppendFloat(b, v.Float(), 'g', -1, 64)
	}
	return appendString(b, v.String())
}

// quoted is s as a JSON string.
func quoted(s string) []byte { return appendString(nil, s) }

// valid makes a protobuf string of s: one wrong byte would cost the whole request.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
