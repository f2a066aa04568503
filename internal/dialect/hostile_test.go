// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// hostile are texts of about n bytes that are made to be read again and again.
var hostile = map[string]func(n int) string{
	"deep":        func(n int) string { return strings.Repeat("[", n/2) + strings.Repeat("]", n/2) },
	"deep enough": func(n int) string { return many(n, strings.Repeat(`{"message":`, 100)+"1"+strings.Repeat("}", 100)) },
	"wide":        func(n int) string { return wide(n, `"k%d":%d`) },
	"messages":    func(n int) string { return many(n, `{"role":"user","content":[{"type":"text","text":"x"}]}`) },
	"calls": func(n int) string {
		return `[{"role":"assistant","tool_calls":` + many(n, `{"id":"a","function":{"name":"f","arguments":"{}"}}`) + `}]`
	},
	"document": func(n int) string {
		return `[{"content":"x","metadata":` + wide(n/2, `"k%d":%d`) + `,` + strings.TrimPrefix(wide(n/2, `"k%d":%d`), "{") + `]`
	},
	"documents": func(n int) string { return many(n, `{"page_content":"x","metadata":{"a":1}}`) },
	"twice":     func(n int) string { return string(appendString(nil, string(appendString(nil, wide(n/2, `"k%d":%d`))))) },
	"nothing":   func(n int) string { return many(n, "null") },
	"backslash": func(n int) string { return `{"a":"` + strings.Repeat(`\\`, n/2) + `"}` },
	"spaces":    func(n int) string { return strings.Repeat(" ", n) + "x" },
}

func many(n int, item string) string {
	return "[" + strings.Repeat(item+",", n/(len(item)+1)) + item + "]"
}

// wide is an object of many members.
func wide(n int, member string) string {
	b := []byte{'{'}
	for i := 0; len(b) < n; i++ {
		if i > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, member, i, i)
	}
	return string(append(b, '}'))
}

// hostileSpan holds text under a name, in a span of some kind.
func hostileSpan(kind, name, text string) Span {
	span := ptrace.NewSpan()
	if kind != "" {
		span.Attributes().PutStr("openinference.span.kind", kind)
	}
	span.Attributes().PutStr(name, text)
	return Span{Span: span, Resource: pcommon.NewMap(), Scope: pcommon.NewInstrumentationScope()}
}

// least returns the shortest time that reading takes: everything else that happens makes it longer.
func least(s Span, enough time.Duration) time.Duration {
	var r Reader
	best := time.Hour
	for range 3 {
		start := time.Now()
		var f Fields
		r.Read(s, &f)
		if best = min(best, time.Since(start)); best < enough {
			break
		}
		r.Forget()
	}
	return best
}

func TestRead_hostileTextsTakeTimeByTheirLength(t *testing.T) {
	const (
		size = 64 << 10
		slow = time.Second / 2 // whatever takes less may have been held up by something else
	)
	names := slices.Sorted(maps.Keys(known))
	for name := range lists {
		names = append(names, name+".0.document.metadata", name+".0.message.content", name+".0.tool.json_schema", name+".0.content")
	}
	for _, family := range families {
		names = append(names, family+"x")
	}
	for title, text := range hostile {
		small, large := text(size), text(4*size)
		for _, kind := range []string{"LLM", "RETRIEVER"} {
			for _, name := range names {
				const enough = 5 * time.Millisecond // 13 MB/s at the least
				a := least(hostileSpan(kind, name, small), enough)
				if a < enough {
					continue
				}
				b := least(hostileSpan(kind, name, large), slow)
				assert.Less(t, b, max(12*a, slow), "%s in %s of a %s: %s, and %s for four times the length", title, name, kind, a, b)
			}
		}
	}
}

// manyAttributes is a model call with n attributes of one sort.
func manyAttributes(t *testing.T, n int, name string) Span {
	t.Helper()
	attributes := map[string]any{"gen_ai.operation.name": "chat"}
	for i := range n {
		attributes[fmt.Sprintf(name, i)] = "value"
	}
	s := hostileSpan("LLM", "x", "")
	require.NoError(t, s.Attributes().FromRaw(attributes))
	return s
}

func TestRead_manyAttributesTakeTimeByTheirNumber(t *testing.T) {
	const slow = time.Second / 2
	for _, name := range []string{
		"app.key%d", "ai.telemetry.metadata.k%d", "ai.settings.k%d", "metadata.k%d", "traceloop.association.properties.k%d",
		"llm.input_messages.%d.message.content", "llm.input_messages.0.message.tool_calls.%d.tool_call.id",
		"llm.output_messages.0.k%d", "retrieval.documents.0.document.k%d", "retrieval.documents.%d.document.content",
		"gen_ai.prompt.999999999%d.content", "embedding.embeddings.%d.embedding.text", "llm.tools.%d.tool.json_schema",
		"llm.request.functions.0.k%d", "langfuse.observation.metadata.k%d", "evaluations.%d.name",
	} {
		a, b := least(manyAttributes(t, 10_000, name), 0), least(manyAttributes(t, 20_000, name), 0)
		assert.Less(t, b, max(4*a, slow), "%s: %s for 10,000, %s for 20,000", name, a, b)
		t.Logf("%s: %s for 10,000, %s for 20,000", name, a, b)
	}
}
