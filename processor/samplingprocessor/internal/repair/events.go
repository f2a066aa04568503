// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package repair

import (
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/join"
)

// stray is a log record and the span that it named, or -1 when that never came.
type stray struct {
	span  int
	event join.Event
}

// joinEvents gives log records to the spans that they name, before it is decided which spans stay: a record may tell
// that a span has failed.
func (w *work) joinEvents(events []join.Event) {
	if len(events) == 0 {
		return
	}
	index := w.index()
	for _, e := range events {
		i, here := index[e.Span]
		if !here || e.Span == [8]byte{} {
			w.astray = append(w.astray, stray{span: -1, event: e})
			continue
		}
		if !w.mayJoin(i, e) {
			continue
		}
		e.Event.CopyTo(w.spans[i].Events().AppendEmpty())
		w.astray = append(w.astray, stray{span: i, event: e})
	}
}

// mayJoin keeps a record that has not been through redact out of a resource that says it has.
func (w *work) mayJoin(i int, e join.Event) bool {
	_, redacted := w.spans[i].Resource.Get(contract.RedactPolicy)
	if redacted && !e.Redacted {
		w.result.Unredacted++
		return false
	}
	w.result.Joined++
	return true
}

// placeAstray gives the records of spans that were left out to what stands for those, and the records of spans that
// never came to the root.
func (w *work) placeAstray() {
	for _, s := range w.astray {
		host := w.root
		switch {
		case s.span < 0:
			if !w.mayJoin(host, s.event) {
				continue
			}
		case w.keep[s.span]:
			continue
		default:
			host = w.hostOf(s.span)
		}
		s.event.Elsewhere()
		s.event.Event.CopyTo(w.spans[host].Events().AppendEmpty())
	}
	w.astray = nil
}
