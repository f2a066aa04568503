// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// recording writes one trace with an error and one without, each as a message of its own.
func recording(t *testing.T) string {
	t.Helper()
	var m ptrace.JSONMarshaler
	var lines []string
	for id := byte(1); id <= 2; id++ {
		td := ptrace.NewTraces()
		s := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		s.SetTraceID([16]byte{id})
		s.SetSpanID([8]byte{id})
		s.SetStartTimestamp(pcommon.Timestamp(1e18))
		s.SetEndTimestamp(pcommon.Timestamp(1e18 + float64(id)*1e9))
		s.Attributes().PutStr("gen_ai.operation.name", "chat")
		if id == 2 {
			s.Status().SetCode(ptrace.StatusCodeError)
		}
		text, err := m.MarshalTraces(td)
		require.NoError(t, err)
		lines = append(lines, string(text))
	}
	return write(t, "traces.jsonl", strings.Join(lines, "\n"))
}

func TestRun_tellsOfAttributesThatNothingHas(t *testing.T) {
	config := write(t, "config.yaml", "rules: [{name: search, when: {attributes: {teem: search}}, keep: 100}, {name: rest, keep: 10}]")
	out := simulate(t, options{config: config}, recording(t))
	assert.Contains(t, out, `rule "search" asks for the attribute "teem", which no span and no resource has`)
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func simulate(t *testing.T, o options, paths ...string) string {
	t.Helper()
	var out strings.Builder
	if o.repeat == 0 {
		o.repeat = 1
	}
	require.NoError(t, run(o, paths, &out))
	return out.String()
}

// fields returns the line that begins with a rule, as words.
func fields(t *testing.T, out, rule string) []string {
	t.Helper()
	for line := range strings.Lines(out) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), rule+" "); ok {
			return strings.Fields(rest)
		}
	}
	t.Fatalf("no line for %s in\n%s", rule, out)
	return nil
}

func TestSimulate_printsALineForEachRule(t *testing.T) {
	config := write(t, "config.yaml", `
processors:
  sampling/mine:
    rules:
      - {name: failures, when: {error: true}, keep: 100}
      - {name: rest, keep: 0}
      - {name: behind, keep: 5}`)
	out := simulate(t, options{config: config, processor: "sampling/mine", each: true}, recording(t))
	assert.Equal(t, []string{"1", "1", "100.0%", "1.0", "1", "0"}, fields(t, out, "failures"))
	assert.Equal(t, []string{"1", "0", "0.0%", "0.0", "0", "0"}, fields(t, out, "rest"))
	assert.Equal(t, []string{"2", "1", "50.0%", "1.0", "1", "0"}, fields(t, out, "sum"))
	assert.Contains(t, out, `rule "behind" never decides`)
	assert.Contains(t, out, "02000000000000000000000000000000  kept as 1      failures         failed (status), 1 span, longest 2s")
}

func TestSimulate_sectionAloneAndRepetitions(t *testing.T) {
	config := write(t, "section.yaml", `{rules: [{name: half, keep: 50}]}`)
	out := simulate(t, options{config: config, repeat: 1000, every: time.Second}, filepath.Dir(recording(t)))
	assert.Equal(t, "2000", fields(t, out, "half")[0])
	assert.InDelta(t, 2000, number(t, fields(t, out, "half")[3]), 135) // three sigma
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	var n float64
	for _, c := range strings.SplitN(text, ".", 2)[0] {
		n = 10*n + float64(c-'0')
	}
	return n
}

func TestSimulate_recordings(t *testing.T) {
	out := simulate(t, options{}, filepath.Join("..", "..", "testdata", "traces"))
	assert.NotEqual(t, "0", fields(t, out, "errors")[1])
	assert.NotEqual(t, "0", fields(t, out, "no agent span")[0])
}

func TestSimulate_mistakes(t *testing.T) {
	f := func(want string, o options, paths ...string) {
		t.Helper()
		assert.ErrorContains(t, run(o, paths, &strings.Builder{}), want)
	}
	one := options{repeat: 1}
	f("-repeat: must be from 1", options{})
	f("no spans", one)
	f("read nowhere", one, "nowhere")
	f("read the configuration", options{repeat: 1, config: "nowhere"})
	f(`has no processor "x"`, options{repeat: 1, config: write(t, "c.yaml", "processors: {}"), processor: "x"})
	f("rules::0::keep: must be given", options{repeat: 1, config: write(t, "c.yaml", "rules: [{name: a}]")})
	f("traces.json", one, write(t, "traces.json", `{"resourceSpans": 7}`))
	f("traces.json", one, write(t, "traces.json", `{`))
	f("parse", options{repeat: 1, config: write(t, "c.yaml", "a: [")})
}
