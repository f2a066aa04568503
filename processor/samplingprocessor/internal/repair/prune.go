// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package repair

import (
	"slices"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// prune decides which spans stay. Spans are looked at parents first, so that a failed HTTP call below a failed HTTP
// call below a tool stays with it.
func (w *work) prune() {
	w.keep, w.caller = falses(w.keep, len(w.nodes)), falses(w.caller, len(w.nodes))
	for _, i := range w.tree.Order() {
		if w.nodes[i].ID == [8]byte{} {
			continue
		}
		parent := w.tree.Parent(i)
		called := parent >= 0 && w.caller[parent]
		w.keep[i], w.caller[i] = judge(w.spans[i], w.opts, called)
		if !w.keep[i] {
			w.result.Pruned++
		}
	}
	for i := range w.nodes {
		if w.tree.Duplicate(i) {
			w.result.Duplicates++
		}
	}
}

// falses returns n times false, in the memory of s if there is enough of it; there is room for one more.
func falses(s []bool, n int) []bool {
	s = slices.Grow(s[:0], n+1)[:n]
	clear(s)
	return s
}

// judge reports whether s stays, and whether what stands below it is called by a tool or a model call.
func judge(s dialect.Span, opts Options, called bool) (keep, caller bool) {
	if !opts.Prune {
		return true, false
	}
	if dialect.Classify(s) != dialect.Infra {
		if !opts.KeepFailed {
			return true, false // nobody asks
		}
		k := dialect.KindOf(s)
		return true, k == run.Tool || k == run.LLM
	}
	if !called || !opts.KeepFailed {
		return false, false
	}
	_, failed := dialect.FailureOf(s)
	return failed, true
}

// limit cuts a trace that has more spans than may be released. Failed spans stay, with all that stands above them, as
// far as there is room, and then spans from the top down.
func (w *work) limit() {
	kept := 0
	for _, k := range w.keep {
		if k {
			kept++
		}
	}
	room := w.opts.maxSpans() - 1 // a root may have to be made
	if kept <= room {
		return
	}
	up := w.tree.KeptAncestors(w.keep)
	chosen := make([]bool, len(w.nodes), len(w.nodes)+1)
	for _, i := range w.tree.Order() {
		if !w.keep[i] {
			continue
		}
		if _, failed := dialect.FailureOf(w.spans[i]); failed && !choosePath(i, up, chosen, &room) {
			break
		}
	}
	for _, i := range w.tree.Order() {
		if room > 0 && w.keep[i] && !chosen[i] && (up[i] < 0 || chosen[up[i]]) {
			chosen[i] = true
			room--
		}
	}
	for _, c := range chosen {
		if c {
			kept--
		}
	}
	w.result.Truncated = kept
	w.keep = chosen
}

// choosePath chooses i and everything above it, if there is room for all of it.
func choosePath(i int, up []int, chosen []bool, room *int) bool {
	n := 0
	for j := i; j >= 0 && !chosen[j]; j = up[j] {
		n++
	}
	if n > *room {
		return false
	}
	for j := i; j >= 0 && !chosen[j]; j = up[j] {
		chosen[j] = true
	}
	*room -= n
	return true
}

// pruned is what a kept span tells of those that were left out below it.
type pruned struct {
	spans, errors int64
	name, message string // of the first that failed
}

// tellPruned notes on the nearest kept ancestors what was left out. It is noted as attributes, never as exception
// events: those would make a run that went well look failed.
func (w *work) tellPruned() {
	if w.result.Pruned+w.result.Truncated == 0 {
		return
	}
	told := make([]*pruned, len(w.spans))
	for _, i := range w.tree.Order() {
		if w.keep[i] || w.nodes[i].ID == [8]byte{} {
			continue
		}
		host := w.hostOf(i)
		if told[host] == nil {
			told[host] = &pruned{}
		}
		told[host].add(w.spans[i])
	}
	for host, p := range told {
		if p != nil {
			p.put(w.spans[host])
		}
	}
}

// hostOf returns the kept span that stands for a pruned one.
func (w *work) hostOf(i int) int {
	if w.up[i] < 0 {
		return w.root
	}
	return w.up[i]
}

func (p *pruned) add(s dialect.Span) {
	p.spans++
	f, failed := dialect.FailureOf(s)
	if !failed {
		return
	}
	if p.errors == 0 {
		p.name, p.message = s.Name(), f.Message
	}
	p.errors++
}

func (p *pruned) put(s dialect.Span) {
	a := s.Attributes()
	a.PutInt(contract.PrunedSpans, p.spans)
	if p.errors > 0 {
		a.PutInt(contract.PrunedErrorCount, p.errors)
		a.PutStr(contract.PrunedErrorSpan, p.name)
		a.PutStr(contract.PrunedErrorMessage, p.message)
	}
}
