// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/metadata"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/metadatatest"
)

// oneSpan returns traces with one span that has the attributes.
func oneSpan(t testing.TB, attributes map[string]any) (ptrace.Traces, ptrace.Span) {
	t.Helper()
	td := ptrace.NewTraces()
	span := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.SetTraceID(pcommon.TraceID([]byte("0123456789abcdef")))
	require.NoError(t, span.Attributes().FromRaw(attributes))
	return td, span
}

func TestHash_aliasesAndTypesJoin(t *testing.T) {
	p := started(t, defaults())
	td, span := oneSpan(t, map[string]any{
		"user.id": "829123", "enduser.id": int64(829123), "langfuse.user.id": "829123",
		"ai.telemetry.metadata.userId": "829123",
		"tenant.id":                    "829123", "session.id": "829123", "user.ids": "x", "thread.id": int64(12),
		"cloud.account.id": "123456789012",
		"user.email":       []any{"a@b.org"},
	})
	redactTraces(t, p, td)
	got := span.Attributes().AsRaw()
	token := got["user.id"].(string)
	assert.Regexp(t, `^hash:k1:[0-9a-f]{24}\.[0-9a-f]{8}$`, token)
	assert.Equal(t, token, got["enduser.id"], "an int hashes like the string")
	assert.Equal(t, token, got["langfuse.user.id"])
	assert.Equal(t, token, got["ai.telemetry.metadata.userId"])
	assert.NotEqual(t, token, got["tenant.id"], "classes are apart")
	assert.NotEqual(t, got["tenant.id"], got["session.id"])
	assert.Equal(t, int64(12), got["thread.id"], "a thread of the operating system is nobody")
	assert.Equal(t, "123456789012", got["cloud.account.id"])
	assert.Regexp(t, `^hash:k1:`, got["user.email"].([]any)[0])
}

func TestHash_machineMadeSessionsStayReadable(t *testing.T) {
	f := func(id string, stays bool) {
		t.Helper()
		assert.Equal(t, stays, isMachineMade(id), id)
	}
	f("6f1c2b3a-9d4e-4f5a-8b6c-7d8e9f0a1b2c", true)
	f("thread_SY1q5ZlnEDFZO2NlFcesfwu9", true)
	f("MariaSanchez1987", false)
	f("thread_JohannesKepler12", false)
	f("01ARZ3NDEKTSV4RRFFQ69G5FAV", true)
	f("4bf92f3577b34da6a3ce929d0e0e4736", true)
	f("thread_9fQ2mZ7xLp4Rt8VwK1aB", true)
	f("sess-00f067aa0ba902b7", true)
	f("ada@example.org", false)
	f("ada-lovelace-2025", false)
	f("1234567890123456", false)
	f("session of Ada", false)
	f("", false)
	p := started(t, defaults())
	td, span := oneSpan(t, map[string]any{
		"session.id":             "6f1c2b3a-9d4e-4f5a-8b6c-7d8e9f0a1b2c",
		"gen_ai.conversation.id": "ada-lovelace-2025",
		"user.id":                "0e1c2b3a-9d4e-4f5a-8b6c-7d8e9f0a1b2c",
	})
	redactTraces(t, p, td)
	got := span.Attributes().AsRaw()
	assert.Equal(t, "6f1c2b3a-9d4e-4f5a-8b6c-7d8e9f0a1b2c", got["session.id"])
	assert.Regexp(t, "^hash:", got["gen_ai.conversation.id"])
	assert.Regexp(t, "^hash:", got["user.id"])
}

func TestHash_ownTokensStayForgedOnesDoNot(t *testing.T) {
	p := started(t, defaults())
	td, span := oneSpan(t, map[string]any{"user.id": "ada-829"})
	redactTraces(t, p, td)
	token, _ := span.Attributes().Get("user.id")
	own := token.Str()
	forged := own[:len(own)-1] + "x"
	redactTraces(t, p, td)
	assert.Equal(t, own, span.Attributes().AsRaw()["user.id"])
	span.Attributes().PutStr("user.id", forged)
	redactTraces(t, p, td)
	assert.NotEqual(t, forged, span.Attributes().AsRaw()["user.id"])
	assert.NotEqual(t, own, span.Attributes().AsRaw()["user.id"])
}

func TestHash_identifiersAreReplacedInContentOfTheSameCall(t *testing.T) {
	p := started(t, defaults())
	td, span := oneSpan(t, map[string]any{"user.id": "cust-829", "input.value": `{"text":"I am cust-829, not cust-8291"}`})
	span.SetName("chat cust-829")
	redactTraces(t, p, td)
	got := span.Attributes().AsRaw()
	token := got["user.id"].(string)
	assert.Equal(t, `{"text":"I am `+token+`, not cust-8291"}`, got["input.value"])
	assert.Equal(t, "chat "+token, span.Name())
}

