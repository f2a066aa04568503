// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// boundary separates the parts of a body. It can be the same in all of them, as what stands in the parts is JSON: a line
// that begins with two dashes is in no JSON text, neither inside of a string nor between two values. A file that holds it
// is left out.
const boundary = "otelcol-langsmith-7d1f6c0a9b3e4825"

// terminator ends a body.
const terminator = "--" + boundary + "--\r\n"

// What stands before the body of a part (assumption 19).
const (
	headStart  = "--" + boundary + "\r\nContent-Disposition: form-data; name=\""
	headName   = headStart + "post."
	headFile   = headStart + "attachment."
	headType   = "\"\r\nContent-Type: "
	headCount  = "\r\nContent-Length: "
	headLength = headType + "application/json" + headCount
	headEnd    = "\r\n\r\n"
	partEnd    = "\r\n"
)

// multipart writes a run as the parts of a form: the run itself, and each larger field as a part of its own. A run is
// posted once, with its end.
type multipart struct{}

func (multipart) Body(chunks [][]byte) (Body, error) {
	return Body{
		Path:        PathMultipart,
		ContentType: "multipart/form-data; boundary=" + boundary,
		Parts:       append(slices.Clip(slices.Clone(chunks)), []byte(terminator)),
		Size:        sizeOf(chunks) + len(terminator),
	}, nil
}

func (multipart) Append(b []byte, r *run.Run, at Place) ([]byte, error) {
	if r.ID.IsZero() {
		return b, errors.New("write run as multipart: it has no id")
	}
	field := getScratch()
	defer putScratch(field)
	f := form{out: b, id: idText(r.ID)}
	*field = appendRun(*field, f.id, r, at)
	f.part("", *field)
	f.part(".inputs", asObject(r.Inputs, "input"))
	f.outputs(r)
	*field = appendEvents((*field)[:0], r)
	f.part(".events", *field)
	*field = appendExtra((*field)[:0], r)
	f.part(".extra", *field)
	if r.Error != "" {
		*field = appendString((*field)[:0], r.Error)
		f.part(".error", *field)
	}
	for i := range r.Attachments {
		f.attachment(&r.Attachments[i])
	}
	return f.out, nil
}

// form collects the parts of one run.
type form struct {
	out []byte
	id  [idLength]byte
}

// part appends a part, or nothing where there is nothing to say. Content comes in pieces so that no large one is copied
// twice.
func (f *form) part(field string, pieces ...[]byte) {
	n := sizeOf(pieces)
	if n == 0 {
		return
	}
	b := f.out
	b = append(b, headName...)
	b = append(b, f.id[:]...)
	b = append(b, field...)
	b = append(b, headLength...)
	b = strconv.AppendInt(b, int64(n), 10)
	b = append(b, headEnd...)
	for _, p := range pieces {
		b = append(b, p...)
	}
	b = append(b, partEnd...)
	f.out = b
}

// attachment appends a file as it is. One that could be taken for the end of its part is told of and left out.
func (f *form) attachment(a *run.Attachment) {
	data, media := a.Data, a.Type
	if bytes.Contains(data, []byte(boundary)) {
		data, media = fmt.Appendf(nil, "[left out: %d bytes that cannot be sent]", len(data)), "text/plain"
	}
	b := append(append(f.out, headFile...), f.id[:]...)
	b = append(append(append(b, '.'), a.Name...), headType...)
	b = append(append(b, media...), headCount...)
	b = append(strconv.AppendInt(b, int64(len(data)), 10), headEnd...)
	f.out = append(append(b, data...), partEnd...)
}

// usageHead begins outputs that hold usage. It comes first, where it is found again without reading all of them.
const usageHead = `{"usage_metadata":`

// outputs writes outputs with the usage in them: that is where LangSmith's own converter puts it.
func (f *form) outputs(r *run.Run) {
	outputs := asObject(r.Outputs, "output")
	if r.Usage == nil {
		f.part(".outputs", outputs)
		return
	}
	var room [maxUsage]byte
	head := appendUsage(append(room[:0], usageHead...), r.Usage)
	rest := bytes.TrimLeft(bytes.TrimPrefix(bytes.TrimLeft(withoutUsage(outputs), " \t\r\n"), []byte("{")), " \t\r\n")
	switch {
	case len(rest) == 0:
		head = append(head, '}')
	case rest[0] != '}':
		head = append(head, ',')
	}
	f.part(".outputs", head, rest)
}

func appendRun(b []byte, id [idLength]byte, r *run.Run, at Place) []byte {
	b = append(b, `{"id":"`...)
	b = append(b, id[:]...)
	b = append(b, `","trace_id":"`...)
	b = traceID(r).Append(b)
	b = append(b, `","dotted_order":"`...)
	b = append(appendDottedOrder(b, r), '"')
	if !r.ParentID.IsZero() {
		b = append(b, `,"parent_run_id":"`...)
		b = append(r.ParentID.Append(b), '"')
	}
	b = append(b, `,"name":`...)
	b = appendString(b, runName(r))
	b = append(b, `,"run_type":`...)
	b = appendString(b, string(r.Kind))
	b = append(b, `,"start_time":"`...)
	b = run.AppendTime(b, r.Start)
	b = append(b, `","end_time":"`...)
	b = run.AppendTime(b, later(r.Start, r.End))
	b = append(b, '"')
	if at.Project != "" {
		b = append(b, `,"session_name":`...)
		b = appendString(b, at.Project)
	}
	if !r.ExampleID.IsZero() {
		b = append(b, `,"reference_example_id":"`...)
		b = append(r.ExampleID.Append(b), '"')
	}
	return append(appendTags(b, r.Tags), '}')
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func appendTags(b []byte, tags []string) []byte {
	if len(tags) == 0 {
		return b
	}
	b = append(b, `,"tags":[`...)
	for i, tag := range tags {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, tag)
	}
	return append(b, ']')
}

// appendEvents tells the first token, from which LangSmith computes the time to it.
func appendEvents(b []byte, r *run.Run) []byte {
	if r.FirstToken.IsZero() {
		return b
	}
	b = append(b, `[{"name":"new_token","time":"`...)
	b = run.AppendTime(b, r.FirstToken)
	return append(b, `"}]`...)
}

// appendExtra writes metadata and parameters under the names that LangSmith's converter gives them.
func appendExtra(b []byte, r *run.Run) []byte {
	if len(r.Metadata) == 0 && len(r.Invocation) == 0 {
		return b
	}
	b = append(b, `{"metadata":`...)
	b = appendObject(b, r.Metadata)
	params := r.Invocation
	if model := modelParameter(r); model != "" {
		params = append(slices.Clip(params), run.Named{Name: "model", Value: run.Str(model)})
	}
	if len(params) > 0 {
		b = append(b, `,"invocation_params":`...)
		b = appendObject(b, params)
	}
	return append(b, '}')
}

func appendObject(b []byte, values run.Values) []byte {
	b = append(b, '{')
	lead := ""
	for _, v := range values {
		if v.Type() == run.Absent {
			continue
		}
		b = append(appendString(append(b, lead...), v.Name), ':')
		b = appendValue(b, v.Value)
		lead = ","
	}
	return append(b, '}')
}
