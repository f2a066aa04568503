// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package walk_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/walk"
)

// shouter changes every text that it is shown to capitals, and notes where it was.
type shouter struct {
	seen     map[string]walk.Site
	verdicts map[string]walk.Verdict
	armed    []string
	left     int
}

func (s *shouter) Resource(pcommon.Resource)  {}
func (s *shouter) Span(ptrace.Span)           {}
func (s *shouter) Record(plog.LogRecord)      {}
func (s *shouter) Leave(ptrace.Span)          { s.left++ }
func (s *shouter) LeaveRecord(plog.LogRecord) { s.left++ }

func (s *shouter) Entry(_ *walk.Place, key string, _ pcommon.Value) walk.Verdict {
	return s.verdicts[key]
}

func (s *shouter) Text(at *walk.Place, text string) (string, bool) {
	if s.seen == nil {
		s.seen = map[string]walk.Site{}
	}
	s.seen[text] = at.Site
	if at.Arm != 0 {
		s.armed = append(s.armed, text)
	}
	return strings.ToUpper(text), strings.ToUpper(text) != text
}

func (s *shouter) Bytes(at *walk.Place, raw string) (string, bool) { return s.Text(at, raw) }

func (s *shouter) Name(at *walk.Place, key string) (string, bool) { return s.Text(at, key) }

func (s *shouter) TooDeep(*walk.Place) string { return "deep" }

func everywhere() ptrace.Traces {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.SetSchemaUrl("schema-a")
	rs.Resource().Attributes().PutStr("resource-key", "resource-value")
	ss := rs.ScopeSpans().AppendEmpty()
	ss.SetSchemaUrl("schema-b")
	ss.Scope().SetName("scope-name")
	ss.Scope().SetVersion("scope-version")
	ss.Scope().Attributes().PutStr("scope-key", "scope-value")
	span := ss.Spans().AppendEmpty()
	span.SetName("span-name")
	span.TraceState().FromRaw("span=state")
	span.Status().SetMessage("status-text")
	span.Attributes().PutStr("span-key", "span-value")
	event := span.Events().AppendEmpty()
	event.SetName("event-name")
	event.Attributes().PutStr("event-key", "event-value")
	link := span.Links().AppendEmpty()
	link.TraceState().FromRaw("link=state")
	link.Attributes().PutStr("link-key", "link-value")
	return td
}

func Example() {
	td := ptrace.NewTraces()
	td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty().SetName("hello")
	walk.Traces(td, &shouter{})
	fmt.Println(td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).Name())
	// Output: HELLO
}

func TestTraces_showsEveryPlace(t *testing.T) {
	td, v := everywhere(), &shouter{}
	walk.Traces(td, v)
	assert.Equal(t, map[string]walk.Site{
		"schema-a": walk.SchemaURL, "schema-b": walk.SchemaURL, "resource-key": walk.ResourceAttribute,
		"resource-value": walk.ResourceAttribute,
		"scope-name":     walk.Scope, "scope-version": walk.Scope, "scope-key": walk.ScopeAttribute,
		"scope-value": walk.ScopeAttribute,
		"span-name":   walk.SpanName, "span=state": walk.TraceState, "status-text": walk.Status, "span-key": walk.SpanAttribute,
		"span-value": walk.SpanAttribute, "event-name": walk.EventName, "event-key": walk.EventAttribute,
		"event-value": walk.EventAttribute,
		"link=state":  walk.TraceState, "link-key": walk.LinkAttribute, "link-value": walk.LinkAttribute,
	}, v.seen)
	assert.Equal(t, 1, v.left)
	wire, err := (&ptrace.JSONMarshaler{}).MarshalTraces(td)
	assert.NoError(t, err)
	for text := range v.seen {
		assert.NotContains(t, string(wire), `"`+text+`"`, "written back")
		assert.Contains(t, string(wire), strings.ToUpper(text))
	}
}

func TestLogs_showsEveryPlace(t *testing.T) {
	ld, v := plog.NewLogs(), &shouter{}
	record := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	record.SetEventName("event")
	record.SetSeverityText("severity")
	record.Body().SetEmptyMap().PutStr("body-key", "body")
	record.Attributes().PutStr("key", "value")
	walk.Logs(ld, v)
	assert.Equal(t, 1, v.left)
	assert.Equal(t, map[string]walk.Site{
		"event": walk.EventName, "severity": walk.LogSeverity,
		"body-key": walk.LogBody, "body": walk.LogBody,
		"key": walk.LogAttribute, "value": walk.LogAttribute,
	}, v.seen)
	assert.Equal(t, map[string]any{"BODY-KEY": "BODY"}, record.Body().Map().AsRaw())
}

// attributes walks m as the attributes of a span.
func attributes(t *testing.T, raw map[string]any, v *shouter) map[string]any {
	t.Helper()
	td := ptrace.NewTraces()
	m := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty().Attributes()
	assert.NoError(t, m.FromRaw(raw))
	walk.Traces(td, v)
	return m.AsRaw()
}

