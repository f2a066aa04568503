// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/metadata"
)

// testKey is strong enough and no secret.
const testKey = "0f1e2d3c4b5a69788796a5b4c3d2e1f00123456789abcdeffedcba9876543210"

// defaults is the default configuration with a key.
func defaults() *Config {
	cfg := createDefaultConfig().(*Config)
	cfg.Hash.Keys = []KeyConfig{{ID: "k1", Key: testKey}}
	return cfg
}

// fromYAML reads a configuration as the Collector does.
func fromYAML(t testing.TB, text string) *Config {
	t.Helper()
	retrieved, err := confmap.NewRetrievedFromYAML([]byte(text))
	require.NoError(t, err)
	conf, err := retrieved.AsConf()
	require.NoError(t, err)
	cfg := createDefaultConfig().(*Config)
	require.NoError(t, conf.Unmarshal(cfg))
	return cfg
}

// started returns a running processor.
func started(t testing.TB, cfg *Config) *redactProcessor {
	t.Helper()
	require.NoError(t, cfg.Validate())
	p, err := newProcessor(processortest.NewNopSettings(metadata.Type), cfg)
	require.NoError(t, err)
	require.NoError(t, p.start(context.Background(), componenttest.NewNopHost()))
	t.Cleanup(func() { require.NoError(t, p.shutdown(context.Background())) })
	return p
}

func redactTraces(t testing.TB, p *redactProcessor, td ptrace.Traces) ptrace.Traces {
	t.Helper()
	out, err := p.processTraces(context.Background(), td)
	require.NoError(t, err)
	return out
}

func redactLogs(t testing.TB, p *redactProcessor, ld plog.Logs) plog.Logs {
	t.Helper()
	out, err := p.processLogs(context.Background(), ld)
	require.NoError(t, err)
	return out
}

// redactedText redacts text as an attribute of a span under a key that says nothing.
func redactedText(t testing.TB, p *redactProcessor, text string) string {
	t.Helper()
	td := ptrace.NewTraces()
	span := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.Attributes().PutStr("note", text)
	redactTraces(t, p, td)
	got, _ := span.Attributes().Get("note")
	return got.Str()
}

// fixtures lists recorded traces: those beside this repository, or the copies in it.
func fixtures(t testing.TB, pattern string) []string {
	t.Helper()
	shared := os.Getenv("OTELCOL_LANGSMITH_SHARED")
	if shared == "" {
		shared = "../../../shared"
	}
	for _, root := range []string{filepath.Join(shared, "fixtures"), "../../testdata/traces"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		if len(files) > 0 {
			return files
		}
	}
	t.Skip("no recorded traces are at hand (set OTELCOL_LANGSMITH_SHARED)")
	return nil
}

func readTraces(t testing.TB, file string) ptrace.Traces {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(text)
	if err != nil {
		t.Skipf("%s is not accepted by the Collector's decoder: %v", filepath.Base(file), err)
	}
	return td
}

// tracesText is all that leaves: the message as protobuf, and as JSON for the messages of tests.
func tracesText(t testing.TB, td ptrace.Traces) string {
	t.Helper()
	wire, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	require.NoError(t, err)
	return string(wire)
}

func logsText(t testing.TB, ld plog.Logs) string {
	t.Helper()
	wire, err := (&plog.ProtoMarshaler{}).MarshalLogs(ld)
	require.NoError(t, err)
	return string(wire)
}

func assertAbsent(t testing.TB, text string, values ...string) {
	t.Helper()
	for _, v := range values {
		if strings.Contains(text, v) {
			t.Errorf("%q is still there", v)
		}
	}
}
