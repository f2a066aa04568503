// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
)

type sent struct {
	name       string
	attributes attrs
}

// A conversation of which every message but the answers of the model says where it belongs.
var conversation = []sent{
	{"gen_ai.system.message", attrs{"content": "Be brief."}},
	{"gen_ai.user.message", attrs{"content": "Weather and rate?"}},
	{"gen_ai.assistant.message", attrs{"tool_calls": `[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},
		{"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]`}},
	{"gen_ai.tool.message", attrs{"id": "a", "content": "21"}},
	{"gen_ai.tool.message", attrs{"id": "b", "content": "130"}},
	{"gen_ai.assistant.message", attrs{"tool_calls": `[{"id":"c","type":"function","function":{"name":"h","arguments":"{}"}}]`}},
	{"gen_ai.tool.message", attrs{"id": "c", "content": "ok"}},
}

func inputsOf(t *testing.T, messages []sent, at func(i int) pcommon.Timestamp) string {
	t.Helper()
	s := newSpan(t, "openai", "chat m", attrs{"gen_ai.operation.name": "chat"})
	for i, m := range messages {
		addEvent(t, s, m.name, m.attributes)
		s.Events().At(i).SetTimestamp(at(i))
	}
	return string(dialect.Read(s).Inputs)
}

func TestRead_messagesOfOneMillisecondComeInAnyOrder(t *testing.T) {
	same := func(int) pcommon.Timestamp { return 1 }
	want := inputsOf(t, conversation, same)
	assert.Contains(t, want, `"Be brief."`)
	random := rand.New(rand.NewPCG(7, 8))
	for range 500 {
		jumbled := append([]sent(nil), conversation...)
		random.Shuffle(len(jumbled), func(i, j int) { jumbled[i], jumbled[j] = jumbled[j], jumbled[i] })
		if indexOf(jumbled, conversation[2]) > indexOf(jumbled, conversation[5]) {
			continue // which of two calls came first is told by nothing else
		}
		assert.Equal(t, want, inputsOf(t, jumbled, same))
	}
}

func indexOf(messages []sent, m sent) int {
	for i := range messages {
		if messages[i].attributes["tool_calls"] == m.attributes["tool_calls"] {
			return i
		}
	}
	return -1
}

// What has times of its own is in order, however odd: a history that was cut, a greeting, instructions on the way.
func TestRead_messagesWithTimesStayAsTheyAre(t *testing.T) {
	odd := []sent{conversation[3], conversation[2], conversation[0], conversation[1]}
	later := inputsOf(t, odd, func(i int) pcommon.Timestamp { return pcommon.Timestamp(i + 1) })
	assert.Regexp(t, `^\{"messages":\[\{"role":"tool".*"role":"assistant".*"role":"system".*"role":"user"`, later)
	greeting := []sent{
		{"gen_ai.system.message", attrs{"content": "s"}},
		{"gen_ai.assistant.message", attrs{"content": "Hello!"}},
		{"gen_ai.user.message", attrs{"content": "Hi"}},
	}
	assert.JSONEq(t, `{"messages":[{"role":"system","content":"s"},{"role":"assistant","content":"Hello!"},
		{"role":"user","content":"Hi"}]}`, inputsOf(t, greeting, func(int) pcommon.Timestamp { return 1 }))
}
