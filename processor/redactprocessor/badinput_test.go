// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// patience is several times what any of the inputs below takes on a slow and busy machine.
const patience = 3 * time.Minute

// inTime fails the test when f takes too long for work that grows with the size of its input.
func inTime(t *testing.T, f func()) {
	t.Helper()
	before := time.Now()
	f()
	assert.Less(t, time.Since(before), patience)
}

func TestBadInput_oddTexts(t *testing.T) {
	p := started(t, defaults())
	f := func(in, want string) {
		t.Helper()
		got := redactedText(t, p, in)
		assert.Equal(t, want, got)
		assert.Equal(t, got, redactedText(t, p, got))
		if json.Valid([]byte(in)) {
			assert.True(t, json.Valid([]byte(got)), got)
		}
	}
	f("\x00\xff\xfe bob@example.org \xc3", "\x00\xff\xfe [REDACTED:email] \xc3")
	f("\x00bob@example.org\x00", "\x00[REDACTED:email]\x00")
	f(`{"a":"\ud83d bob@example.org \ude00"}`, `{"a":"\ud83d [REDACTED:email] \ude00"}`)
	f(`{"a":"\udc00\udc00","b":"bob@example.org"}`, `{"a":"\udc00\udc00","b":"[REDACTED:email]"}`)
	f("\xed\xa0\x80 bob@example.org", "\xed\xa0\x80 [REDACTED:email]")
	f("\ufeffbob@example.org", "\ufeff[REDACTED:email]")
	f(strings.Repeat("\x00", 1000), strings.Repeat("\x00", 1000))
	f(strings.Repeat("\\", 10_001), strings.Repeat("\\", 10_001))
}

func TestBadInput_largestValue(t *testing.T) {
	if testing.Short() {
		t.Skip("64 MiB")
	}
	p := started(t, defaults())
	inTime(t, func() {
		tail := " mail bob@example.org"
		text := strings.Repeat("nothing to see here. ", maxText/21)
		text = text[:maxText-len(tail)] + tail
		got := redactedText(t, p, text)
		assert.True(t, strings.HasSuffix(got, " mail [REDACTED:email]"))
		assert.Len(t, got, len(text)+len("[REDACTED:email]")-len("bob@example.org"))
	})
	assert.Equal(t, "[REDACTED:unprocessable]", redactedText(t, p, strings.Repeat("a", maxText+1)), "one byte more")
}

func TestBadInput_depth(t *testing.T) {
	p := started(t, defaults())
	const depth = 10_000
	inTime(t, func() {
		td, span := oneSpan(t, nil)
		list, object := span.Attributes().PutEmpty("list"), span.Attributes().PutEmpty("map")
		for range depth {
			list, object = list.SetEmptySlice().AppendEmpty(), object.SetEmptyMap().PutEmpty("bob@example.org")
		}
		list.SetStr("bob@example.org")
		object.SetStr("bob@example.org")
		redactTraces(t, p, td)
		assertAbsent(t, tracesText(t, td), "bob@")
	})
	ld := plog.NewLogs()
	body := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty().Body()
	for range depth {
		body = body.SetEmptySlice().AppendEmpty()
	}
	body.SetStr("bob@example.org")
	redactLogs(t, p, ld)
	assertAbsent(t, logsText(t, ld), "bob@")
	for _, open := range []string{`{"a":`, `[`, `{"a":"{\"b\":`, `"\"`} {
		text := strings.Repeat(open, depth) + ` bob@example.org`
		assert.NotContains(t, redactedText(t, p, text), "bob@", open)
	}
}

func TestBadInput_aMillionAttributes(t *testing.T) {
	if testing.Short() {
		t.Skip("a million attributes")
	}
	p := started(t, defaults())
	td, span := oneSpan(t, nil)
	const many = 1_000_000
	attrs := pcommon.NewMap()
	attrs.EnsureCapacity(many)
	raw := make(map[string]any, many)
	for i := range many {
		raw[fmt.Sprintf("key.%d.user_id", i)] = fmt.Sprintf("bob%d@example.org", i)
	}
	require.NoError(t, attrs.FromRaw(raw))
	attrs.MoveTo(span.Attributes())
	inTime(t, func() { redactTraces(t, p, td) })
	assert.Equal(t, many, span.Attributes().Len())
	assert.NotContains(t, tracesText(t, td), "@example")
	r := p.ready.idle.Get().(*redactor)
	assert.LessOrEqual(t, len(r.keys.known), maxRemembered, "what is remembered has a bound")
	assert.LessOrEqual(t, r.people.words.Len(), maxWords)
}

func TestBadInput_everyContentPolicyOnEmptyAndOddValues(t *testing.T) {
	for _, policy := range []string{"keep", "length", "drop", "{default: {keep: 50, errors: keep, otherwise: length}}"} {
		p := withContent(t, policy)
		keys := []string{"input.value", "gen_ai.input.messages", "metadata", "genkit:output", "exception.message", ""}
		for _, key := range keys {
			for _, v := range []any{
				nil, "", " ", "{", "[]", "{}", `{"usage":`, `{"usage":{}}`, `{"usage":{"a":{"a":{"a":{"a":1}}}}}`,
				[]byte{},
				[]byte{0xff},
				int64(-1), 1e308, true,
				[]any{},
				[]any{nil, []any{}},
				map[string]any{"": nil},
			} {
				td, span := oneSpan(t, map[string]any{key: v})
				event := span.Events().AppendEmpty()
				event.SetName("gen_ai.choice")
				span.Attributes().CopyTo(event.Attributes())
				redactTraces(t, p, td)
				once := tracesText(t, td)
				assert.Equal(t, once, tracesText(t, redactTraces(t, p, td)), "%s %s %v", policy, key, v)
			}
		}
	}
}

func TestBadInput_sameKeyTwice(t *testing.T) {
	p := withContent(t, "drop")
	// Protobuf may hold a key twice, which the API of pdata cannot make.
	attribute := "J\x16\x0a\x0binput.value\x12\x07\x0a\x05hello"
	inner := "*\x01x" + attribute + attribute
	request := prefixedBytes(0x0a, prefixedBytes(0x12, prefixedBytes(0x12, inner)))
	td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces([]byte(request))
	require.NoError(t, err)
	require.Equal(t, 2, td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).Attributes().Len())
	redactTraces(t, p, td)
	assertAbsent(t, tracesText(t, td), "hello")
}

// prefixedBytes is a field of protobuf that holds bytes.
func prefixedBytes(tag byte, body string) string { return string([]byte{tag, byte(len(body))}) + body }
