// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRecord_findsWhatWasSentAnywhere(t *testing.T) {
	s, _ := newTestServer(Options{Record: true})
	tr := newTrace()
	tr.add(1, 0, m{"k": "in a value", "j": `{"inner":"say \"hello\""}`}).TraceState().FromRaw("canary=state")
	body := gzipped(proto(tr.Traces))
	request(s, "POST", "/otel/v1/traces?q=query-canary", body, "Content-Type", mediaProtobuf, "Content-Encoding", "gzip",
		"Langsmith-Project", "project-canary", "x-api-key", "the-key", "Authorization", "Bearer token")
	request(s, "POST", "/runs/batch", []byte(`{"a":"line\nand \"quotes\""}`), "Content-Type", mediaJSON)
	request(s, "POST", "/runs/batch", []byte(`not "json" refused`), "Content-Type", mediaJSON)
	for _, want := range []string{"in a value", `say "hello"`, "canary=state", "query-canary", "project-canary", "line\nand \"quotes\"", "refused"} {
		assert.True(t, s.Contains(want), want)
	}
	for _, not := range []string{"the-key", "Bearer token", "absent"} {
		assert.False(t, s.Contains(not), not)
	}
	require.Len(t, s.Requests(), 3)
	first := s.Requests()[0]
	assert.Equal(t, Request{
		At: epoch, Path: "/otel/v1/traces", Status: 200, Project: "project-canary", APIKey: "the-key",
		ContentType: mediaProtobuf, Encoding: "gzip", Wire: len(body), Bytes: first.Bytes,
	}, first)
	assert.Equal(t, 422, s.Requests()[2].Status)
	assert.Contains(t, string(s.ReceivedBytes()), "project-canary")
}

func TestRecord_isOffUnlessAskedFor(t *testing.T) {
	s, _ := newTestServer(Options{})
	sendBatch(s, `{"canary":1}`)
	assert.False(t, s.Contains("canary"))
	assert.Empty(t, s.Requests())
}

func TestRecord_isBoundedAndSaysSo(t *testing.T) {
	s, _ := newTestServer(Options{Record: true, RecordBytes: 100})
	sendBatch(s, `{}`)
	assert.False(t, s.RecordOverflowed())
	sendBatch(s, `{"x":"`+strings.Repeat("x", 100)+`"}`)
	assert.True(t, s.RecordOverflowed())
	assert.True(t, s.Summary().RecordOverflow)
}
