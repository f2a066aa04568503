// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package viewerextension

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/decision"
)

// traceName is what people have at hand to ask for a trace: its id, or the id of its root span or run.
type traceName struct {
	trace [16]byte
	root  [8]byte // zero: not given
}

const errTraceName = "ask with 32 hex digits of a trace, 16 of its root span, or the UUID of either as LangSmith shows it"

// parseTraceName reads hex digits, with or without the dashes of a UUID. LangSmith makes the id of a run of a span's by
// zeros in front, so that such a one may be either.
func parseTraceName(text string) (traceName, bool) {
	var n traceName
	b, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(text), "-", ""))
	switch {
	case err != nil:
		return n, false
	case len(b) == len(n.root):
		n.root = [8]byte(b)
	case len(b) == len(n.trace):
		n.trace = [16]byte(b)
		if [8]byte(b[:8]) == [8]byte{} {
			n.root = [8]byte(b[8:])
		}
	}
	return n, n != traceName{}
}

func (n traceName) names(d *decision.Decision) bool {
	return n.trace == d.TraceID && n.trace != [16]byte{} || n.root == d.RootSpanID && n.root != [8]byte{}
}

// whereis answers GET /standin/whereis/{trace} in words, for a terminal.
func (e *viewerExtension) whereis(w http.ResponseWriter, r *http.Request) {
	name, ok := parseTraceName(r.PathValue("trace"))
	if !ok {
		http.Error(w, errTraceName, http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	found, remembered := e.decisions.find(name)
	traces := [][16]byte{name.trace}
	var b strings.Builder
	for _, one := range found {
		b.WriteString(inWords(one))
		if !slices.Contains(traces, one.TraceID) {
			traces = append(traces, one.TraceID)
		}
	}
	for _, trace := range traces {
		for _, way := range e.delivered.of(trace) {
			b.WriteString(way.inWords())
		}
	}
	if b.Len() == 0 {
		w.WriteHeader(http.StatusNotFound)
		b.WriteString(e.decisions.unknown(remembered))
	}
	_, _ = io.WriteString(w, b.String()) // the client may have gone
}

// unknown says what it means that there is no decision.
func (d *decisions) unknown(remembered int) string {
	text := "No decision on this trace is known. Either it is still open, or none of its spans came here"
	if remembered == len(d.ring) {
		return text + fmt.Sprintf(", or it was judged before the last %d traces.\n", remembered)
	}
	return text + fmt.Sprintf(" since the start; traces judged since: %d.\n", remembered)
}

// inWords tells of a decision in some lines.
func inWords(d decision.Decision) string {
	var b strings.Builder
	verb := "dropped"
	if d.Kept {
		verb = "kept"
	}
	fmt.Fprintf(&b, "%s  trace %x was %s by %s, rule %q\n", d.At.UTC().Format(time.RFC3339), d.TraceID, verb, d.Component, d.Rule)
	state := "complete"
	if !d.Complete {
		state = "not complete"
	}
	fmt.Fprintf(&b, "  judged on %s, %s, with %s\n", trigger(d.Trigger), state, decision.Count(d.Spans, "span"))
	if d.Kept {
		fmt.Fprintf(&b, "  root span %x; %s left out, %s hung elsewhere\n", d.RootSpanID, decision.Count(d.Pruned, "span"), decision.Count(d.Reparented, "span"))
	}
	fmt.Fprintf(&b, "  probability %s, stands for %s\n", number(d.Probability), number(d.AdjustedCount))
	if d.Evidence != "" {
		fmt.Fprintf(&b, "  evidence: %s\n", d.Evidence)
	}
	return b.String()
}

// trigger says what ended the waiting.
func trigger(name string) string {
	words := map[string]string{
		"root": "its root and all parents being there", "idle": "silence", "max": "the longest time being over",
		"size": "its size", "evicted": "memory being full", "shutdown": "the end of the process", "late": "what came late",
		"learned": "its root being one that never comes",
	}
	if text, ok := words[name]; ok {
		return text
	}
	return strconv.Quote(name)
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', 4, 64) }
