// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"math"
	"strconv"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// appendUsage appends LangSmith's usage_metadata (assumption 15). It replaces all other counts of a run and is what costs are computed from.
// See https://docs.langchain.com/langsmith/cost-tracking
func appendUsage(b []byte, u *run.Usage) []byte {
	b = append(b, `{"input_tokens":`...)
	b = strconv.AppendInt(b, u.Input, 10)
	b = append(b, `,"output_tokens":`...)
	b = strconv.AppendInt(b, u.Output, 10)
	b = append(b, `,"total_tokens":`...)
	b = strconv.AppendInt(b, total(u), 10)
	creation, short := u.CacheCreation, int64(0)
	if u.CacheHour > 0 { // either as a whole or by how long it lasts: both would be paid twice
		creation, short = 0, u.CacheCreation-u.CacheHour
	}
	b = appendDetails(b, "input_token_details",
		count{"cache_read", u.CacheRead}, count{"cache_creation", creation}, count{"audio", u.InputAudio},
		count{"ephemeral_5m_input_tokens", short}, count{"ephemeral_1h_input_tokens", u.CacheHour},
		count{"image", u.InputImage}, count{"over_200k", u.Long.Input}, count{"cache_read_over_200k", u.Long.CacheRead})
	b = appendDetails(b, "output_token_details", count{"reasoning", u.Reasoning}, count{"audio", u.OutputAudio},
		count{"image", u.OutputImage}, count{"over_200k", u.Long.Output})
	b = appendCost(b, "input_cost", u.InputCost)
	b = appendCost(b, "output_cost", u.OutputCost)
	b = appendCost(b, "total_cost", u.TotalCost)
	return append(b, '}')
}

type count struct {
	name   string
	tokens int64
}

// appendDetails writes what was counted, and nothing when nothing was.
func appendDetails(b []byte, name string, counts ...count) []byte {
	before := len(b)
	for _, c := range counts {
		if c.tokens <= 0 {
			continue
		}
		if len(b) == before {
			b = append(b, `,"`+name+`":{`...)
		} else {
			b = append(b, ',')
		}
		b = append(b, `"`+c.name+`":`...)
		b = strconv.AppendInt(b, c.tokens, 10)
	}
	if len(b) == before {
		return b
	}
	return append(b, '}')
}

// appendCost leaves out what is unknown or no number.
func appendCost(b []byte, name string, cost float64) []byte {
	if cost == 0 || math.IsNaN(cost) || math.IsInf(cost, 0) {
		return b
	}
	b = append(b, `,"`+name+`":`...)
	return strconv.AppendFloat(b, cost, 'g', -1, 64)
}

// counts repeats the counts as flat attributes, under the names that older servers read.
func (w wire) counts(u *run.Usage) wire {
	w = w.int("", "gen_ai.usage.input_tokens", u.Input)
	w = w.int("", "gen_ai.usage.output_tokens", u.Output)
	w = w.int("", "gen_ai.usage.total_tokens", total(u))
	if u.CacheRead > 0 {
		w = w.int("", "gen_ai.usage.cache_read_input_tokens", u.CacheRead)
	}
	if u.CacheCreation > 0 {
		w = w.int("", "gen_ai.usage.cache_creation_input_tokens", u.CacheCreation)
	}
	if u.Reasoning > 0 {
		w = w.int("", "gen_ai.usage.details.reasoning_tokens", u.Reasoning)
	}
	return w
}

func total(u *run.Usage) int64 {
	if u.Total != 0 {
		return u.Total
	}
	return u.Input + u.Output
}