func TestHash_addAndKeep(t *testing.T) {
	cfg := defaults()
	cfg.Hash.Add = map[string][]string{"user": {"*.customer_ref"}}
	cfg.Hash.Keep = []string{"session", "app.user.id"}
	p := started(t, cfg)
	td, span := oneSpan(t, map[string]any{
		"shop.customer_ref": "c1", "user.id": "c1", "session.id": "ada",
		"app.user.id": "ada",
	})
	redactTraces(t, p, td)
	got := span.Attributes().AsRaw()
	assert.Equal(t, got["user.id"], got["shop.customer_ref"])
	assert.Equal(t, "ada", got["session.id"])
	assert.Equal(t, "ada", got["app.user.id"])
}

func TestHash_rotationOfTheKeyFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keys")
	write := func(text string) { require.NoError(t, os.WriteFile(file, []byte(text), 0o600)) }
	write("k1: " + testKey + "\n")
	cfg := createDefaultConfig().(*Config)
	cfg.Hash.KeyFile = file
	p := started(t, cfg)
	td, span := oneSpan(t, map[string]any{"user.id": "ada-829"})
	redactTraces(t, p, td)
	old := span.Attributes().AsRaw()["user.id"]
	write("k2: " + strings.ToUpper(testKey) + "\nk1: " + testKey + "\n")
	require.NotNil(t, p.current(time.Now().Add(2*fileInterval)))
	redactTraces(t, p, td)
	assert.Equal(t, old, span.Attributes().AsRaw()["user.id"], "tokens of the older key are known")
	span.Attributes().PutStr("user.id", "ada-829")
	redactTraces(t, p, td)
	assert.Regexp(t, "^hash:k2:", span.Attributes().AsRaw()["user.id"])
	require.NoError(t, os.Remove(file))
	require.NotNil(t, p.current(time.Now().Add(4*fileInterval)), "without the file the keys stay")
}

func TestStart_withoutKeyWarnsOnce(t *testing.T) {
	core, logs := observer.New(zap.WarnLevel)
	set := processortest.NewNopSettings(metadata.Type)
	set.Logger = zap.New(core)
	p, err := newProcessor(set, createDefaultConfig().(*Config))
	require.NoError(t, err)
	require.NoError(t, p.start(context.Background(), nil))
	require.NoError(t, p.start(context.Background(), nil))
	assert.Equal(t, 1, logs.Len())
	other := started(t, createDefaultConfig().(*Config))
	one, a := oneSpan(t, map[string]any{"user.id": "ada-829"})
	two, b := oneSpan(t, map[string]any{"user.id": "ada-829"})
	redactTraces(t, p, one)
	redactTraces(t, other, two)
	assert.Equal(t, a.Attributes().AsRaw(), b.Attributes().AsRaw(), "one key for the process")
}

func TestTraces_policyIsStampedAndForeignOnesRemoved(t *testing.T) {
	cfg := defaults()
	td, _ := oneSpan(t, nil)
	res := td.ResourceSpans().At(0).Resource().Attributes()
	res.PutStr(contract.RedactPolicy, "forged")
	redactTraces(t, started(t, cfg), td)
	got, _ := res.Get(contract.RedactPolicy)
	assert.Equal(t, cfg.policy([]string{"k1"}), got.Str())

	dry := defaults()
	dry.DryRun = true
	td, span := oneSpan(t, map[string]any{"note": "bob@example.org", "user.id": "ada"})
	td.ResourceSpans().At(0).Resource().Attributes().PutStr(contract.RedactPolicy, "forged")
	redactTraces(t, started(t, dry), td)
	assert.Equal(t, map[string]any{"note": "bob@example.org", "user.id": "ada"}, span.Attributes().AsRaw())
	assert.Zero(t, td.ResourceSpans().At(0).Resource().Attributes().Len())
}

func TestActions(t *testing.T) {
	f := func(actions Actions, in, want string) {
		t.Helper()
		cfg := defaults()
		cfg.Detect = actions
		cfg.Custom = []CustomConfig{{ID: "ticket", Pattern: `TKT-[0-9]{6}`}}
		assert.Equal(t, want, redactedText(t, started(t, cfg), in))
	}
	f(nil, "bob@example.org TKT-123456", "[REDACTED:email] [REDACTED:ticket]")
	f(Actions{"personal": "off"}, "bob@example.org", "bob@example.org")
	f(Actions{"personal": "off", "email": "mask"}, "bob@example.org 8.8.8.8", "[REDACTED:email] 8.8.8.8")
	f(Actions{"email": "drop"}, "to bob@example.org.", "to .")
	f(Actions{"email": "drop"}, "aliceb@x.orgob@example.org", "")
	f(Actions{"address": "mask"}, "221 Baker Street", "[REDACTED:street_address]")
	f(nil, "221 Baker Street", "221 Baker Street")
}

