// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// errChunk says that a chunk is not what Encode has written.
var errChunk = errors.New("read run: not written by this encoder")

// idLength is the length of a run id in its text form.
const idLength = 36

// part is one part of a chunk.
type part struct {
	id    string
	field string // with the dot before it; empty for the run itself
	file  bool   // an attachment, and field its name
	body  []byte
}

// readParts takes a chunk of multipart apart. It reads nothing but what Append writes.
func readParts(chunk []byte) ([]part, error) {
	var parts []part
	for len(chunk) > 0 {
		p, rest, ok := readPart(chunk)
		if !ok || (len(parts) == 0) != (p.field == "") {
			return nil, errChunk
		}
		if !p.file {
			parts = append(parts, p)
		}
		chunk = rest
	}
	if len(parts) == 0 {
		return nil, errChunk
	}
	return parts, nil
}

func readPart(chunk []byte) (p part, rest []byte, ok bool) {
	if chunk, p.file = bytes.CutPrefix(chunk, []byte(headFile)); !p.file {
		if chunk, ok = bytes.CutPrefix(chunk, []byte(headName)); !ok {
			return part{}, nil, false
		}
	}
	if len(chunk) < idLength {
		return part{}, nil, false
	}
	p.id = string(chunk[:idLength])
	field, chunk, okField := bytes.Cut(chunk[idLength:], []byte(headType))
	media, chunk, okType := bytes.Cut(chunk, []byte(headCount))
	digits, chunk, okLength := bytes.Cut(chunk, []byte(headEnd))
	n, err := strconv.ParseUint(string(digits), 10, 31)
	isOurs := okField && okType && okLength && (p.file || string(media) == "application/json")
	if !isOurs || err != nil || n > uint64(len(chunk)) {
		return part{}, nil, false
	}
	p.field, p.body = string(field), chunk[:n]
	rest, ok = bytes.CutPrefix(chunk[n:], []byte(partEnd))
	return p, rest, ok
}

// batch is multipart for servers that do not know it: the same runs as one JSON document to /runs/batch, which has no
// place for files.
type batch struct{ multipart }

// Body makes no copy of anything: what multipart has in parts stands inside of the runs here.
func (batch) Body(chunks [][]byte) (Body, error) {
	b := Body{Path: PathBatch, ContentType: "application/json"}
	b.add([]byte(`{"post":[`))
	for i, chunk := range chunks {
		parts, err := readParts(chunk)
		if err != nil {
			return Body{}, err
		}
		if i > 0 {
			b.add([]byte{','})
		}
		b.addRun(parts)
	}
	b.add([]byte(`]}`))
	return b, nil
}

func (b *Body) add(piece []byte) {
	b.Parts = append(b.Parts, piece)
	b.Size += len(piece)
}

func (b *Body) addRun(parts []part) {
	b.add(bytes.TrimSuffix(parts[0].body, []byte{'}'}))
	for _, p := range parts[1:] {
		b.add([]byte(`,"` + strings.TrimPrefix(p.field, ".") + `":`))
		b.add(p.body)
	}
	b.add([]byte{'}'})
}

// Shorten writes the chunk again, with less in it.
func (multipart) Shorten(chunk []byte, limit int) ([]byte, bool) {
	parts, err := readParts(chunk)
	if err != nil {
		return nil, false
	}
	size := 0
	for _, p := range parts {
		size += p.size()
	}
	if size > limit || size == len(chunk) { // there are no files, or that they are gone is not enough
		if !shrinkParts(parts, limit-size) {
			for i, p := range parts {
				parts[i].body = shortField(p)
			}
		}
	}
	f := form{out: make([]byte, 0, size), id: [idLength]byte([]byte(parts[0].id))}
	for _, p := range parts {
		f.part(p.field, p.body)
	}
	if len(f.out) >= len(chunk) {
		return nil, false
	}
	return f.out, true
}

