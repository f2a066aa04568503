// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// check looks at what must hold whatever was sent.
func check(t *testing.T, s *Server, r reply, statuses ...int) {
	t.Helper()
	assert.Contains(t, statuses, r.status, r.body)
	checkBooks(t, s)
	for _, run := range s.Runs() {
		assert.NotEmpty(t, run.ID)
		assert.NotEmpty(t, run.TraceID)
	}
	assert.Equal(t, 200, request(s, "GET", "/sessions", nil).status)
}

func FuzzMultipart(f *testing.F) {
	f.Add(formBody(jsonPiece("post."+idA, runJSON(idA, "", "")), jsonPiece("post."+idA+".inputs", "{}")))
	f.Add(formBody(jsonPiece("feedback."+idA, `{"key":"k","trace_id":"`+idA+`"}`)))
	f.Add(formBody(piece{"attachment." + idA + ".x", "Content-Type: a/b; length=0", ""}))
	f.Add([]byte("--b0--\r\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		s, _ := newTestServer(Options{MaxRuns: 100, MaxBytes: 1 << 20})
		r := request(s, "POST", "/runs/multipart", body, "Content-Type", formType)
		check(t, s, r, 202, 400, 409, 422)
	})
}

func FuzzBatch(f *testing.F) {
	f.Add([]byte(`{"post":[` + runJSON(idA, "", "") + `,` + runJSON(idB, idA, "") + `]}`))
	f.Add([]byte(`{"patch":[` + runJSON(idA, "", "") + `]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		s, _ := newTestServer(Options{MaxRuns: 100, MaxBytes: 1 << 20})
		check(t, s, sendBatch(s, string(body)), 202, 400, 409, 422)
	})
}

func FuzzDottedOrder(f *testing.F) {
	f.Add(stamp1 + idA)
	f.Add(stamp1 + idA + "." + stamp2 + idB)
	f.Add("20260821T101112111Z" + idA)
	f.Fuzz(func(t *testing.T, dotted string) {
		parts, refused := parseDotted(dotted)
		if refused != nil {
			assert.Contains(t, []int{400, 422}, refused.status)
			return
		}
		again := ""
		for _, p := range parts {
			again += "." + segment(p.at, p.id)
		}
		assert.Equal(t, "."+dotted, again, "what is accepted is what would be written")
	})
}

func FuzzOTLPJSON(f *testing.F) {
	tr := newTrace()
	tr.add(1, 0, m{"gen_ai.prompt": `{"a":[1,2]}`, "langsmith.metadata.x": []any{1, "a"}})
	tr.add(2, 1, m{"gen_ai.tool.name": "t", "events": "[{}]"})
	seed, err := (&ptrace.JSONMarshaler{}).MarshalTraces(tr.Traces)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte(`{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"key":"a","value":{"doubleValue":null}}]}]}]}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		s, _ := newTestServer(Options{MaxRuns: 100, MaxBytes: 1 << 20})
		check(t, s, request(s, "POST", "/otel/v1/traces", body, "Content-Type", mediaJSON), 200, 400)
	})
}

func FuzzOTLPProtobuf(f *testing.F) {
	tr := newTrace()
	tr.add(1, 0, m{"gen_ai.prompt": `{"a":[1,2]}`, "langsmith.metadata.x": []any{1, "a"}})
	f.Add(proto(tr.Traces))
	f.Add(nested(maxDepth+10, []byte{1, 5}, 2, 9, 2, 2, 1))
	f.Fuzz(func(t *testing.T, body []byte) {
		s, _ := newTestServer(Options{MaxRuns: 100, MaxBytes: 1 << 20})
		check(t, s, request(s, "POST", "/otel/v1/traces", body, "Content-Type", mediaProtobuf), 200, 400)
	})
}

func FuzzFilter(f *testing.F) {
	f.Add(`and(eq(metadata_key,"a"),in(metadata_value,["b"]),or(has(tags,'x'),gt(latency,1)))`)
	f.Add(`search("a\nb")`)
	run := &found{Run: mapOne(m{"langsmith.metadata.a": "b"})}
	f.Fuzz(func(_ *testing.T, filter string) {
		if c, err := parseFilter(filter); err == nil {
			c(run)
		}
	})
}
