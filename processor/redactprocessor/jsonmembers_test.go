// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// tokenOf is the token that an attribute with the identifier gets.
func tokenOf(t *testing.T, p *redactProcessor, key, id string) string {
	t.Helper()
	return redactedAttributes(t, p, map[string]any{key: id})[key].(string)
}

// Messages hold JSON with ids of persons: what a tool gave, what it is called with, what somebody pasted.
func TestHash_identifiersInMessages(t *testing.T) {
	p := started(t, defaults())
	user, tenant := tokenOf(t, p, "user.id", "zorb-829123"), tokenOf(t, p, "tenant.id", "acme-7")
	customer, member := tokenOf(t, p, "customer.id", "4711829"), tokenOf(t, p, "member_id", "bob")
	text := `{"user_id":"zorb-829123", "tenantId" : "acme-7","customer_id":4711829,"member_id": "bob","n":5}`
	want := fmt.Sprintf(`{"user_id":"%s", "tenantId" : "%s","customer_id":"%s","member_id": "%s","n":5}`,
		user, tenant, customer, member)
	for _, key := range []string{"gen_ai.input.messages", "gen_ai.prompt.0.content", "llm.output_messages.0.message.content", "note"} {
		for levels := range 4 {
			in := map[string]any{key: encoded(t, text, levels)}
			got := redactedAttributes(t, p, in)
			assert.Equal(t, encoded(t, want, levels), got[key], "%s %d", key, levels)
			assert.True(t, json.Valid([]byte(got[key].(string))), "%s %d", key, levels)
			assert.Equal(t, got, redactedAttributes(t, p, got))
		}
	}
}

// The token is that of the identifier however it is written, and a value that was cut off goes as far as it is there.
func TestHash_identifiersInMessagesAsWritten(t *testing.T) {
	p := started(t, defaults())
	f := func(id, in string) {
		t.Helper()
		got := redactedAttributes(t, p, map[string]any{"gen_ai.input.messages": in})["gen_ai.input.messages"]
		assert.Contains(t, got, tokenOf(t, p, "user.id", id))
	}
	f("Müller-7", `[{"user_id":"M\u00fcller-7"}]`)
	f("Müller-7", `[{"content":"{\"user_id\":\"M\\u00fcller-7\"}"}]`)
	f(`CORP\bob7`, `{"user_id":"CORP\\bob7"}`)
	f("zorb-8291", `[{"content":"{\"user_id\": \"zorb-8291`)
	f("bob@acme.com", `{"user_id":"Bob@Acme.com"}`)
}

// What describes a field, stands in for a value or was drawn at random is nobody.
func TestHash_membersThatAreNobodyStay(t *testing.T) {
	p := started(t, defaults())
	for _, text := range []string{
		`[{"name":"f","parameters":{"properties":{"user_id":{"type":"string","description":"of the user"}},"required":["user_id"]}}]`,
		`{"user_id":"string","account_id":"uuid","tenant_id":"<tenant_id>","customer_id":"{{customer}}"}`,
		`{"user_id":null,"customer_id":"","account_id":true,"member_id":["a"],"tenant_id":{"a":1}}`,
		`{"user_id":"The id of the user","account_id":"${ACCOUNT}","customer_id":"orders.customer_id"}`,
		`{"session_id":"0f8fad5b-d9cb-469f-a165-70867728950e","thread_id":"thread_9fQ2mZ7xLp4Rt8VwK1aB"}`,
		`{"user_id":"anonymous","tenant_id":"default","tool_call_id":"call_829123","request_id":"r-829123","id":"829123"}`,
		`{"user_id":1.5,"userId":"x"}`,
		`user_id: zorb-829123, and "user_id" = "zorb-829123"`,
		`{"user_id":"` + strings.Repeat("zorb-829123", 30) + `"}`,
	} {
		for _, key := range []string{"gen_ai.input.messages", "gen_ai.tool.definitions"} {
			assert.Equal(t, text, redactedAttributes(t, p, map[string]any{key: text})[key])
		}
	}
}

func TestHash_membersAsConfigured(t *testing.T) {
	config := defaults()
	config.Hash.Keep = []string{"account"}
	config.Hash.Add = map[string][]string{"customer": {"*buyer_id"}}
	config.Detect = Actions{"personal": "off", "secrets": "off"}
	p := started(t, config)
	in := `{"account_id":"acc-8291","buyer_id":"b-8291"}`
	want := `{"account_id":"acc-8291","buyer_id":"` + tokenOf(t, p, "customer.id", "b-8291") + `"}`
	assert.Equal(t, want, redactedAttributes(t, p, map[string]any{"gen_ai.input.messages": in})["gen_ai.input.messages"])
}
