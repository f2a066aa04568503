// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"math"
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// counts gathers token counts of one run while dialects are asked. A count below zero is unknown.
type counts struct {
	input, output, total     int64
	cacheRead, cacheCreation int64
	inputAudio, outputAudio  int64
	reasoning                int64
	rareCounts
	exclusiveInput        bool // input leaves out what the cache holds
	exclusiveOutput       bool // output leaves out reasoning
	inputCost, outputCost float64
	totalCost             float64
}

// rareCounts are details that only few tell, each with a price of its own.
type rareCounts struct {
	cacheHour                            int64
	inputImage, outputImage              int64
	longInput, longCacheRead, longOutput int64
}

var noCounts = counts{
	input: -1, output: -1, total: -1, cacheRead: -1, cacheCreation: -1, inputAudio: -1, outputAudio: -1, reasoning: -1,
	rareCounts: rareCounts{
		cacheHour: -1, inputImage: -1, outputImage: -1, longInput: -1, longCacheRead: -1, longOutput: -1,
	},
}

// counted reports whether an earlier dialect has given the totals.
func (c *counts) counted() bool { return c.input >= 0 || c.output >= 0 }

// fill sets a count that is still unknown.
func fill(count *int64, v *view, slots ...slot) {
	for _, s := range slots {
		if *count >= 0 {
			return
		}
		if v.filled[s] {
			if n, ok := number(v.values[s]); ok {
				*count = n
			}
		}
	}
}

// fillRaw is fill for the members of a JSON object.
func fillRaw(count *int64, object string, names ...string) {
	for _, name := range names {
		if *count >= 0 || object == "" {
			return
		}
		if n, ok := parseCount(unquote(member(object, name))); ok {
			*count = n
		}
	}
}

func fillCost(cost *float64, v *view, slots ...slot) {
	for _, s := range slots {
		if *cost > 0 || !v.filled[s] {
			continue
		}
		if f, err := strconv.ParseFloat(scalarText(v.values[s]), 64); err == nil && isPrice(f) {
			*cost = f
		}
	}
}

func fillRawCost(cost *float64, object string, names ...string) {
	for _, name := range names {
		if object == "" || *cost > 0 {
			return
		}
		if f, err := strconv.ParseFloat(unquote(member(object, name)), 64); err == nil && isPrice(f) {
			*cost = f
		}
	}
}

// isPrice leaves out zero, which libraries write where they do not know a price.
func isPrice(f float64) bool { return f > 0 && !math.IsInf(f, 0) }

// number reads a count from an integer, a double or a decimal text. NaN, infinities and negative numbers count nothing.
func number(v pcommon.Value) (int64, bool) {
	switch v.Type() {
	case pcommon.ValueTypeInt:
		return v.Int(), v.Int() >= 0
	case pcommon.ValueTypeDouble:
		return wholeNumber(v.Double())
	case pcommon.ValueTypeStr:
		return parseCount(strings.Trim(v.Str(), `" `))
	}
	return 0, false
}

func parseCount(s string) (int64, bool) {
	if s == "" || !isDigit(s[0]) { // errors of strconv are costly, and most counts are absent
		return 0, false
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, n >= 0
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, false
	}
	return wholeNumber(f)
}

func wholeNumber(f float64) (int64, bool) {
	if math.IsNaN(f) || f < 0 || f >= math.MaxInt64 {
		return 0, false
	}
	return int64(f), true
}

// maxTokens keeps sums far from overflow: no model sees a trillion tokens.
const maxTokens = 1e12

// resolve brings the counts into LangSmith's meaning: totals include their details, and no detail exceeds its total.
func (c *counts) resolve(kind run.Kind) (u run.Usage, told bool) {
	c.divide(kind)
	if c.reasoning > 0 && c.total == c.input+c.output+c.reasoning { // Gemini counts thoughts beside the answer
		c.exclusiveOutput = true
	}
	if !c.counted() {
		if c.totalCost <= 0 && c.total <= 0 {
			return u, false
		}
		return run.Usage{
			Total: known64(c.total), TotalCost: c.totalCost, InputCost: c.inputCost, OutputCost: c.outputCost,
		}, true
	}
	u = run.Usage{
		Input: known64(c.input), Output: known64(c.output),
		CacheRead: known64(c.cacheRead), CacheCreation: known64(c.cacheCreation), InputAudio: known64(c.inputAudio),
		Reasoning: known64(c.reasoning), OutputAudio: known64(c.outputAudio),
		InputCost: c.inputCost, OutputCost: c.outputCost, TotalCost: c.totalCost,
	}
	if c.exclusiveInput || u.Input < u.CacheRead+u.CacheCreation {
		u.Input += u.CacheRead + u.CacheCreation
	}
	if c.exclusiveOutput {
		u.Output += u.Reasoning
	}
	u.Reasoning = min(u.Reasoning, u.Output)
	u.OutputAudio = min(u.OutputAudio, u.Output-u.Reasoning)
	u.InputAudio = min(u.InputAudio, u.Input-u.CacheRead-u.CacheCreation)
	c.addRare(&u)
	u.Total = u.Input + u.Output
	if u.TotalCost == 0 {
		u.TotalCost = u.InputCost + u.OutputCost
	}
	return u, true
}

// addRare adds the details that few tell, each within what the ones before it leave.
func (c *counts) addRare(u *run.Usage) {
	if c.rareCounts == noCounts.rareCounts {
		return
	}
	u.CacheHour = min(known64(c.cacheHour), u.CacheCreation)
	left := max(u.Input-u.CacheRead-u.CacheCreation-u.InputAudio, 0)
	for _, d := range []struct {
		to *int64
		n  int64
	}{{&u.InputImage, c.inputImage}, {&u.Long.Input, c.longInput}, {&u.Long.CacheRead, c.longCacheRead}} {
		*d.to = min(known64(d.n), left)
		left -= *d.to
	}
	left = max(u.Output-u.Reasoning-u.OutputAudio, 0)
	u.OutputImage = min(known64(c.outputImage), left)
	u.Long.Output = min(known64(c.longOutput), left-u.OutputImage)
}

// divide finds out what a total leaves: the other side of a model call, or all that an embedding has read.
func (c *counts) divide(kind run.Kind) {
	switch {
	case c.total <= 0:
	case !c.counted() && kind == run.Embedding:
		c.input = c.total
	case c.input >= 0 && c.output < 0 && kind == run.LLM && !c.exclusiveInput:
		c.output = max(c.total-c.input, 0)
	case c.output >= 0 && c.input < 0 && kind == run.LLM:
		c.input = max(c.total-c.output, 0)
	}
}

func known64(n int64) int64 { return min(max(n, 0), maxTokens) }
