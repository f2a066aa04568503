// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap

import (
	"slices"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// counted is the runs below one that carry usage of the same kind, as far as it must be known to tell repetitions. What
// a tool does, as an agent that is called as one, repeats nothing of the call that asked for it.
type counted struct {
	runs int
	one  int // index of one of them
}

// settleUsage leaves each token on one run. Frameworks repeat on a parent what its children count, as a sum or,
// around another library's span of the same call, as it is. A repetition becomes plain metadata.
func (m *mapper) settleUsage() {
	m.below = resized(m.below, len(m.spans))
	for _, i := range slices.Backward(m.tree.Order()) {
		f, below := &m.fields[i], &m.below[i]
		if f.Usage != nil {
			switch same := below.of(f.Kind); {
			case same == nil || f.RollUp:
				m.fold(i)
			case same.runs == 1 && m.repeats(i, same.one):
				m.fold(same.one)
				*same = counted{runs: 1, one: i}
			case same.runs > 0:
				m.fold(i)
			default:
				*same = counted{runs: 1, one: i}
			}
		}
		if p := m.tree.Parent(i); p >= 0 && f.Kind != run.Tool {
			m.below[p].calls.add(below.calls)
			m.below[p].embeddings.add(below.embeddings)
		}
	}
}

// priced is the runs below one, and itself, whose tokens cost something.
type priced struct{ calls, embeddings counted }

// of returns the runs of one kind, or nil for a kind that has no price.
func (p *priced) of(k run.Kind) *counted {
	switch k {
	case run.LLM:
		return &p.calls
	case run.Embedding:
		return &p.embeddings
	}
	return nil
}

// maxToolDepth is how far above a tool the same one is looked for: the call of a client, of a server and of a handler.
const maxToolDepth = 6

// settleTool makes a step of a call by MCP that stands under the run of the same tool: an agent, a client, a server and
// a handler each tell of one call, and the outermost is the tool.
func (m *mapper) settleTool(i int) {
	f := &m.fields[i]
	if f.Kind != run.Tool || f.Metadata.Text("mcp.method.name") == "" {
		return
	}
	for p, depth := m.tree.Parent(i), 0; p >= 0 && depth < maxToolDepth; p, depth = m.tree.Parent(p), depth+1 {
		if above := &m.fields[p]; above.Kind == run.Tool && above.Name == f.Name {
			f.Kind = run.Chain
			return
		}
	}
}

func (c *counted) add(other counted) {
	if other.runs > 0 {
		c.runs += other.runs
		c.one = other.one
	}
}

// repeats reports whether the span below tells less of the same call: the same counts, but not what was said, or not
// which tokens they were.
func (m *mapper) repeats(i, below int) bool {
	a, b := &m.fields[i], &m.fields[below]
	if !sameCounts(a.Usage, b.Usage) || len(a.Outputs) == 0 {
		return false
	}
	return len(b.Outputs) == 0 || detailsOf(a.Usage) > detailsOf(b.Usage)
}

// sameCounts compares two counts of a call, of which one may have left out the reasoning, as Gemini's own does.
func sameCounts(a, b *run.Usage) bool {
	return a.Input == b.Input &&
		(a.Output == b.Output || a.Output-a.Reasoning == b.Output || a.Output == b.Output-b.Reasoning)
}

// detailsOf counts the details that are told of a call's tokens.
func detailsOf(u *run.Usage) (n int) {
	for _, detail := range [...]int64{u.CacheRead, u.CacheCreation, u.Reasoning, u.InputAudio, u.OutputAudio} {
		if detail > 0 {
			n++
		}
	}
	return n
}

// fold turns the usage of span i into plain metadata, where LangSmith does not add it up.
func (m *mapper) fold(i int) {
	f := &m.fields[i]
	if f.Usage.Total > 0 || f.Usage.TotalCost > 0 {
		m.keep(f)
	}
	f.Usage = nil
}

func (*mapper) keep(f *dialect.Fields) {
	if f.Usage.Total > 0 {
		f.Metadata.Add("aggregated_usage.input_tokens", run.Integer(f.Usage.Input))
		f.Metadata.Add("aggregated_usage.output_tokens", run.Integer(f.Usage.Output))
		f.Metadata.Add("aggregated_usage.total_tokens", run.Integer(f.Usage.Total))
	}
	if f.Usage.TotalCost > 0 {
		f.Metadata.Add("aggregated_usage.total_cost", run.Number(f.Usage.TotalCost))
	}
}
