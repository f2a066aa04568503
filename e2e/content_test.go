// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
)

// TestContentLength_leavesWhatIsNoContent takes the content away from every recorded trace, in either order, and compares
// each run with what arrives when nothing is redacted.
func TestContentLength_leavesWhatIsNoContent(t *testing.T) {
	whole := collect(t, fmt.Sprintf(straight, "all", "otlp"))
	for name, order := range orders {
		t.Run(name, func(t *testing.T) {
			lengths := collect(t, withRedact(order, "length"))
			compared := 0
			for i, d := range whole {
				for span, want := range d.runs {
					got, ok := lengths[i].runs[span]
					require.True(t, ok, "%s: no run of span %s", d.fixture.File, span)
					assert.Equal(t, withoutContent(want), withoutContent(got), "%s: %s", d.fixture.File, want.Name)
					compared++
				}
				assertNothingSaid(t, lengths[i])
			}
			assert.Greater(t, compared, 1500)
			t.Logf("%d runs", compared)
		})
	}
}

// assertNothingSaid looks for what the manifest knows of what was said.
func assertNothingSaid(t *testing.T, d delivery) {
	t.Helper()
	for _, text := range []string{d.fixture.TraceInputContains, d.fixture.TraceOutputContains} {
		for _, r := range d.runs {
			if len(text) > 3 { // a word of three letters may be part of another
				assert.NotContains(t, string(r.Inputs)+string(r.Outputs), text, "%s: %s", d.fixture.File, r.Name)
			}
		}
	}
}

// TestRedaction_leavesEveryRunPresent sends every recorded trace with personal data in it, in either order and natively, and
// compares each run with what arrives of the recording itself when nothing is redacted.
func TestRedaction_leavesEveryRunPresent(t *testing.T) {
	whole := collect(t, fmt.Sprintf(straight, "all", "multipart"))
	for name, order := range orders {
		t.Run(name, func(t *testing.T) {
			l := newLangSmith(t)
			redacted := collectAt(t, l, strings.Replace(withRedact(order, "keep"), "protocol: otlp", "protocol: multipart", 1), plant)
			require.False(t, l.RecordOverflowed())
			l.assertClean(t)
			assert.True(t, l.Contains("[REDACTED:email]"), "the place of a value is marked")
			documents := 0
			for i, d := range whole {
				for span, want := range d.runs {
					got := redacted[i].runs[span]
					at := d.fixture.File + ": " + want.Name
					assert.Equal(t, withoutContent(want), withoutContent(got), at)
					documents += sameShape(t, decoded(t, want.Inputs), decoded(t, got.Inputs), at)
					documents += sameShape(t, decoded(t, want.Outputs), decoded(t, got.Outputs), at)
				}
			}
			assert.Greater(t, documents, 500, "JSON in texts")
			t.Logf("%d texts with JSON in them", documents)
		})
	}
}

func decoded(t *testing.T, content json.RawMessage) any {
	t.Helper()
	if len(content) == 0 {
		return nil
	}
	var v any
	require.NoError(t, json.Unmarshal(content, &v), "%s", content)
	return v
}

// sameShape wants the same members and elements in both, and JSON in each text that has held JSON, and returns how many
// such texts there are.
func sameShape(t *testing.T, was, is any, at string) (documents int) {
	t.Helper()
	switch was := was.(type) {
	case map[string]any:
		is, _ := is.(map[string]any)
		for key, v := range was {
			if assert.Contains(t, is, key, at) {
				documents += sameShape(t, v, is[key], at)
			}
		}
	case []any:
		is, _ := is.([]any)
		if assert.Len(t, is, len(was), at) {
			for i, v := range was {
				documents += sameShape(t, v, is[i], at)
			}
		}
	case string:
		is, ok := is.(string)
		assert.True(t, ok, at)
		var before, after any
		if strings.ContainsAny(was, "{[") && json.Unmarshal([]byte(was), &before) == nil {
			assert.NoError(t, json.Unmarshal([]byte(is), &after), "%s: %s", at, is)
			return 1 + sameShape(t, before, after, at)
		}
	}
	return documents
}

// withRedact is straight with redact, in one of the orders.
func withRedact(order, content string) string {
	config := fmt.Sprintf(straight, "all", "otlp")
	config = strings.ReplaceAll(config, "processors: [sampling]", "processors: "+strings.Replace(order, "memory_limiter, ", "", 1))
	return strings.Replace(config, "processors:\n", `processors:
  redact:
    hash: {keys: [{id: k1, key: "${env:REDACT_HASH_KEY}"}]}
    content: `+content+"\n", 1)
}

// withoutContent is what shall show of a run whatever became of its content.
func withoutContent(r pdatatest.Arrived) map[string]any {
	return map[string]any{
		"type": r.Kind, "name": r.Name, "failed": r.Error != "", "usage": r.Usage, "in a thread": strings.Join(r.Threads, "") != "",
		"of a user": r.User != "", "parent": r.Parent,
	}
}
