// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

// interest is who may want an attribute: a set of bits.
type interest uint8

const (
	ofConversation interest = 1 << iota
	ofOutcome
	ofUser
	ofFeedback
	ofAsking
	ofAnswering
)

// shapes tells most attributes apart from those that somebody wants: by the length of their names, modulo 64, and the
// last five bits of their last letters. That is faster than any look-up, and most names have a shape of their own.
type shapes [64][32]interest

func (s *shapes) of(name string) interest {
	if name == "" {
		return 0
	}
	return s[len(name)%64][name[len(name)-1]&31]
}

func (s *shapes) add(of interest, names ...string) {
	for _, name := range names {
		s[len(name)%64][name[len(name)-1]&31] |= of
	}
}

var interests = func() *shapes {
	s := &shapes{}
	s.add(ofConversation, conversationKeys[:]...)
	s.add(ofConversation, "metadata")
	s.add(ofOutcome, outcomeKeys[:]...)
	for length := range s { // reasons to stop end alike, whatever they stand behind
		s[length]['n'&31] |= ofOutcome
		s[length]['s'&31] |= ofOutcome
	}
	return s
}()

// outcomeKeys are the attributes that outcome reads, beside the reasons to stop.
var outcomeKeys = [...]string{
	"redact.evidence.refusal", "redact.evidence.tool_error",
	"openinference.span.kind", "traceloop.span.kind", "langsmith.span.kind", "langfuse.observation.type",
	"mlflow.spanType", "genkit:metadata:subtype", "lmnr.span.type", "langwatch.span.type",
	"gen_ai.operation.name", "ai.operationId",
	"gen_ai.tool.call.result", "ai.toolCall.result", "gcp.vertex.agent.tool_response", "tool_response",
	"mastra.tool_call.output", "mastra.mcp_tool_call.output",
	"output.value", "traceloop.entity.output", "langfuse.observation.output", "mlflow.spanOutputs",
	"genkit:output", "lmnr.span.output", "langwatch.output", "gen_ai.completion",
}
