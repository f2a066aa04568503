// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// wideText is text in UTF-16, the high byte of each unit at order, behind a mark.
func wideText(text, mark string, order int) string {
	b := []byte(mark)
	for _, unit := range utf16.Encode([]rune(text)) {
		pair := [2]byte{}
		pair[order], pair[1-order] = byte(unit>>8), byte(unit)
		b = append(b, pair[:]...)
	}
	return string(b)
}

func zipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String()
}

func unzipped(t testing.TB, raw string) string {
	t.Helper()
	r, err := gzip.NewReader(strings.NewReader(raw))
	require.NoError(t, err)
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(text)
}

func TestBytes_textInOtherForms(t *testing.T) {
	p := started(t, defaults())
	redacted := func(raw string) string {
		t.Helper()
		td := ptrace.NewTraces()
		span := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		span.Attributes().PutEmptyBytes("app.raw").FromRaw([]byte(raw))
		redactTraces(t, p, td)
		out, ok := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).Attributes().Get("app.raw")
		require.True(t, ok)
		return string(out.Bytes().AsRaw())
	}
	const secret, masked = "Grüße an bob@example.org 😀", "Grüße an [REDACTED:email] 😀"
	const plain, plainMasked = "mail bob@example.org now", "mail [REDACTED:email] now"
	assert.Equal(t, wideText(masked, "\xff\xfe", 1), redacted(wideText(secret, "\xff\xfe", 1)))
	assert.Equal(t, wideText(masked, "\xfe\xff", 0), redacted(wideText(secret, "\xfe\xff", 0)))
	assert.Equal(t, wideText(plainMasked, "", 1), redacted(wideText(plain, "", 1)))
	assert.Equal(t, wideText(plainMasked, "", 0), redacted(wideText(plain, "", 0)))
	assert.Equal(t, plainMasked, unzipped(t, redacted(zipped(t, plain))))
	assert.Equal(t, wideText(plainMasked, "", 1)+"x", redacted(wideText(plain, "", 1)+"x"), "cut off")
	for _, clean := range []string{wideText("nothing here", "", 1), zipped(t, "nothing here"), "\x00\x01\x02\x03\x04\x05\x06\x07"} {
		assert.Equal(t, clean, redacted(clean))
	}
	bomb := zipped(t, strings.Repeat("a", maxInflated+1))
	p = started(t, func() *Config { c := defaults(); c.Media = mediaKeep; return c }())
	assert.Equal(t, "[REDACTED:unprocessable]", redacted(bomb))
	assert.Equal(t, "[REDACTED:unprocessable]", redacted(zipped(t, plain)[:30]), "cut off")
}

// Copies of a message share the bytes of its values: what another pipeline has must not change, nor what a dry run reads.
func TestTraces_bytesOfACopyStay(t *testing.T) {
	secret := "password=" + strings.Repeat("Xy9kQ2mm", 8) + " and more" // longer than its mask
	cfg := defaults()
	cfg.DryRun = true
	for _, p := range []*redactProcessor{started(t, defaults()), started(t, cfg)} {
		td := ptrace.NewTraces()
		span := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		span.Attributes().PutEmptyBytes("raw").FromRaw([]byte(secret))
		copied := ptrace.NewTraces()
		td.CopyTo(copied)
		redactTraces(t, p, copied)
		raw, _ := span.Attributes().Get("raw")
		assert.Equal(t, secret, string(raw.Bytes().AsRaw()))
	}
}
