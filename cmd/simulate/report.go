// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor"
)

// report adds up what becomes of traces, by rule.
type report struct {
	rules map[string]*row
}

type row struct {
	name                    string
	traces, kept            int
	spans, released, pruned int
	adjusted                float64
}

func (r *report) add(s samplingprocessor.Simulated) {
	if r.rules[s.Rule] == nil {
		r.rules[s.Rule] = &row{name: s.Rule}
	}
	r.rules[s.Rule].add(s)
}

func (r *row) add(s samplingprocessor.Simulated) {
	r.traces++
	r.spans += s.Spans
	if s.Kept {
		r.kept++
		r.released += s.Released
		r.pruned += s.Pruned
		r.adjusted += s.AdjustedCount
	}
}

// print writes a line for each rule, in their order, then what was decided without one, then the sum.
func (r *report) print(out io.Writer, cfg *samplingprocessor.Config) {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "rule\ttraces\tkept\tshare\tadjusted count\truns\tpruned\t")
	sum := &row{name: "sum"}
	for _, row := range r.sorted(cfg) {
		row.print(t)
		sum.traces += row.traces
		sum.kept += row.kept
		sum.released += row.released
		sum.pruned += row.pruned
		sum.adjusted += row.adjusted
	}
	sum.print(t)
	_ = t.Flush()
	for _, name := range samplingprocessor.UnreachableRules(cfg) {
		fmt.Fprintf(out, "rule %q never decides: an earlier one takes every trace that it would\n", name)
	}
}

func (r *row) print(out io.Writer) {
	fmt.Fprintf(out, "%s\t%d\t%d\t%.1f%%\t%.1f\t%d\t%d\t\n", r.name, r.traces, r.kept,
		100*float64(r.kept)/float64(max(r.traces, 1)), r.adjusted, r.released, r.pruned)
}

func (r *report) sorted(cfg *samplingprocessor.Config) []*row {
	place := map[string]int{}
	for i, rule := range cfg.Rules {
		place[rule.Name] = i - len(cfg.Rules) // before everything else
		if r.rules[rule.Name] == nil {
			r.rules[rule.Name] = &row{name: rule.Name}
		}
	}
	return slices.SortedFunc(maps.Values(r.rules), func(a, b *row) int {
		return cmp.Or(cmp.Compare(place[a.name], place[b.name]), cmp.Compare(a.name, b.name))
	})
}

func printEach(out io.Writer, s samplingprocessor.Simulated) {
	verdict := "dropped"
	if s.Kept {
		verdict = fmt.Sprintf("kept as %.4g", s.AdjustedCount)
	}
	fmt.Fprintf(out, "%s  %s  %-14s %-16s %s\n", s.At.UTC().Format("15:04:05.000"),
		hex.EncodeToString(s.TraceID[:]), verdict, s.Rule, s.Evidence)
}
