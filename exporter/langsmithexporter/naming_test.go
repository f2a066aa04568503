// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/metadata"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

func TestConfig_namesAndRename(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	cfg.ClientConfig.Endpoint = "http://127.0.0.1:1"
	cfg.Names, cfg.Rename = "storyboard", []Rename{{Match: "/^planner-(.*)$/", Name: "plan.$1"}}
	e, err := newTracesExporter(context.Background(), exportertest.NewNopSettings(metadata.Type), cfg)
	require.NoError(t, err)

	td := ptrace.NewTraces()
	spans := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
	for i, name := range []string{"POST /chat", "planner-a"} {
		s := spans.AppendEmpty()
		s.SetName(name)
		s.SetSpanID([8]byte{byte(i + 1)})
		if i > 0 {
			s.SetParentSpanID([8]byte{1})
		}
	}
	var names []string
	runmap.Each(td, e.options, func(trace *runmap.Trace) {
		for i := range trace.Runs {
			names = append(names, trace.Runs[i].Name)
		}
	})
	assert.Equal(t, []string{"request", "plan.a"}, names)
}

func TestConfig_namingMistakes(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	cfg.Names = "short"
	cfg.Rename = append(make([]Rename, runmap.MaxRenames), Rename{Match: "/(/", Name: "a"}, Rename{Match: "a", Name: "b"})
	_, rules, err := cfg.naming()
	for _, part := range []string{
		"names: must be original or storyboard", "rename: must have at most", "rename[0]: match must not be empty",
		"rename[100]: match: error parsing regexp",
	} {
		require.ErrorContains(t, err, part)
	}
	assert.Len(t, rules, 1)
}