func TestTraces_typesStay(t *testing.T) {
	got := attributes(t, map[string]any{
		"A": []any{"x", int64(5), map[string]any{"B": []byte("bytes")}, true},
		"C": int64(42424242), "D": 7e6, "E": 0.25,
	}, &shouter{})
	assert.Equal(t, map[string]any{
		"A": []any{"X", int64(5), map[string]any{"B": []byte("BYTES")}, true},
		"C": int64(42424242), "D": 7e6, "E": 0.25,
	}, got)
}

func TestTraces_numbersAreShownWhenTheyMayMatter(t *testing.T) {
	v := &shouter{verdicts: map[string]walk.Verdict{"PIN": {Arm: 1}}}
	attributes(t, map[string]any{
		"COUNT": int64(12), "CARD": int64(4242424242424242), "FLOAT": 4242424242424242.0,
		"PIN": map[string]any{"A": int64(1), "B": 0.5},
	}, v)
	assert.Contains(t, v.seen, "4242424242424242")
	assert.NotContains(t, v.seen, "12")
	assert.ElementsMatch(t, []string{"1", "0.5", "A", "B"}, v.armed, "numbers and keys below an armed one")
}

func TestTraces_verdicts(t *testing.T) {
	v := &shouter{verdicts: map[string]walk.Verdict{
		"SET": {Do: walk.Set, New: "new"}, "GONE": {Do: walk.Remove},
		"KEPT": {Do: walk.Keep},
	}}
	got := attributes(t, map[string]any{"SET": int64(1), "GONE": "x", "KEPT": "kept", "M": map[string]any{
		"GONE": 1,
		"OK":   "ok",
	}}, v)
	assert.Equal(t, map[string]any{"SET": "new", "KEPT": "kept", "M": map[string]any{"OK": "OK"}}, got)
}

func TestTraces_keysThatBecomeEqualAreBothKept(t *testing.T) {
	got := attributes(t, map[string]any{"key": "1", "KEY": "2", "Key": "3"}, &shouter{})
	assert.Len(t, got, 3)
	assert.ElementsMatch(t, []string{"KEY", "KEY#2", "KEY#3"}, keysOf(got))
}

func keysOf(m map[string]any) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	return keys
}

func TestTraces_whatLiesTooDeepIsReplaced(t *testing.T) {
	var nested any = "bottom"
	for range walk.MaxDepth + 10 {
		nested = []any{nested}
	}
	v := &shouter{}
	got := attributes(t, map[string]any{"A": nested}, v)
	assert.NotContains(t, v.seen, "bottom")
	assert.Contains(t, fmt.Sprint(got), "deep")
}

// viewer notes whose attributes it is shown.
type viewer struct{ seen []string }

func (v *viewer) Enter(trace pcommon.TraceID) { v.seen = append(v.seen, fmt.Sprintf("%x", trace[:1])) }

func (v *viewer) Attribute(at *walk.Place, key string, _ pcommon.Value) {
	if at.Above != "" {
		key = at.Key + "|" + at.Above + "|" + key
	}
	v.seen = append(v.seen, key)
}

func TestEntries_whatIsNestedAndWhoseTheyAre(t *testing.T) {
	td := everywhere()
	span := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
	span.SetTraceID(pcommon.TraceID{0xab})
	nested := span.Attributes().PutEmptyMap("nested")
	nested.PutEmptySlice("list").AppendEmpty().SetEmptyMap().PutStr("inner", "shown")
	nested.PutStr("beside", "shown")
	v := &viewer{}
	walk.TraceEntries(td, v)
	assert.Equal(t, []string{
		"00", "resource-key", "00", "scope-key", "ab", "span-key", "nested", "nested|nested|list", "nested|list|inner",
		"nested|nested|beside", "event-key", "link-key",
	}, v.seen)

	ld := plog.NewLogs()
	lr := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	lr.SetTraceID(pcommon.TraceID{0xcd})
	lr.Attributes().PutStr("log-key", "v")
	lr.Body().SetEmptyMap().PutEmptyMap("user").PutStr("id", "shown")
	v = &viewer{}
	walk.LogEntries(ld, v)
	assert.Equal(t, []string{"00", "00", "cd", "user", "|user|id", "log-key"}, v.seen)
}

func TestEntries_areShownToABoundedDepth(t *testing.T) {
	m := pcommon.NewMap()
	for at, i := m, 0; i < 100; i++ {
		at = at.PutEmptyMap("k")
	}
	v := &viewer{}
	walk.Entries(m, v)
	assert.Len(t, v.seen, walk.MaxViewDepth+1)
}

func TestSite_everyOneHasAName(t *testing.T) {
	seen := map[string]bool{}
	for s := range walk.Sites {
		assert.NotEmpty(t, s.String())
		seen[s.String()] = true
	}
	assert.Len(t, seen, int(walk.Sites))
}
