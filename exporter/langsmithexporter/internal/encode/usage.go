// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"encoding/json"
	"math"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// usageMetadata is LangSmith's usage_metadata. It replaces all other counts of a run and is what costs are computed
// from. See https://docs.langchain.com/langsmith/cost-tracking
type usageMetadata struct {
	Input  int64 `json:"input_tokens"`
	Output int64 `json:"output_tokens"`
	Total  int64 `json:"total_tokens"`

	InputDetails  inputDetails  `json:"input_token_details,omitzero"`
	OutputDetails outputDetails `json:"output_token_details,omitzero"`

	InputCost  float64 `json:"input_cost,omitempty"`
	OutputCost float64 `json:"output_cost,omitempty"`
	TotalCost  float64 `json:"total_cost,omitempty"`
}

type inputDetails struct {
	CacheRead     int64 `json:"cache_read,omitempty"`
	CacheCreation int64 `json:"cache_creation,omitempty"`
	Audio         int64 `json:"audio,omitempty"`
}

type outputDetails struct {
	Reasoning int64 `json:"reasoning,omitempty"`
	Audio     int64 `json:"audio,omitempty"`
}

func usageJSON(u *run.Usage) string {
	m := usageMetadata{
		Input:         u.Input,
		Output:        u.Output,
		Total:         total(u),
		InputDetails:  inputDetails{u.CacheRead, u.CacheCreation, u.InputAudio},
		OutputDetails: outputDetails{u.Reasoning, u.OutputAudio},
		InputCost:     finite(u.InputCost),
		OutputCost:    finite(u.OutputCost),
		TotalCost:     finite(u.TotalCost),
	}
	b, err := json.Marshal(m)
	if err != nil {
		return "{}" // cannot happen: there are only numbers in it, and all are finite
	}
	return string(b)
}

// finite is zero for what is no number, and so leaves it out.
func finite(f float64) float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	return f
}

// writeCounts repeats the counts as flat attributes, under the names that older servers read.
func writeCounts(attrs pcommon.Map, u *run.Usage) {
	attrs.PutInt("gen_ai.usage.input_tokens", u.Input)
	attrs.PutInt("gen_ai.usage.output_tokens", u.Output)
	attrs.PutInt("gen_ai.usage.total_tokens", total(u))
	if u.CacheRead > 0 {
		attrs.PutInt("gen_ai.usage.cache_read_input_tokens", u.CacheRead)
	}
	if u.CacheCreation > 0 {
		attrs.PutInt("gen_ai.usage.cache_creation_input_tokens", u.CacheCreation)
	}
	if u.Reasoning > 0 {
		attrs.PutInt("gen_ai.usage.details.reasoning_tokens", u.Reasoning)
	}
}

func total(u *run.Usage) int64 {
	if u.Total != 0 {
		return u.Total
	}
	return u.Input + u.Output
}
