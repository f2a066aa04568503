// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import "go.opentelemetry.io/collector/pdata/pcommon"

// Conversation returns the id of the conversation, session or thread that s belongs to, or nothing. Where a span
// carries several of them, the most deliberate one wins: what an application says to a tracing product before what a
// library adds by itself, and a transport's session last.
func Conversation(s Span) string {
	best, id := len(conversationKeys), ""
	for k, v := range s.Attributes().All() {
		r := conversationRank(k)
		if r < 0 || r >= best {
			continue
		}
		if t := identifier(v); !isBlank(t) {
			best, id = r, t
		}
	}
	if id != "" {
		return id
	}
	if v, ok := s.Attributes().Get("metadata"); ok {
		id = conversationInMetadata(v)
	}
	return firstFilled(id, conversationOfResource(s.Resource))
}

// conversation is Conversation for a span that has been sorted already.
func (v *view) conversation() string {
	if v.told&ofConversation != 0 {
		for _, s := range conversationSlots {
			if v.filled[s] {
				if t := identifier(v.values[s]); !isBlank(t) {
					return t
				}
			}
		}
	}
	return firstFilled(memberText(v.raw(kInferenceMetadata), conversationNames...), conversationOfResource(v.Resource))
}

// conversationInMetadata looks into OpenInference's metadata, where Mastra's exporter leaves the session.
func conversationInMetadata(v pcommon.Value) string {
	return firstFilled(memberText(parse(text(v)), conversationNames...))
}

var conversationNames = []string{
	"session_id", "thread_id", "conversation_id", "sessionId", "threadId", "conversationId",
}

func conversationOfResource(resource pcommon.Map) string {
	if resource == (pcommon.Map{}) {
		return ""
	}
	if v, ok := resource.Get("session.id"); ok {
		return scalarText(v)
	}
	return ""
}

// ConversationKeys are the attributes that Conversation knows, the most deliberate first.
func ConversationKeys() []string { return append([]string(nil), conversationKeys[:]...) }

// conversationKeys is the order of precedence. LangSmith's names lead because they say what LangSmith shall show;
// mcp.session.id comes last because it is the session of a connection.
var conversationKeys = [...]string{
	"langsmith.metadata.session_id",
	"langsmith.metadata.thread_id",
	"langsmith.metadata.conversation_id",
	"langfuse.session.id",
	"session.id",
	"gen_ai.conversation.id",
	"ai.telemetry.metadata.sessionId",
	"ai.telemetry.metadata.session_id",
	"ai.telemetry.metadata.threadId",
	"ai.telemetry.metadata.thread_id",
	"ai.settings.context.sessionId",
	"traceloop.association.properties.session_id",
	"traceloop.association.properties.thread_id",
	"traceloop.association.properties.conversation_id",
	"traceloop.association.properties.chat_id",
	"gcp.vertex.agent.session_id",
	"mlflow.trace.session",
	"mastra.metadata.sessionId",
	"mastra.metadata.threadId",
	"lmnr.association.properties.session_id",
	"langwatch.thread.id",
	"voltagent.conversation_id",
	"conversation.id",
	"gen_ai.thread.id",
	"confident.trace.thread_id",
	"confident.trace.session_id",
	"spring.ai.chat.client.conversation.id",
	"lk.pii.room_name",
	"lk.room_name",
	"mcp.session.id",
}

var conversationRanks = func() map[string]int {
	m := make(map[string]int, len(conversationKeys))
	for i, k := range conversationKeys {
		m[k] = i
	}
	return m
}()

// conversationSlots makes the keys known: they are shown as the session, and not once more.
var conversationSlots = attrs(ofConversation, conversationKeys[:]...)

// conversationRank is called for every attribute of every span: most keys are told apart by their last letters,
// without a look-up.
func conversationRank(key string) int {
	if len(key) < len("session.id") {
		return -1
	}
	switch key[len(key)-2:] {
	case "id", "Id", "on", "me":
		if r, ok := conversationRanks[key]; ok {
			return r
		}
	}
	return -1
}