// size is what p takes in a chunk.
func (p *part) size() int {
	return len(headName) + len(p.id) + len(p.field) + len(headLength) + len(strconv.Itoa(len(p.body))) + len(headEnd) +
		len(p.body) + len(partEnd)
}

// shrinkParts makes the content of parts smaller by -change bytes, if it can.
func shrinkParts(parts []part, change int) bool {
	documents := make([]document, 0, len(parts))
	size := 0
	for _, p := range parts[1:] {
		documents = append(documents, document{text: p.body})
		size += len(p.body)
	}
	if !shrink(documents, size+change) {
		return false
	}
	for i, d := range documents {
		parts[i+1].body = d.text
	}
	return true
}

func shortField(p part) []byte {
	if len(p.body) <= maxLeftOut {
		return p.body
	}
	switch p.field {
	case "":
		return withoutLong(p.body, "tags")
	case ".inputs":
		return leftOut(len(p.body), nil)
	case ".outputs":
		return leftOut(len(p.body), usageIn(p.body))
	case ".extra":
		return shortExtra(p.body)
	case ".error":
		return shortError(p.body)
	}
	return nil
}

func leftOut(size int, usage []byte) []byte {
	text := fmt.Sprintf(`"left_out":"%d bytes, too large for LangSmith"}`, size)
	if usage == nil {
		return []byte("{" + text)
	}
	return []byte(usageHead + string(usage) + "," + text)
}

// usageIn finds the usage that form.outputs has put first.
func usageIn(outputs []byte) []byte {
	rest, found := bytes.CutPrefix(outputs, []byte(usageHead))
	if !found {
		return nil
	}
	var usage json.RawMessage
	if json.NewDecoder(bytes.NewReader(rest[:min(len(rest), maxUsage)])).Decode(&usage) != nil {
		return nil
	}
	return usage
}

// maxUsage is more than all counts and costs of a run take.
const maxUsage = 1 << 10

// withoutLong takes members out of an object that are too long for a shortened run.
func withoutLong(object []byte, names ...string) []byte {
	var members map[string]json.RawMessage
	if json.Unmarshal(object, &members) != nil {
		return object
	}
	for _, name := range names {
		if len(members[name]) > maxLeftOut {
			delete(members, name)
		}
	}
	short, err := json.Marshal(members)
	if err != nil {
		return object
	}
	return short
}

func shortExtra(object []byte) []byte {
	var extra map[string]map[string]json.RawMessage
	if json.Unmarshal(object, &extra) != nil {
		return nil
	}
	for _, members := range extra {
		for name, value := range members {
			if len(value) > maxLeftOut || len(name) > maxLeftOut {
				delete(members, name)
			}
		}
	}
	short, err := json.Marshal(extra)
	if err != nil {
		return nil
	}
	return short
}

// shortError keeps the beginning: a run without a message would turn green.
func shortError(text []byte) []byte {
	var failure string
	if json.Unmarshal(text, &failure) != nil || failure == "" {
		return []byte(`"error"`)
	}
	return quoted(strings.ToValidUTF8(failure[:min(len(failure), maxLeftOut)], ""))
}

// Readable writes one run as JSON that can be sent by hand to path, for those who must find out what was wrong with it.
func Readable(p Protocol, chunk []byte) (path string, body []byte, err error) {
	switch p {
	case OTLP:
		td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(chunk)
		if err != nil {
			return "", nil, errChunk
		}
		body, err := (&ptrace.JSONMarshaler{}).MarshalTraces(td)
		return PathOTLP, body, err
	case Multipart:
		b, err := batch{}.Body([][]byte{chunk})
		return b.Path, bytes.Join(b.Parts, nil), err
	case Feedback:
		if !json.Valid(chunk) {
			return "", nil, errChunk
		}
		return PathFeedback, chunk, nil
	}
	return "", nil, fmt.Errorf("%s is not known to this version", p)
}
