// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/standin"
)

// arrivals sends td by a protocol and returns what LangSmith's documented rules make of it, by run id.
func arrivals(t *testing.T, td ptrace.Traces, change func(*Config)) map[string]standin.Run {
	t.Helper()
	server := standin.New(standin.Options{Record: true})
	r := newRig(t, into{server}, func(c *Config) {
		noQueue(c)
		change(c)
	})
	require.NoError(t, r.ConsumeTraces(context.Background(), td))
	runs := map[string]standin.Run{}
	for _, arrived := range server.Runs() {
		runs[arrived.ID] = arrived
	}
	assert.Zero(t, server.Summary().OrphansWaiting)
	for _, req := range server.Requests() {
		assert.Less(t, req.Status, 300)
	}
	return runs
}

// The two encodings of a run are one run at LangSmith, for every recorded trace. They may differ in this:
//   - times by OTLP have nanoseconds, and native ones the microseconds that LangSmith shows;
//   - a comma inside of a tag is a semicolon by OTLP, where commas separate tags;
//   - the events of a run: by OTLP they tell of its failure as well, which natively is told by its error alone.
func TestProtocols_giveTheSameRuns(t *testing.T) {
	t.Parallel()
	for _, ids := range []string{bySpan, byTraceSpan} {
		for _, fixture := range fixtures(t) {
			t.Run(filepath.Join(ids, fixture.Dialect, fixture.Scenario), func(t *testing.T) {
				t.Parallel()
				td := pdatatest.LoadTraces(t, fixture.Path)
				td.MarkReadOnly()
				by := func(protocol string) map[string]standin.Run {
					return arrivals(t, td, func(c *Config) { c.Protocol, c.RunIDs = protocol, ids })
				}
				otlp, native := by("otlp"), by("multipart")
				require.Len(t, native, len(otlp))
				for id := range otlp {
					assert.Equal(t, asCompared(t, otlp[id]), asCompared(t, native[id]), otlp[id].Name)
				}
			})
		}
	}
}

// What libraries and conventions describe beyond what was recorded arrives as the same runs, too.
func TestProtocols_giveTheSameRunsOfWhatNobodyHasRecorded(t *testing.T) {
	t.Parallel()
	for name, td := range pdatatest.Spoken(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			td.MarkReadOnly()
			otlp := arrivals(t, td, func(c *Config) { c.Protocol = "otlp" })
			native := arrivals(t, td, func(c *Config) { c.Protocol = "multipart" })
			require.Len(t, native, len(otlp))
			require.NotEmpty(t, otlp)
			for id := range otlp {
				assert.Equal(t, asCompared(t, otlp[id]), asCompared(t, native[id]), otlp[id].Name)
			}
		})
	}
}

// fixtures are the recordings, or some of them under the race detector.
func fixtures(t *testing.T) []pdatatest.Fixture {
	t.Helper()
	var some []pdatatest.Fixture
	for i, fixture := range pdatatest.Fixtures(t) {
		if i%everyNth == 0 {
			some = append(some, fixture)
		}
	}
	return some
}

// asCompared is a run without what may differ between the protocols.
func asCompared(t *testing.T, r standin.Run) map[string]any {
	t.Helper()
	micros := func(at time.Time) time.Time { return at.UTC().Truncate(time.Microsecond) }
	place := r.Place
	place.ProjectID = "" // made up by the stand-in
	return map[string]any{
		"place": place, "name": r.Name, "type": r.Type, "status": r.Status, "error": r.Error,
		"start": micros(r.Start), "end": micros(r.End), "first token": micros(r.FirstToken),
		"tags":   strings.ReplaceAll(strings.Join(r.Tags, "|"), ",", ";"),
		"inputs": decoded(t, r.Inputs), "outputs": decoded(t, r.Outputs), "extra": decoded(t, r.Extra),
		"usage": r.Usage, "attachments": r.Attachments, "example": r.ExampleID,
	}
}

func decoded(t *testing.T, text []byte) any {
	t.Helper()
	if len(text) == 0 {
		return nil
	}
	var v any
	require.NoError(t, json.Unmarshal(text, &v))
	return v
}