func TestTelemetry(t *testing.T) {
	tel := componenttest.NewTelemetry()
	t.Cleanup(func() { require.NoError(t, tel.Shutdown(context.Background())) })
	set := metadatatest.NewSettings(tel)
	p, err := newProcessor(set, defaults())
	require.NoError(t, err)
	require.NoError(t, p.start(context.Background(), nil))
	td, span := oneSpan(t, map[string]any{"user.id": "ada-829"})
	span.Status().SetMessage("mail bob@example.org")
	redactTraces(t, p, td)
	own := attribute.String("processor", set.ID.String())
	metadatatest.AssertEqualProcessorRedactReplacements(t, tel, []metricdata.DataPoint[int64]{{
		Value: 1,
		Attributes: attribute.NewSet(own,
			attribute.String("detector", "email"), attribute.String("group", "personal"), attribute.String("site", "status"),
			attribute.String("action", "mask")),
	}}, metricdatatest.IgnoreTimestamp(), metricdatatest.IgnoreExemplars())
	metadatatest.AssertEqualProcessorRedactHashed(t, tel, []metricdata.DataPoint[int64]{{
		Value: 1,
		Attributes: attribute.NewSet(own,
			attribute.String("class", "user")),
	}}, metricdatatest.IgnoreTimestamp(), metricdatatest.IgnoreExemplars())
	metadatatest.AssertEqualProcessorRedactScannedBytes(t, tel, []metricdata.DataPoint[int64]{{
		Value:      27,
		Attributes: attribute.NewSet(own),
	}},
		metricdatatest.IgnoreTimestamp(), metricdatatest.IgnoreExemplars())
}

func TestTraces_badInput(t *testing.T) {
	p := started(t, defaults())
	redactTraces(t, p, ptrace.NewTraces())
	redactLogs(t, p, plog.NewLogs())
	f := func(in, want string) {
		t.Helper()
		assert.Equal(t, want, redactedText(t, p, in))
	}
	f("\x00\xff\xfe bob@example.org", "\x00\xff\xfe [REDACTED:email]")
	f(strings.Repeat(`{"a":`, 10_000)+`"bob@example.org"`, strings.Repeat(`{"a":`, 10_000)+`"[REDACTED:email]"`)
	large := strings.Repeat("nothing to see here. ", 1<<17)
	f(large+"bob@example.org", large+"[REDACTED:email]")

	td, span := oneSpan(t, nil)
	deep := span.Attributes().PutEmpty("deep")
	for range 10_000 {
		deep = deep.SetEmptySlice().AppendEmpty()
	}
	deep.SetStr("bob@example.org")
	redactTraces(t, p, td)
	assertAbsent(t, tracesText(t, td), "bob@")
	assert.Contains(t, tracesText(t, td), "[REDACTED:unprocessable]")
}

func TestText_aPanicReplacesTheValue(t *testing.T) {
	p := started(t, defaults())
	r := p.ready.idle.Get().(*redactor)
	r.begin()
	r.scanner = nil
	got, changed := r.Text(placeOfTest, "anything")
	assert.True(t, changed)
	assert.Equal(t, "[REDACTED:unprocessable]", got)
	assert.EqualValues(t, 1, r.tally.failures)
	got, _ = r.Text(placeOfTest, "bob@example.org")
	assert.Equal(t, "[REDACTED:email]", got, "the next value is processed again")
}

func TestTraces_manyAtOnce(t *testing.T) {
	p := started(t, defaults())
	const goroutines, messages = 8, 20
	var wait sync.WaitGroup
	for range goroutines {
		var work []ptrace.Traces
		for range messages {
			td, _ := oneSpan(t, map[string]any{"note": "bob@example.org", "user.id": "ada-829"})
			work = append(work, td)
		}
		wait.Go(func() {
			for _, td := range work {
				_, err := p.processTraces(context.Background(), td)
				assert.NoError(t, err)
				span := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
				assert.Equal(t, "[REDACTED:email]", span.Attributes().AsRaw()["note"])
			}
		})
	}
	wait.Wait()
}

// A message costs the same few allocations however many values it has that stay as they are.
func TestTraces_cleanValuesAllocateNothing(t *testing.T) {
	p := started(t, defaults())
	allocations := func(n int) float64 {
		attributes := map[string]any{"gen_ai.usage.input_tokens": int64(12)}
		for i := range n {
			attributes[fmt.Sprintf("app.note_%d", i)] = `{"text":"nothing to see here, nothing at all"}`
		}
		td, _ := oneSpan(t, attributes)
		redactTraces(t, p, td)
		best := 1e9 // of many: a pool gives up what it holds now and then
		for range 20 {
			best = min(best, testing.AllocsPerRun(1, func() { redactTraces(t, p, td) }))
		}
		return best
	}
	assert.LessOrEqual(t, allocations(400), allocations(4)+1)
}
