// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package pdatatest

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// SpokenSpan is a span as a library or a convention describes it, recorded or not, in a file of
// internal/runmap/testdata/spoken.
type SpokenSpan struct {
	Scope      string         `json:"scope"`
	Name       string         `json:"name"`
	Kind       string         `json:"kind"`
	Status     string         `json:"status"` // "ok", or "error: " and its message
	Parent     int            `json:"parent"` // index of the parent; the first span has none
	Resource   map[string]any `json:"resource"`
	Attributes map[string]any `json:"attributes"`
	Events     []SpokenEvent  `json:"events"`
}

// SpokenEvent is an event of a SpokenSpan.
type SpokenEvent struct {
	Name       string         `json:"name"`
	Attributes map[string]any `json:"attributes"`
}

// Spoken returns the traces of all cases that are described, by file and case.
func Spoken(t testing.TB) map[string]ptrace.Traces {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(Repository(t), "internal", "runmap", "testdata", "spoken", "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	all := map[string]ptrace.Traces{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var cases []struct {
			Case  string
			Span  *SpokenSpan
			Spans []SpokenSpan
		}
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		require.NoError(t, d.Decode(&cases), file)
		for _, c := range cases {
			if c.Span != nil {
				c.Spans = []SpokenSpan{*c.Span}
			}
			all[strings.TrimSuffix(filepath.Base(file), ".json")+"/"+c.Case] = SpokenTrace(t, c.Spans)
		}
	}
	return all
}

// SpokenID is the id of a span by its place in a case.
func SpokenID(i int) pcommon.SpanID { return pcommon.SpanID{0, 0, 0, 0, 0, 0, 1, byte(i + 1)} }

// SpokenTrace puts each span under a resource and a scope of its own.
func SpokenTrace(t testing.TB, spans []SpokenSpan) ptrace.Traces {
	t.Helper()
	td := ptrace.NewTraces()
	for i, s := range spans {
		rs := td.ResourceSpans().AppendEmpty()
		putAll(t, rs.Resource().Attributes(), s.Resource)
		ss := rs.ScopeSpans().AppendEmpty()
		ss.Scope().SetName(s.Scope)
		span := ss.Spans().AppendEmpty()
		span.SetTraceID(pcommon.TraceID{1})
		span.SetSpanID(SpokenID(i))
		if i > 0 {
			span.SetParentSpanID(SpokenID(s.Parent))
		}
		span.SetName(s.Name)
		span.SetKind(spokenKinds[s.Kind])
		span.SetStartTimestamp(pcommon.Timestamp(1_700_000_000_000_000_000 + i))
		span.SetEndTimestamp(1_700_000_010_000_000_000)
		putAll(t, span.Attributes(), s.Attributes)
		for j, e := range s.Events {
			event := span.Events().AppendEmpty()
			event.SetName(e.Name)
			event.SetTimestamp(pcommon.Timestamp(1_700_000_000_250_000_000 + j))
			putAll(t, event.Attributes(), e.Attributes)
		}
		switch message, failed := strings.CutPrefix(s.Status, "error: "); {
		case failed:
			span.Status().SetCode(ptrace.StatusCodeError)
			span.Status().SetMessage(message)
		case s.Status == "ok":
			span.Status().SetCode(ptrace.StatusCodeOk)
		}
	}
	return td
}

var spokenKinds = map[string]ptrace.SpanKind{
	"client": ptrace.SpanKindClient, "server": ptrace.SpanKindServer, "internal": ptrace.SpanKindInternal,
}

// putAll writes attributes: a number without a point is an integer, {"double": "NaN"} one that JSON has no word for,
// {"json": …} the text of what stands there.
func putAll(t testing.TB, m pcommon.Map, attributes map[string]any) {
	t.Helper()
	raw := map[string]any{}
	for k, v := range attributes {
		raw[k] = plain(t, v)
	}
	require.NoError(t, m.FromRaw(raw))
}

func plain(t testing.TB, v any) any {
	t.Helper()
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, err := v.Float64()
		require.NoError(t, err)
		return f
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = plain(t, v[i])
		}
		return list
	case map[string]any:
		if s, ok := v["double"].(string); ok && len(v) == 1 {
			f, err := json.Number(s).Float64()
			require.NoError(t, err)
			return f
		}
		return plainObject(t, v)
	}
	return v
}

func plainObject(t testing.TB, v map[string]any) any {
	t.Helper()
	if quoted, ok := v["json"]; ok && len(v) == 1 {
		if inner, ok := quoted.(map[string]any); ok {
			quoted = plainObject(t, inner)
		}
		var text bytes.Buffer
		e := json.NewEncoder(&text)
		e.SetEscapeHTML(false)
		require.NoError(t, e.Encode(quoted))
		return strings.TrimSpace(text.String())
	}
	object := map[string]any{}
	for k := range v {
		object[k] = plain(t, v[k])
	}
	return object
}
