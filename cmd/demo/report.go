// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/replay"
)

// report is the summary, all of it from the Collector's own counters except the last line, which is from the stand-in.
func report(sent []replay.Recording, took time.Duration, c counters, v verdict, at addresses) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	line := func(name, format string, args ...any) {
		fmt.Fprintf(w, "  %s\t%s\n", name, fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(w, "\nReplayed %d recordings of %d library set-ups in %.1f s.\n\n",
		len(sent), libraries(sent), took.Seconds())
	arrivedLines(line, c)
	redactedLines(line, c)
	sampledLines(line, c)
	deliveredLines(line, c)
	line("checked", "%s", v)
	fmt.Fprintf(w, "\nThe page:             %s/\n", at.viewer())
	fmt.Fprintf(w, "Your own application: export OTEL_EXPORTER_OTLP_ENDPOINT=%s\n", at.otlp())
	fmt.Fprintf(w, "                      export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\n")
	fmt.Fprintf(w, "Ctrl-C ends it. Nothing has left this machine.\n")
	_ = w.Flush() // into memory: cannot fail
	return b.String()
}

type printer func(name, format string, args ...any)

func arrivedLines(line printer, c counters) {
	line("arrived", "%.0f traces, %.0f spans",
		c.sum("otelcol_processor_sampling_traces_received"), c.sum("otelcol_processor_sampling_spans_received"))
}

func redactedLines(line printer, c counters) {
	masked := c.by("otelcol_processor_redact_replacements", "detector")
	total := 0
	for _, m := range masked {
		total += m.count
	}
	line("redacted", "%d places in %.1f MB of text", total, c.sum("otelcol_processor_redact_scanned_bytes")/1e6)
	line("  by kind", "%s", list(masked))
	line("  hashed", "%s", list(c.by("otelcol_processor_redact_hashed", "class")))
}

func sampledLines(line printer, c counters) {
	const decisions = "otelcol_processor_sampling_decisions"
	kept, dropped := c.sum(decisions, "outcome", "kept"), c.sum(decisions, "outcome", "dropped")
	line("kept", "%.0f traces: %s", kept, list(c.by(decisions, "rule", "outcome", "kept")))
	line("dropped", "%.0f traces: %s", dropped, list(c.by(decisions, "rule", "outcome", "dropped")))
	line("repaired", "%.0f spans re-parented, %.0f infrastructure spans pruned",
		c.sum("otelcol_processor_sampling_spans_reparented"), c.sum("otelcol_processor_sampling_spans_pruned"))
}

func deliveredLines(line printer, c counters) {
	line("delivered", "%.0f runs, %.2f MB, in %.0f requests",
		c.sum("otelcol_exporter_langsmith_runs_sent"), c.sum("otelcol_exporter_langsmith_request_bytes")/1e6,
		c.sum("otelcol_exporter_langsmith_requests"))
}

// String says in one line what the check found.
func (v verdict) String() string {
	found := fmt.Sprintf("%d of %d kept traces readable, %d runs, each trace with one root, no missing parent, "+
		"every error there, 0 of %d planted values in what left", v.kept-len(v.absent), v.kept, v.runs, len(planted))
	if err := v.err(); err != nil {
		found = "FAILED: " + strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	return found
}

func libraries(sent []replay.Recording) int {
	names := map[string]bool{}
	for _, r := range sent {
		names[r.Library] = true
	}
	return len(names)
}
