// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/decision"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/repair"
)

// Simulated is what would become of one recorded trace.
type Simulated struct {
	decision.Decision
	// Released is how many spans would be released: as many as runs at LangSmith.
	Released int
}

// Simulate judges the traces of td by the rules of cfg, each as a whole when its last span has ended and
// complete::after_root has passed, in the time of the recording. Times are those of the
// spans alone, so that limits and releases run as they would have.
func Simulate(cfg *Config, td ptrace.Traces, report func(Simulated)) error {
	p, err := policy.Compile(cfg.Rules, cfg.policyOptions())
	if err != nil {
		return fmt.Errorf("compile rules: %w", err)
	}
	pieces, err := piecesOf(cfg, p, td)
	if err != nil {
		return err
	}
	at := make(map[*piece]time.Time, len(pieces))
	for _, piece := range pieces {
		at[piece] = lastEnd(piece.td).Add(cfg.Complete.AfterRoot)
	}
	slices.SortStableFunc(pieces, func(a, b *piece) int {
		return cmp.Or(at[a].Compare(at[b]), cmp.Compare(string(a.id[:]), string(b.id[:])))
	})
	for i, piece := range pieces {
		if i == 0 {
			p.Start(at[piece])
		}
		report(simulate(p, cfg, piece, at[piece]))
	}
	return nil
}

// piece is a trace of a recording.
type piece struct {
	id pcommon.TraceID
	td ptrace.Traces
}

func piecesOf(cfg *Config, p *policy.Policy, td ptrace.Traces) ([]*piece, error) {
	s := newSplitter(cfg, p)
	if err := s.split(td); err != nil {
		return nil, err
	}
	var u ptrace.ProtoUnmarshaler
	pieces := make([]*piece, len(s.lots))
	for i := range s.lots {
		td, err := u.UnmarshalTraces(s.lots[i].data)
		if err != nil {
			return nil, fmt.Errorf("decode spans of a trace: %w", err)
		}
		pieces[i] = &piece{id: s.lots[i].id, td: td}
	}
	return pieces, nil
}

// UnreachableRules returns the names of the rules of cfg that can never decide.
func UnreachableRules(cfg *Config) []string { return policy.Unreachable(cfg.Rules) }

// UnknownAttributes tells of each attribute for which a rule of cfg asks and that nothing in td has.
func UnknownAttributes(cfg *Config, td ptrace.Traces) []string {
	var all []string
	for _, u := range policy.UnknownAttributes(cfg.Rules, td) {
		all = append(all, fmt.Sprintf("rule %q asks for the attribute %q, which no span and no resource has", u.Rule, u.Attribute))
	}
	return all
}

func simulate(p *policy.Policy, cfg *Config, piece *piece, at time.Time) Simulated {
	e := p.Observe(piece.td)
	if p.Counts() {
		p.Recount(&e, piece.td)
	}
	if p.Unsettled(&e) {
		p.Settle(&e, piece.td)
	}
	d := p.Decide(piece.id, &e, at)
	s := Simulated{Decision: decision.Decision{
		At: at, TraceID: piece.id, Rule: d.Rule, Kept: d.Keep, Probability: d.Probability,
		AdjustedCount: d.AdjustedCount(), Spans: piece.td.SpanCount(), Evidence: e.Explain(),
	}}
	if d.Keep {
		r := repair.Trace(piece.td, cfg.repairOptions(), repair.Stamp{})
		s.Released, s.Pruned, s.Reparented = r.Spans, r.Pruned, r.Reparented
		s.Kept = r.Spans > 0
	}
	return s
}

// lastEnd is when the last span of td ended.
func lastEnd(td ptrace.Traces) time.Time {
	var last uint64
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				last = max(last, uint64(span.EndTimestamp()))
			}
		}
	}
	const latest = 1<<63 - 1
	return time.Unix(0, int64(min(last, latest)))
}