// A run that goes to a server without /runs/multipart is the same run.
func TestProtocols_batchGivesTheSameRuns(t *testing.T) {
	t.Parallel()
	for _, fixture := range fixtures(t) {
		t.Run(filepath.Join(fixture.Dialect, fixture.Scenario), func(t *testing.T) {
			t.Parallel()
			td := pdatatest.LoadTraces(t, fixture.Path)
			form := arrivals(t, td, func(c *Config) { c.Protocol = "multipart" })
			old := standin.New(standin.Options{})
			old.Inject(standin.Fault{Path: "/runs/multipart", Status: 404})
			r := newRig(t, into{old}, func(c *Config) {
				noQueue(c)
				c.Protocol = "multipart"
			})
			require.NoError(t, r.ConsumeTraces(context.Background(), td))
			require.Len(t, old.Runs(), len(form))
			for _, got := range old.Runs() {
				assert.Equal(t, asCompared(t, form[got.ID]), asCompared(t, got))
			}
		})
	}
}

// Files arrive by both protocols, by one as parts and by the other in base64.
func TestProtocols_attachments(t *testing.T) {
	td := tracesOf("t", 1, 2)
	span := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(1)
	span.Attributes().PutStr("langsmith.attachments",
		`[{"name":"call.wav","content":"aGVsbG8=","mime_type":"audio/wav"},{"name":"b","content":"d29ybGQ=","mime_type":"image/png"}]`)
	want := []standin.Attachment{
		{Name: "call_wav", MIMEType: "audio/wav", Size: 5}, {Name: "b", MIMEType: "image/png", Size: 5},
	}
	for _, protocol := range []string{"otlp", "multipart"} {
		found := 0
		for _, arrived := range arrivals(t, td, func(c *Config) { c.Protocol = protocol }) {
			if len(arrived.Attachments) > 0 {
				assert.Equal(t, want, arrived.Attachments, protocol)
				found++
			}
		}
		assert.Equal(t, 1, found, protocol)
	}
}

// The example that an experiment compares a run with arrives by both protocols; what is no id names none.
func TestProtocols_examplesOfDatasets(t *testing.T) {
	const example = "018f3c9e-7d2a-7c11-8a55-0242ac120002"
	for given, want := range map[string]string{example: example, strings.ToUpper(example): example, "my example": "", "": ""} {
		td := tracesOf("t", 1, 1)
		td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).Attributes().PutStr("langsmith.reference_example_id", given)
		for _, protocol := range []string{"otlp", "multipart"} {
			arrived := arrivals(t, td, func(c *Config) { c.Protocol = protocol })
			require.Len(t, arrived, 1)
			for _, r := range arrived {
				assert.Equal(t, want, r.ExampleID, "%s by %s", given, protocol)
			}
		}
	}
}

func TestProtocols_linkToTheSpanElsewhere(t *testing.T) {
	td := tracesOf("t", 1, 1)
	for _, protocol := range []string{"otlp", "multipart"} {
		for _, r := range arrivals(t, td, func(c *Config) {
			c.Protocol, c.APMURL = protocol, "https://apm.example/{trace_id}"
		}) {
			span := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
			assert.Contains(t, string(r.Extra), `"apm_url":"https://apm.example/`+span.TraceID().String()+`"`, protocol)
		}
	}
}

// A tool call that only an event tells of is the same run by both protocols, whatever ids are made.
func TestProtocols_toolCallsWithoutASpan(t *testing.T) {
	td := tracesOf("t", 1, 2)
	turn := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(1)
	turn.SetEndTimestamp(turn.StartTimestamp() + 5e9)
	for i, id := range []string{"a", "b"} {
		e := turn.Events().AppendEmpty()
		e.SetName("codex.tool_result")
		e.SetTimestamp(turn.StartTimestamp() + 1e9*pcommon.Timestamp(i+1))
		require.NoError(t, e.Attributes().FromRaw(map[string]any{
			"call_id": id, "tool_name": "exec", "arguments": `{"cmd":"ls"}`, "output": "a.txt", "duration_ms": "500", "success": id == "a",
		}))
	}
	for _, ids := range []string{bySpan, byTraceSpan} {
		by := func(protocol string) map[string]standin.Run {
			return arrivals(t, td, func(c *Config) { c.Protocol, c.RunIDs = protocol, ids })
		}
		otlp, native := by("otlp"), by("multipart")
		require.Len(t, otlp, 4, ids)
		tools := 0
		for id, r := range otlp {
			assert.Equal(t, asCompared(t, r), asCompared(t, native[id]), "%s: %s", ids, r.Name)
			if r.Type == "tool" {
				assert.JSONEq(t, `{"cmd":"ls"}`, string(r.Inputs))
				tools++
			}
		}
		assert.Equal(t, 2, tools, ids)
	}
}
