// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

func TestRead_attachments(t *testing.T) {
	f := func(value string, leftOut int64, want ...run.Attachment) {
		t.Helper()
		got := dialect.Read(newSpan(t, "any", "call", attrs{"langsmith.attachments": value}))
		assert.Equal(t, want, got.Attachments)
		assert.Equal(t, leftOut, got.Metadata.Get("attachments_left_out").Int())
		assert.Empty(t, got.Metadata.Get("langsmith.attachments").Text())
	}
	f(`[{"name":"call","content":"aGVsbG8=","mime_type":"audio/wav"}]`, 0,
		run.Attachment{Name: "call", Type: "audio/wav", Data: []byte("hello")})
	f(`[{"name":"a.b\"\r\nc","content":"aGVsbG8=","mime_type":"audio/wav\r\nX: y"},{"name":"a_b___c","content":"aGVsbG8="},
		{"content":"aGVsbG8=","mime_type":"image/svg+xml"}]`, 0,
		run.Attachment{Name: "a_b___c", Type: "application/octet-stream", Data: []byte("hello")},
		run.Attachment{Name: "a_b___c-2", Type: "application/octet-stream", Data: []byte("hello")},
		run.Attachment{Name: "attachment", Type: "image/svg+xml", Data: []byte("hello")})
	f(`[{"name":"call","content":"[media audio/wav 5 bytes]"},{"name":"x"},7]`, 3)
	f(`nonsense`, 0)
	f(`{"name":"call"}`, 0)
}
