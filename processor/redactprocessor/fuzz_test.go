// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// FuzzTraces holds the two properties of every text: what was planted is gone, and a second redaction changes nothing;
// with valid JSON staying valid.
func FuzzTraces(f *testing.F) {
	f.Add("hello", "ada-829123", "note")
	f.Add(`{"a":{"b":"c"},"n":8291234}`, "8291234", "input.value")
	f.Add(`{"arguments":"{\"password\":\"x\"}"}`, "password", "metadata")
	f.Add(`[{"role":"user","parts":[{"text":"\ud83d"}]}]`, "anonymous", "gen_ai.input.messages")
	f.Add("hash:k1:0123456789abcdef01234567.01234567 [REDACTED:email] [content:5B]", "REDACTED", "exception.stacktrace")
	f.Add(`{"usage":{"input":5},"text":"x"}`, "input5", "output.value")
	ways := everyWay(f)
	f.Fuzz(func(t *testing.T, text, id, key string) {
		for name, p := range ways {
			td, span := fuzzedSpan(text, id, key)
			redactTraces(t, p, td)
			once := span.Attributes().AsRaw()
			redactTraces(t, p, td)
			assert.Equal(t, once, span.Attributes().AsRaw(), name)
			for k, v := range once {
				out, ok := v.(string)
				assert.NotContains(t, out, "@leak-test", name)
				if was := "{" + strings.TrimPrefix(text, "{"); ok && k == key && was == text && json.Valid([]byte(text)) {
					assert.True(t, json.Valid([]byte(out)), "%s: %s", name, out)
				}
			}
		}
	})
}

// fuzzedSpan has the text under a key of its own choice, and once more with an address behind it.
func fuzzedSpan(text, id, key string) (ptrace.Traces, ptrace.Span) {
	td := ptrace.NewTraces()
	span := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.Attributes().PutStr(key, text)
	span.Attributes().PutStr("user.id", id)
	span.Attributes().PutStr("planted", text+"\n canary7@leak-test.org")
	return td, span
}
