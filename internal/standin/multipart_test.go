// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// piece is a part of a test's request.
type piece struct{ name, headers, body string }

func jsonPiece(name, body string) piece {
	return piece{name, fmt.Sprintf("Content-Type: application/json\r\nContent-Length: %d", len(body)), body}
}

const formType = "multipart/form-data; boundary=b0"

func formBody(pieces ...piece) []byte {
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString("--b0\r\nContent-Disposition: form-data; name=\"" + p.name + "\"\r\n")
		if p.headers != "" {
			b.WriteString(p.headers + "\r\n")
		}
		b.WriteString("\r\n" + p.body + "\r\n")
	}
	b.WriteString("--b0--\r\n")
	return []byte(b.String())
}

// runJSON is a run with id below parent, complete; more is put in front of its fields.
func runJSON(id, parent, more string) string {
	dotted, trace := stamp1+id, id
	if parent != "" {
		dotted, trace = stamp1+parent+"."+dotted, parent
		more += `"parent_run_id":"` + parent + `",`
	}
	return `{` + more + `"id":"` + id + `","trace_id":"` + trace + `","dotted_order":"` + dotted +
		`","name":"n","run_type":"llm","start_time":"2026-08-21T10:11:12.123456Z","end_time":"2026-08-21T10:11:13","session_name":"p"}`
}

func sendForm(s *Server, pieces ...piece) reply {
	return request(s, "POST", "/runs/multipart", formBody(pieces...), "Content-Type", formType)
}

func TestMultipart_completeRun(t *testing.T) {
	s, _ := newTestServer(Options{})
	r := sendForm(s,
		jsonPiece("post."+idA, runJSON(idA, "", `"tags":["prod"],`)),
		jsonPiece("post."+idA+".inputs", `{"messages":[]}`),
		jsonPiece("post."+idA+".outputs", `{"usage_metadata":{"input_tokens":3,"output_tokens":4}}`),
		jsonPiece("post."+idA+".events", `[{"name":"start","time":"2026-08-21T10:11:12Z"},{"name":"new_token","time":"2026-08-21T10:11:12.5Z"}]`),
		jsonPiece("post."+idA+".extra", `{"metadata":{"k":"v"}}`),
		jsonPiece("post."+idA+".serialized", `{}`),
		piece{"attachment." + idA + ".photo", "Content-Type: image/png; length=3", "abc"},
		jsonPiece("post."+idB, runJSON(idB, idA, "")),
		jsonPiece("post."+idB+".error", `"boom"`),
		jsonPiece("feedback."+idC, `{"key":"score","score":1,"trace_id":"`+idA+`","run_id":"`+idA+`"}`),
	)
	require.Equal(t, http.StatusAccepted, r.status, r.body)
	runs := s.Runs()
	require.Len(t, runs, 2)
	assert.Equal(t, "success", runs[0].Status)
	assert.EqualValues(t, 7, runs[0].TotalTokens)
	assert.Equal(t, []Attachment{{Name: "photo", MIMEType: "image/png", Size: 3}}, runs[0].Attachments)
	assert.Equal(t, m{"k": "v"}, runs[0].Metadata())
	assert.Equal(t, 500, runs[0].FirstToken.Nanosecond()/1e6)
	assert.Equal(t, []string{"error", "boom", "p"}, []string{runs[1].Status, runs[1].Error, runs[1].Project})
	require.Len(t, s.Feedback(), 1)
	assert.Equal(t, idC, s.Feedback()[0].ID)
}

func TestMultipart_compressedAsAWhole(t *testing.T) {
	s, _ := newTestServer(Options{})
	body := formBody(jsonPiece("post."+idA, runJSON(idA, "", "")))
	r := request(s, "POST", "/api/v1/runs/multipart", zstded(body), "Content-Type", formType, "Content-Encoding", "zstd")
	assert.Equal(t, http.StatusAccepted, r.status, r.body)
}

