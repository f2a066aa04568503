// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
)

// maxParts bounds the parts of a request: 100 operations of 7 parts are usual, files come on top.
const maxParts = 20_000

// part is a part of a multipart request whose headers are in order.
type part struct {
	event string // post, patch, feedback, attachment
	id    string
	field string // inputs …, or the name of an attachment; "" for the run itself
	media string
	body  []byte
}

func (p *part) name() string {
	if p.field == "" {
		return p.event + "." + p.id
	}
	return p.event + "." + p.id + "." + p.field
}

func (s *Server) postMultipart(sub *submission) (answer, *refusal) {
	parts, refused := readParts(sub.r.Header.Get("Content-Type"), sub.body)
	if refused != nil {
		return answer{}, refused
	}
	form, refused := assemble(parts, sub.workspace)
	if refused != nil {
		return answer{}, refused
	}
	if refused := s.apply(form.operations); refused != nil {
		return answer{}, refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range form.feedback {
		s.store.addFeedback(f)
	}
	return queued(), nil
}

// errCut is what package multipart says, and so LangSmith, when the body ends where a part should begin.
var errCut = errors.New("multipart: NextPart: EOF")

// readParts splits the body and checks what every part must have.
func readParts(contentType string, body []byte) ([]part, *refusal) {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil || media != "multipart/form-data" {
		return nil, refuse(http.StatusUnsupportedMediaType, "Unsupported Content-Type: must be multipart/form-data")
	}
	if params["boundary"] == "" {
		return nil, badRequest("Content-Type has no boundary")
	}
	reader := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	var parts []part
	for {
		raw, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) && bytes.Contains(body, []byte("--"+params["boundary"]+"--")) {
			return parts, nil
		}
		if errors.Is(err, io.EOF) { // the body ends behind a boundary that is not the last
			err = errCut
		}
		if err != nil {
			return nil, refuse(http.StatusUnprocessableEntity, "error reading multipart data: %v", err)
		}
		if len(parts) == maxParts {
			return nil, badRequest("more than %d parts", maxParts)
		}
		p, refused := readPart(raw)
		if refused != nil {
			return nil, refused
		}
		parts = append(parts, p)
	}
}

func readPart(raw *multipart.Part) (part, *refusal) {
	p, refused := partName(raw.FormName())
	if refused != nil {
		return p, refused
	}
	if raw.Header.Get("Content-Encoding") != "" {
		return p, badRequest("part %s: Content-Encoding is not allowed in a part", p.name())
	}
	media, params, err := mime.ParseMediaType(raw.Header.Get("Content-Type"))
	if err != nil {
		return p, badRequest("part %s: Content-Type is missing or malformed", p.name())
	}
	p.media = media
	if p.event != "attachment" && media != mediaJSON {
		return p, badRequest("part %s: Content-Type must be application/json, is %q", p.name(), media)
	}
	length := raw.Header.Get("Content-Length")
	if length == "" {
		length = params["length"]
	}
	if p.body, err = io.ReadAll(raw); err != nil {
		return p, refuse(http.StatusUnprocessableEntity, "error reading multipart data: %v", err)
	}
	n, err := strconv.Atoi(length)
	switch {
	case length == "":
		return p, badRequest("part %s: has neither Content-Length nor a length parameter in Content-Type", p.name())
	case err != nil || n != len(p.body):
		return p, badRequest("part %s: length %q does not match the %d bytes of the part", p.name(), length, len(p.body))
	}
	return p, nil
}

// partName reads <event>.<id>[.<field>].
func partName(name string) (part, *refusal) {
	words := strings.Split(name, ".")
	if len(words) < 2 || len(words) > 3 {
		return part{}, badRequest("invalid part name %q: must be <event>.<id>[.<field>]", name)
	}
	id, ok := parseUUID(words[1])
	if !ok {
		return part{}, badRequest("invalid part name %q: %q is not a UUID", name, words[1])
	}
	p := part{event: words[0], id: id}
	if len(words) == 3 {
		p.field = words[2]
	}
	switch p.event {
	case "post", "patch":
		switch p.field {
		case "", "inputs", "outputs", "events", "extra", "error", "serialized":
			return p, nil
		}
		return part{}, badRequest("invalid part name %q: unknown field %q", name, p.field)
	case "attachment":
		if p.field != "" {
			return p, nil
		}
	case "feedback":
		if len(words) == 2 {
			return p, nil
		}
	}
	return part{}, badRequest("invalid part name %q", name)
}

// decoder reads b with numbers as they are written: ids of 64 bits do not fit a float.
func decoder(b []byte) *json.Decoder {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	return d
}
