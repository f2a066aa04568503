// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package golden

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// Runs writes runs down, for somebody to read.
func Runs(t testing.TB, runs []run.Run) []byte {
	t.Helper()
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	for i := range runs {
		require.NoError(t, e.Encode(Shown(&runs[i])))
	}
	return text.Bytes()
}

// Run is a run as a file shows it: what a reader can judge.
type Run struct {
	Name       string          `json:"name"`
	Kind       run.Kind        `json:"kind"`
	ID         string          `json:"id"`
	Parent     string          `json:"parent,omitempty"`
	Seconds    float64         `json:"seconds"`
	FirstToken string          `json:"first_token,omitempty"`
	Inputs     json.RawMessage `json:"inputs,omitempty"`
	Outputs    json.RawMessage `json:"outputs,omitempty"`
	Error      string          `json:"error,omitempty"`
	Usage      map[string]any  `json:"usage,omitempty"`
	Invocation map[string]any  `json:"invocation_params,omitempty"`
	Metadata   map[string]any  `json:"metadata"`
	Tags       []string        `json:"tags,omitempty"`
}

// Shown is r as a file shows it.
func Shown(r *run.Run) Run {
	s := Run{
		Name: r.Name, Kind: r.Kind, ID: r.ID.String(), Seconds: r.End.Sub(r.Start).Seconds(),
		Inputs: r.Inputs, Outputs: r.Outputs, Error: r.Error, Usage: shownUsage(r.Usage),
		Invocation: r.Invocation.Map(), Metadata: r.Metadata.Map(), Tags: r.Tags,
	}
	if !r.ParentID.IsZero() {
		s.Parent = r.ParentID.String()
	}
	if !r.FirstToken.IsZero() {
		s.FirstToken = r.FirstToken.Sub(r.Start).Round(time.Microsecond).String()
	}
	for name, v := range s.Invocation {
		if raw, ok := v.([]byte); ok {
			s.Invocation[name] = json.RawMessage(raw)
		}
	}
	return s
}

// shownUsage leaves out what was not counted.
func shownUsage(u *run.Usage) map[string]any {
	if u == nil {
		return nil
	}
	m := map[string]any{"input": u.Input, "output": u.Output}
	for name, n := range map[string]int64{
		"cache_read": u.CacheRead, "cache_creation": u.CacheCreation, "input_audio": u.InputAudio,
		"reasoning": u.Reasoning, "output_audio": u.OutputAudio, "cache_hour": u.CacheHour,
		"input_image": u.InputImage, "output_image": u.OutputImage,
		"long_input": u.Long.Input, "long_cache_read": u.Long.CacheRead, "long_output": u.Long.Output,
	} {
		if n > 0 {
			m[name] = n
		}
	}
	for name, cost := range map[string]float64{"input": u.InputCost, "output": u.OutputCost, "total": u.TotalCost} {
		if cost > 0 {
			m[name+"_cost"] = cost
		}
	}
	return m
}