func TestMultipart_isStrict(t *testing.T) {
	good := jsonPiece("post."+idA, runJSON(idA, "", ""))
	f := func(status int, want string, pieces ...piece) {
		t.Helper()
		s, _ := newTestServer(Options{})
		r := sendForm(s, pieces...)
		assert.Equal(t, status, r.status, want)
		assert.Contains(t, r.body, want)
		assert.Empty(t, s.Runs(), "one bad run fails the request")
	}
	f(400, "Content-Type is missing", piece{"post." + idA, "Content-Length: 2", "{}"})
	f(400, "must be application/json", piece{"post." + idA, "Content-Type: text/plain\r\nContent-Length: 2", "{}"})
	f(400, "neither Content-Length nor a length parameter", piece{"post." + idA, "Content-Type: application/json", "{}"})
	f(400, "does not match the 2 bytes", piece{"post." + idA, "Content-Type: application/json\r\nContent-Length: 3", "{}"})
	f(400, "does not match the 2 bytes", piece{"post." + idA, "Content-Type: application/json; length=1", "{}"})
	f(400, "Content-Encoding is not allowed", good, piece{
		"post." + idA + ".inputs",
		"Content-Type: application/json\r\nContent-Length: 2\r\nContent-Encoding: gzip", "{}",
	})
	for _, name := range []string{
		"post", "post.x", "put." + idA, "post." + idA + ".output", "post." + idA + ".a.b", "feedback." + idA + ".x",
		"attachment." + idA, "attachment." + idA + ".a.png", "",
	} {
		f(400, "invalid part name", good, jsonPiece(name, "{}"))
	}
	for _, field := range []string{"inputs", "outputs", "events"} {
		f(422, field+" must be sent as a part of its own", jsonPiece("post."+idA, runJSON(idA, "", `"`+field+`":null,`)))
	}
	f(400, "comes twice", good, good)
	f(400, "comes before, or without, part post."+idA, jsonPiece("post."+idA+".inputs", "{}"), good)
	f(400, "comes before, or without", piece{"attachment." + idA + ".x", "Content-Type: a/b; length=0", ""})
	f(400, "does not match the name of the part", jsonPiece("post."+idB, runJSON(idA, "", "")))
	f(422, "not a run in JSON", jsonPiece("post."+idA, "[]"))
	f(422, "not JSON", good, jsonPiece("post."+idA+".inputs", "{"))
	f(422, "inputs: wrong type", good, jsonPiece("post."+idA+".inputs", "[]"))
	f(422, "outputs: wrong type", good, jsonPiece("post."+idA+".outputs", `"x"`))
	f(422, "events: wrong type", good, jsonPiece("post."+idA+".events", "{}"))
	f(422, "must be a JSON string", good, jsonPiece("post."+idA+".error", "{}"))
	f(422, "trace_id: field required", jsonPiece("feedback."+idC, `{"key":"k"}`))
	f(422, "key: field required", jsonPiece("feedback."+idC, `{}`))
	f(400, "named neither after", jsonPiece("feedback."+idC, `{"key":"k","id":"`+idA+`","trace_id":"`+idA+`"}`))
}

func TestMultipart_cutInTheMiddle(t *testing.T) {
	s, _ := newTestServer(Options{})
	body := formBody(jsonPiece("post."+idA, runJSON(idA, "", "")))
	cut := func(rest, want string) {
		t.Helper()
		r := request(s, "POST", "/runs/multipart", []byte(strings.TrimSuffix(string(body), "--b0--\r\n")+rest), "Content-Type", formType)
		assert.Equal(t, 422, r.status)
		assert.Contains(t, r.body, want)
	}
	cut("--b0\r\n", "error reading multipart data: multipart: NextPart: EOF")
	cut("", "error reading multipart data: unexpected EOF")
	assert.Contains(t, request(s, "POST", "/runs/multipart", nil, "Content-Type", formType).body, "multipart: NextPart: EOF")
	f := func(contentType string, want int) {
		t.Helper()
		assert.Equal(t, want, request(s, "POST", "/runs/multipart", body, "Content-Type", contentType).status)
	}
	f("application/json", 415)
	f("", 415)
	f("multipart/form-data", 400)
}

func TestMultipart_fieldsOfTheRun(t *testing.T) {
	f := func(find, replace, want string) {
		t.Helper()
		s, _ := newTestServer(Options{})
		body := strings.Replace(runJSON(idA, "", ""), find, replace, 1)
		r := sendForm(s, jsonPiece("post."+idA, body))
		assert.Contains(t, r.body, want)
		assert.NotEqual(t, http.StatusAccepted, r.status, want)
	}
	f(`"trace_id":"`+idA+`",`, ``, "trace_id: field required")
	f(`"id":"`+idA+`",`, ``, "id: field required")
	f(`"dotted_order":"`+stamp1+idA+`",`, ``, "dotted_order: field required")
	f(`"trace_id":"`+idA, `"trace_id":"nonsense`, "trace_id: invalid UUID")
	f(`"name":"n"`, `"name":""`, "name: field required")
	f(`"run_type":"llm",`, ``, "run_type: field required")
	f(`"llm"`, `"agent"`, "run_type: must be one of")
	f(`"start_time":"2026-08-21T10:11:12.123456Z",`, ``, "start_time: field required")
	f(`"2026-08-21T10:11:12.123456Z"`, `17`, "start_time: not a date")
	f(`"2026-08-21T10:11:13"`, `"yesterday"`, "end_time: not a date")
	f(`"2026-08-21T10:11:13"`, `1.5`, "end_time: not a date")
	f(`{`, `{"status":"done",`, "status: must be one of")
	f(`{`, `{"session_id":"x",`, "session_id: invalid UUID")
	f(`{`, `{"extra":[],`, "extra: wrong type")
}
