// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"strings"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// pipecat is Pipecat's turns of a voice: model calls that speak genAI and keep what was said under short words, which
// are read under its scope only.
// See https://docs.pipecat.ai/server/utilities/opentelemetry
type pipecat struct{ silent }

var (
	kPipecatSystem = attr("system")
	kPipecatTools  = attr("tools")
	kPipecatStream = attr("stream")
	kPipecatHeard  = attr("transcript")
	kPipecatSpoken = attr("text")
	kPipecatInput  = attr("input")
	kPipecatTTFB   = attr("metrics.ttfb")
)

func (pipecat) speaks(v *view) bool { return strings.HasPrefix(v.Scope.Name(), "pipecat") }

func (p pipecat) inputs(b []byte, v *view) []byte {
	switch {
	case !p.speaks(v):
	case v.has(kPipecatInput):
		return appendMessages(b, v.label(kPipecatSystem), v.raw(kPipecatInput))
	case v.has(kPipecatSpoken):
		return v.inputAt(b, kPipecatSpoken)
	}
	return b
}

func (p pipecat) outputs(b []byte, v *view) []byte {
	if !p.speaks(v) || !v.has(kPipecatHeard) {
		return b
	}
	return v.outputAt(b, kPipecatHeard)
}

func (p pipecat) details(v *view, f *Fields) {
	if !p.speaks(v) {
		return
	}
	v.setTools(f, v.raw(kPipecatTools))
	v.param(f, "stream", kPipecatStream)
	if v.kind == run.LLM {
		v.firstTokenAfter(f, kPipecatTTFB, 1e9)
	}
}
