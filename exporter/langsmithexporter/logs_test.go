// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/metadata"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/standin"
)

// judgementRecord is a late judgement of a span of tracesOf, beside a record that is none.
func judgementRecord(trace, span byte) plog.Logs {
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr("tenant", "t")
	records := rl.ScopeLogs().AppendEmpty().LogRecords()
	other := records.AppendEmpty()
	other.SetEventName("gen_ai.user.message")
	other.Body().SetStr("what somebody said")
	r := records.AppendEmpty()
	r.SetEventName("gen_ai.evaluation.result")
	r.SetTraceID(pcommon.TraceID{trace, 15: 1})
	r.SetSpanID(pcommon.SpanID{trace, 1, 7: span})
	r.SetTimestamp(1_700_000_000_000_000_000)
	r.Attributes().PutStr("gen_ai.evaluation.name", "late")
	r.Body().SetEmptyMap().PutDouble("gen_ai.evaluation.score.value", 0.5)
	return ld
}

func newLogsRig(t *testing.T, network http.RoundTripper, change func(*Config)) *logsExporter {
	t.Helper()
	cfg := createDefaultConfig().(*Config)
	cfg.ClientConfig.Endpoint, cfg.Unredacted = "http://127.0.0.1:1", allow
	if change != nil {
		change(cfg)
	}
	require.NoError(t, cfg.Validate())
	set := exportertest.NewNopSettings(metadata.Type)
	set.ID = component.NewID(metadata.Type)
	created, err := NewFactory().CreateLogs(context.Background(), set, cfg)
	require.NoError(t, err)
	require.NoError(t, created.Start(context.Background(), componenttest.NewNopHost()))
	t.Cleanup(func() { assert.NoError(t, created.Shutdown(context.Background())) })
	l := created.(*logsExporter)
	for _, d := range l.tracesExporter.destinations {
		d.server.client.HTTP.Transport = network
	}
	return l
}

// A judgement that comes when its trace has long been sent finds the run by the span's id.
func TestLogs_lateJudgementBecomesFeedback(t *testing.T) {
	for _, ids := range []string{bySpan, byTraceSpan} {
		synctest.Test(t, func(t *testing.T) {
			server := standin.New(standin.Options{Now: time.Now, Record: true})
			r := newRig(t, line{server}, func(c *Config) { c.RunIDs = ids })
			require.NoError(t, r.ConsumeTraces(context.Background(), tracesOf("t", 1, 3)))
			settle(time.Hour)
			l := newLogsRig(t, line{server}, func(c *Config) { c.RunIDs = ids })
			require.NoError(t, l.ConsumeLogs(context.Background(), judgementRecord(1, 2)))
			require.NoError(t, l.ConsumeLogs(context.Background(), judgementRecord(1, 2)), "as a client repeats it")
			settle(time.Minute)
			require.Len(t, server.Feedback(), 1)
			var got map[string]any
			require.NoError(t, json.Unmarshal(server.Feedback()[0].Raw, &got))
			want := run.FromSpan([8]byte{1, 1, 7: 2})
			if ids == byTraceSpan {
				want = run.FromTraceSpan([16]byte{1, 15: 1}, [8]byte{1, 1, 7: 2})
			}
			assert.Equal(t, want.String(), got["run_id"])
			assert.Equal(t, "late", got["key"])
			assert.InDelta(t, 0.5, got["score"], 0)
			assert.NotContains(t, got, "trace_id", "which is not known any more")
			for _, req := range server.Requests() {
				assert.Less(t, req.Status, 300)
			}
			assert.False(t, server.Contains("what somebody said"), "LangSmith takes no logs")
		})
	}
}

func TestLogs_goWhereTheRouteOfTheResourceSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := standin.New(standin.Options{Now: time.Now})
		r := newRig(t, line{server}, func(c *Config) { c.WorkspaceID = "w2" })
		require.NoError(t, r.ConsumeTraces(context.Background(), tracesOf("t", 1, 3)))
		settle(time.Minute)
		l := newLogsRig(t, line{server}, func(c *Config) {
			c.Routes = []Route{
				{Match: attrs{`resource["tenant"]`: "other"}, WorkspaceID: "w1"},
				{Match: attrs{`resource["tenant"]`: "t"}, WorkspaceID: "w2"},
			}
		})
		require.NoError(t, l.ConsumeLogs(context.Background(), judgementRecord(1, 2)))
		settle(time.Minute)
		require.Len(t, server.Feedback(), 1)
		assert.Equal(t, "w2", server.Feedback()[0].Workspace)
	})
}

func TestLogs_unredactedJudgementIsRefused(t *testing.T) {
	l := newLogsRig(t, &sink{}, func(c *Config) { c.Unredacted = refuse })
	err := l.ConsumeLogs(context.Background(), judgementRecord(1, 2))
	require.ErrorIs(t, err, errUnredacted)
	assert.True(t, consumererror.IsPermanent(err))
	other := judgementRecord(1, 2)
	other.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().RemoveIf(func(r plog.LogRecord) bool {
		return r.EventName() == "gen_ai.evaluation.result"
	})
	require.NoError(t, l.ConsumeLogs(context.Background(), other), "what is not sent may be anything")
}

func TestLogs_nothingWithoutFeedback(t *testing.T) {
	l := newLogsRig(t, &sink{}, func(c *Config) { c.Feedback = false })
	require.NoError(t, l.ConsumeLogs(context.Background(), judgementRecord(1, 2)))
	assert.Empty(t, l.tracesExporter.destinations)
}
