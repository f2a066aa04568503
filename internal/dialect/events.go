// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// maxEvents bounds how many events of one span are looked at: streams of tokens write one each.
const maxEvents = 10_000

var eventWord = wordsOf("event")

// readEvents sorts the span's events. Content that stands in events is put where the same content would stand in
// attributes.
func (v *view) readEvents(events ptrace.SpanEventSlice) {
	for i := range min(events.Len(), maxEvents) {
		e := events.At(i)
		switch name := e.Name(); name {
		case "exception":
		case "gen_ai.client.inference.operation.details", "gen_ai.content.prompt", "gen_ai.content.completion":
			v.addKnown(e.Attributes())
		case "gen_ai.choice":
			v.choices, v.words = append(v.choices, e), v.words|eventWord
		case "db.query.result", "db.search.result":
			v.found, v.words = append(v.found, e), v.words|eventWord
		case "ai.stream.firstChunk", "new_token":
			v.addKnown(e.Attributes())
			v.setFirst(kFirstTokenEvent, e)
		case "tool.output":
			v.setStructured(kToolOutputEvent, e.Attributes())
		case "claude_code.api_request":
			v.spent += priceOf(e.Attributes())
		case "claude_code.assistant_response":
			v.setLast(kResponseEvent, e.Attributes(), "response")
		case "codex.user_prompt":
			v.setLast(kCodexPromptEvent, e.Attributes(), "prompt")
		case codexToolEvent, claudeToolEvent:
			if len(v.called) < maxCalls {
				v.called = append(v.called, e)
			}
		case evaluationEvent, langWatchEvaluation:
			v.judged = append(v.judged, e)
		default:
			if strings.HasPrefix(name, "gen_ai.") && strings.HasSuffix(name, ".message") {
				v.messages, v.words = append(v.messages, e), v.words|eventWord
			}
		}
	}
}

// priceOf returns what Claude Code says that a request has cost.
func priceOf(request pcommon.Map) float64 {
	cost, ok := request.Get("cost_usd")
	if !ok {
		return 0
	}
	f, err := strconv.ParseFloat(scalarText(cost), 64)
	if err != nil || !isPrice(f) {
		return 0
	}
	return f
}

// kindOfEvents returns what the events of a span make it that says nothing itself: their conventions are those of model
// calls. Strands tells the details of a call on the steps around it, too, but not which model it was.
func kindOfEvents(s Span) run.Kind {
	for i := range min(s.Events().Len(), maxEvents) {
		switch e := s.Events().At(i); e.Name() {
		case "gen_ai.user.message", "gen_ai.choice", "gen_ai.content.prompt", "gen_ai.content.completion":
			return run.LLM
		case "db.query.result", "db.search.result":
			return run.Retriever
		case "gen_ai.client.inference.operation.details":
			if k := operationKind(attribute(e.Attributes(), "gen_ai.operation.name")); k != "" {
				return k
			}
			if attribute(e.Attributes(), "gen_ai.request.model") != "" {
				return run.LLM
			}
		}
	}
	return ""
}

// addKnown reads the attributes of an event as if they were the span's. Some libraries write one event for each of
// them.
func (v *view) addKnown(attributes pcommon.Map) {
	for k, value := range attributes.All() {
		if s, ok := known[k]; ok {
			v.set(s, value)
		}
	}
}

func (v *view) setFirst(s slot, e ptrace.SpanEvent) {
	if !v.filled[s] && e.Timestamp() != 0 {
		v.set(s, pcommon.NewValueInt(int64(e.Timestamp())))
	}
}

// setLast lets later events win: of the texts on the way, the last is the answer.
func (v *view) setLast(s slot, attributes pcommon.Map, key string) {
	if value, ok := attributes.Get(key); ok && !isEmpty(value) {
		v.set(s, value)
		v.values[s] = value
	}
}

func (v *view) setStructured(s slot, attributes pcommon.Map) {
	value := pcommon.NewValueMap()
	attributes.CopyTo(value.Map())
	v.set(s, value)
}

var (
	kFirstTokenEvent = attr("event: first token")
	kToolOutputEvent = attr("event: tool.output")
	kResponseEvent   = attr("event: claude_code.assistant_response")

	kCodexPromptEvent = attr("event: codex.user_prompt")
)
