// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// redactedAttributes redacts attributes of one span.
func redactedAttributes(t testing.TB, p *redactProcessor, attributes map[string]any) map[string]any {
	t.Helper()
	td, span := oneSpan(t, attributes)
	redactTraces(t, p, td)
	return span.Attributes().AsRaw()
}

// Every alias that some library uses for a class gives the same token for the same identifier.
func TestHash_everyAliasOfAClass(t *testing.T) {
	p := started(t, defaults())
	aliases := map[string][]string{
		"user": {
			"user.id", "enduser.id", "user.name", "user.email", "user.full_name", "langfuse.user.id", "user_id", "userId",
			"ai.telemetry.metadata.userId", "traceloop.association.properties.user_id", "mlflow.trace.user",
			"lmnr.association.properties.user_id", "mastra.metadata.userId", "gen_ai.user", "llm.user", "enduser.pseudo.id",
			"langsmith.metadata.user_id", "langwatch.user.id", "lk.pii.participant_identity", "currentUserId", "user-id",
			"metadata.user_api_key_user_id", "user.account_uuid-user_uuid", "end_user", "posthog.distinct_id", "anonymousId", "visitor_id", "user_uid",
		},
		"tenant":   {"tenant.id", "organization.id", "org_id", "tenantId", "organizationId", "tenant"},
		"customer": {"customer.id", "customerId", "shop.customer_id", "customer.email"},
		"account":  {"account.id", "account_id", "accountId", "user.account_uuid"},
		"device":   {"device.id", "client.address", "source.address", "net.peer.ip", "app.installation.id"},
		"session": {
			"session.id", "gen_ai.conversation.id", "langfuse.session.id", "ai.telemetry.metadata.sessionId",
			"ai.settings.context.threadId", "traceloop.association.properties.thread_id", "mlflow.trace.session",
			"traceloop.association.properties.chat_id", "gcp.vertex.agent.session_id", "langwatch.thread.id",
			"voltagent.conversation_id", "conversation.id", "spring.ai.chat.client.conversation.id", "lk.room_name",
			"mcp.session.id", "langsmith.metadata.session_id", "langsmith.metadata.thread_id", "session_id", "thread_id",
		},
	}
	for class, keys := range aliases {
		attributes := map[string]any{}
		for i, key := range keys {
			if attributes[key] = "4711829"; i%2 == 1 {
				attributes[key] = int64(4711829)
			}
		}
		tokens := map[any][]string{}
		for key, token := range redactedAttributes(t, p, attributes) {
			tokens[token] = append(tokens[token], key)
		}
		assert.Len(t, tokens, 1, "%s: %v", class, tokens)
		for token := range tokens {
			assert.Regexp(t, "^hash:k1:", token, class)
		}
	}
}

func TestHash_whatIsNobodyStays(t *testing.T) {
	p := started(t, defaults())
	stays := map[string]any{
		"thread.id": int64(12), "jvm.thread.id": int64(12), "cloud.account.id": "123456789012", "process.user.name": "root",
		"langsmith.trace.session_name": "my project", "db.user.name": "app", "user.roles": "admin", "enduser.scope": "read",
		"k8s.pod.uid": "4711", "team.id": "search", "langsmith.workspace_id": "w-1", "account": "checking",
		"user_agent.original": "curl", "session.duration": int64(5), "gen_ai.usage.input_tokens": int64(12345678),
	}
	assert.Equal(t, stays, redactedAttributes(t, p, stays))
}

func TestHash_membersOfAMapThatDescribesSomebody(t *testing.T) {
	p := started(t, defaults())
	got := redactedAttributes(t, p, map[string]any{
		"user":    map[string]any{"id": "ada-829123", "plan": "free", "email": "x"},
		"user.id": "ada-829123", "session": map[string]any{"id": "ada", "n": int64(1)},
		"product": map[string]any{"id": "p-1"},
	})
	user := got["user"].(map[string]any)
	assert.Equal(t, got["user.id"], user["id"])
	assert.Equal(t, "free", user["plan"])
	assert.Regexp(t, "^hash:", user["email"])
	assert.Regexp(t, "^hash:", got["session"].(map[string]any)["id"])
	assert.Equal(t, "p-1", got["product"].(map[string]any)["id"])
}

func TestHash_identifiersNestedInMapsAreReplacedInTexts(t *testing.T) {
	p := started(t, defaults())
	token := redactedAttributes(t, p, map[string]any{"user.id": "zorb-829123"})["user.id"].(string)
	for _, holder := range []map[string]any{
		{"user": map[string]any{"id": "zorb-829123"}},
		{"app.metadata": map[string]any{"user_id": "zorb-829123"}},
		{"app.metadata": map[string]any{"user": map[string]any{"id": "zorb-829123"}}},
		{"calls": []any{map[string]any{"user": map[string]any{"profile": map[string]any{"user_id": "zorb-829123"}}}}},
		{"user.id": []any{"zorb-829123"}},
		{"user.id": []byte("zorb-829123")},
		{"app": map[string]any{"metadata": `{"user_id":"zorb-829123"}`}},
	} {
		holder["note"] = "I am zorb-829123"
		got := redactedAttributes(t, p, holder)
		assert.Equal(t, "I am "+token, got["note"], "%v", holder)
		assertAbsent(t, fmt.Sprint(got), "zorb-")
		assert.Equal(t, got, redactedAttributes(t, p, got))
	}

	ld := plog.NewLogs()
	lr := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	require.NoError(t, lr.Body().SetEmptyMap().FromRaw(map[string]any{
		"user": map[string]any{"id": "zorb-829123"}, "text": "I am zorb-829123", "id": "zorb-1",
	}))
	redactLogs(t, p, ld)
	assert.Equal(t, map[string]any{
		"user": map[string]any{"id": token}, "text": "I am " + token, "id": "zorb-1",
	}, lr.Body().Map().AsRaw())
}

func TestHash_identifiersInMetadataOfOneJSONObject(t *testing.T) {
	p := started(t, defaults())
	text := `{ "userId": "u1", "sessionId":"ada-829123", "run": {"user_id": 4711, "ok": true}, "list":["u1"], "team":"a" }`
	got := redactedAttributes(t, p, map[string]any{"metadata": text, "user.id": "u1", "enduser.id": "4711"})
	out := got["metadata"].(string)
	require.True(t, json.Valid([]byte(out)), out)
	want := strings.NewReplacer(`"userId": "u1"`, `"userId": "`+got["user.id"].(string)+`"`,
		`4711`, `"`+got["enduser.id"].(string)+`"`).Replace(text)
	assert.NotContains(t, out, "ada-829123")
	assert.Equal(t, want[:60], out[:60])
	assert.Contains(t, out, `"user_id": "`+got["enduser.id"].(string)+`", "ok": true`)
	assert.Contains(t, out, `"list":["u1"], "team":"a" }`, "other bytes stay")
	again := redactedAttributes(t, p, map[string]any{"metadata": out})
	assert.Equal(t, out, again["metadata"])
	for _, odd := range []string{
		"", "{", `{"userId"`, `{"userId":`, "[]", `{"userId":"u1"`, `{"a":` + strings.Repeat("[", 20_000),
	} {
		redactedAttributes(t, p, map[string]any{"metadata": odd})
	}
}

func TestHash_identifiersInTextsOfTheCall(t *testing.T) {
	p := started(t, defaults())
	f := func(id any, in, want string) {
		t.Helper()
		got := redactedAttributes(t, p, map[string]any{"user.id": id, "input.value": in})
		assert.Equal(t, strings.ReplaceAll(want, "~", got["user.id"].(string)), got["input.value"])
	}
	f("u-8291", "I am u-8291, not u-82911", "I am ~, not u-82911")
	f("johndoe", "johndoe said: ask JohnDoe", "~ said: ask JohnDoe")
	f("u-829", "u-829 is too short to be sure", "u-829 is too short to be sure")
	f("anonymous", "an anonymous user", "an anonymous user")
	f(int64(47118291), `{"customer":47118291,"note":"47118291!"}`, `{"customer":"~","note":"~!"}`)
	f("47118291", `{"arguments":"{\"id\":47118291}"}`, `{"arguments":"{\"id\":\"~\"}"}`)
	f("ada lovelace", `{"text":"Ada Lovelace, ada lovelace\n"}`, `{"text":"Ada Lovelace, ~\n"}`)
	f("ünïcödé-1", "von ünïcödé-1 an", "von ~ an")
}

// What a tool took and gave names persons by the same keys as attributes do, in a string of JSON as in a map.
func TestHash_identifiersInToolCalls(t *testing.T) {
	p := started(t, defaults())
	token := redactedAttributes(t, p, map[string]any{"user.id": "zorb-829123"})["user.id"].(string)
	for _, key := range []string{
		"gen_ai.tool.call.arguments", "gen_ai.tool.call.result", "tool_arguments", "ai.toolCall.args", "tool.parameters",
		"gcp.vertex.agent.tool_response", "gen_ai.completion.0.tool_calls.0.arguments", "lk.function_tool.output",
	} {
		got := redactedAttributes(t, p, map[string]any{
			key: `{"user_id":"zorb-829123", "to":{"userName":"python"},"n":5}`, "gen_ai.input.messages": "I am zorb-829123 and like python",
		})
		assert.Contains(t, got[key], `{"user_id":"`+token+`", "to":{"userName":"hash:`, key)
		assert.True(t, json.Valid([]byte(got[key].(string))), key)
		assert.Equal(t, "I am "+token+" and like python", got["gen_ai.input.messages"], "a word is nobody elsewhere")
		assert.Equal(t, got, redactedAttributes(t, p, got))
	}
	got := redactedAttributes(t, p, map[string]any{"tool.output": `[{"user_id":"zorb-829123"}]`, "tool.input": "user_id: bob"})
	assert.Equal(t, map[string]any{"tool.output": `[{"user_id":"` + token + `"}]`, "tool.input": "user_id: bob"}, got)
	stays := map[string]any{
		"gen_ai.tool.call.arguments": `{"session_id":"0f8fad5b-d9cb-469f-a165-70867728950e","model":"gpt-4o","city":"Rome"}`,
		"gen_ai.tool.definitions":    `[{"name":"f","parameters":{"properties":{"user_id":{"type":"string"}}}}]`,
		"gen_ai.tool.name":           `{"user_id":"x"}`,
	}
	assert.Equal(t, stays, redactedAttributes(t, p, stays))
}

// encoded is how a writer of JSON puts a text, in JSON levels deep.
func encoded(t *testing.T, text string, levels int) string {
	t.Helper()
	for range levels {
		b, err := json.Marshal(map[string]string{"t": text})
		require.NoError(t, err)
		text = string(b)
	}
	return text
}

func TestHash_identifiersInEncodedTexts(t *testing.T) {
	p := started(t, defaults())
	f := func(id, in string) {
		t.Helper()
		got := redactedAttributes(t, p, map[string]any{"user.id": id, "input.value": in})
		out := got["input.value"].(string)
		assert.Contains(t, out, got["user.id"])
		assert.Equal(t, json.Valid([]byte(in)), json.Valid([]byte(out)), out)
		assert.Equal(t, got, redactedAttributes(t, p, got))
	}
	for _, id := range []string{"Müller-Lüdenscheidt", `o"neil-1`, `acme\bob7`, "acme/bob+1@x", "李小龍-77", "ada 😀 1", "Übel Ärger"} {
		for levels := range 3 {
			f(id, encoded(t, "von "+id+" an", levels))
		}
		f(id, "https://x.org/?u="+url.QueryEscape(id)+"&v=1")
		f(id, "https://x.org/"+url.PathEscape(id))
	}
	f("Müller-Lüdenscheidt", `{"t":"M\u00fcller-L\u00fcdenscheidt"}`)
	f("Müller-Lüdenscheidt", `{"t":"M\u00FCller-L\u00FCdenscheidt"}`)
	f("Müller-Lüdenscheidt", `{"t":"{\"u\":\"M\\u00fcller-L\\u00fcdenscheidt\"}"}`)
	f("acme/bob", `{"t":"acme\/bob"}`)
	for _, in := range []string{"M&#252;ller-L&#252;denscheidt", "M&#xFC;ller-L&#xFC;denscheidt", "M&#xfc;ller-L&#xfc;denscheidt"} {
		f("Müller-Lüdenscheidt", "<p>"+in+"</p>")
	}
	for _, in := range []string{"Sinéad O&#39;Neil", "Sinéad O&#x27;Neil", "Sinéad O&apos;Neil", "Sin&#233;ad O&#39;Neil"} {
		f("Sinéad O'Neil", "<p>"+in+"</p>")
	}
	f(`bo"b&co`, `<a title="bo&quot;b&amp;co">`)
	f("zorb-829123", "ZORB-829123")
	f("ZORB-829123", "zorb-829123")
	f("zorb-829123", "会員zorb-829123です")
	f("zorb-829123", "_zorb-829123_")
}

func TestHash_spellingsOfOneIdentifier(t *testing.T) {
	p := started(t, defaults())
	got := redactedAttributes(t, p, map[string]any{
		"user.email": "Ada@Example.org", "user.id": " ada@example.org", "enduser.id": []byte("ada@example.org"),
	})
	assert.Equal(t, got["user.email"], got["user.id"])
	assert.Equal(t, got["user.email"], got["enduser.id"])
	got = redactedAttributes(t, p, map[string]any{"user.id": "Zorb-1", "enduser.id": "zorb-1"})
	assert.NotEqual(t, got["user.id"], got["enduser.id"], "only addresses have no case")
	got = redactedAttributes(t, p, map[string]any{"user.id": "Zorb-829", "enduser.id": "zorb-829", "note": "zorb-829 Zorb-829"})
	assert.Equal(t, got["enduser.id"].(string)+" "+got["user.id"].(string), got["note"], "each its own")
}

func TestHash_countsAndModelsAreNobody(t *testing.T) {
	p := started(t, defaults())
	got := redactedAttributes(t, p, map[string]any{
		"user.id": int64(8291234), "tenant.id": "gpt-4o-mini", "gen_ai.usage.input_tokens": int64(8291234),
		"event.timestamp": "8291234", "gen_ai.request.model": "gpt-4o-mini", "order": int64(8291234),
		"usage.note": "of 8291234", "x.model": "ft:gpt-4o-mini:x",
	})
	assert.Equal(t, int64(8291234), got["gen_ai.usage.input_tokens"])
	assert.Equal(t, "8291234", got["event.timestamp"])
	assert.Equal(t, "gpt-4o-mini", got["gen_ai.request.model"])
	assert.Equal(t, got["user.id"], got["order"])
	assert.Equal(t, "of "+got["user.id"].(string), got["usage.note"])
	assert.Equal(t, "ft:"+got["tenant.id"].(string)+":x", got["x.model"])
}

func TestHash_plainWordsAreLookedForInContentOnly(t *testing.T) {
	p := started(t, defaults())
	got := redactedAttributes(t, p, map[string]any{
		"tenant.id": "acmecorp", "gen_ai.system": "acmecorp", "input.value": "hello acmecorp", "region": "acmecorp",
	})
	assert.Equal(t, "acmecorp", got["gen_ai.system"])
	assert.Equal(t, "acmecorp", got["region"])
	assert.Equal(t, "hello "+got["tenant.id"].(string), got["input.value"])
}

func TestHash_manyPersonsInOneCall(t *testing.T) {
	p := started(t, defaults())
	td := ptrace.NewTraces()
	spans := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
	const many = 2000
	for i := range many {
		attrs := spans.AppendEmpty().Attributes()
		attrs.PutStr("user.id", fmt.Sprintf("user-%05d", i))
		attrs.PutStr("input.value", fmt.Sprintf("from user-%05d to user-%05d", i, many-1-i))
	}
	redactTraces(t, p, td)
	assertAbsent(t, tracesText(t, td), "user-0")
}

func TestHash_perTenant(t *testing.T) {
	cfg := defaults()
	cfg.Hash.PerTenant = true
	p := started(t, cfg)
	token := func(tenant any, where string) any {
		td, span := oneSpan(t, map[string]any{"user.id": "ada-829123", "input.value": "of ada-829123"})
		other := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().AppendEmpty()
		other.SetTraceID(span.TraceID())
		switch where {
		case "span":
			require.NoError(t, span.Attributes().PutEmpty("tenant.id").FromRaw(tenant))
		case "resource":
			require.NoError(t, td.ResourceSpans().At(0).Resource().Attributes().PutEmpty("tenant.id").FromRaw(tenant))
		case "trace":
			require.NoError(t, other.Attributes().PutEmpty("organization.id").FromRaw(tenant))
		}
		redactTraces(t, p, td)
		got := span.Attributes().AsRaw()
		assert.Equal(t, "of "+got["user.id"].(string), got["input.value"])
		return got["user.id"]
	}
	none, acme, other := token(nil, ""), token("acme", "span"), token("other", "span")
	assert.NotEqual(t, none, acme)
	assert.NotEqual(t, acme, other)
	assert.Equal(t, acme, token("acme", "resource"))
	assert.Equal(t, acme, token("acme", "trace"), "another span of the trace says whose it is")
	assert.Equal(t, token(int64(5), "span"), token("5", "resource"))

	a := redactedAttributes(t, p, map[string]any{"tenant.id": "acme-1"})
	b := redactedAttributes(t, p, map[string]any{"tenant.id": "acme-1", "user.id": "x"})
	assert.Equal(t, a["tenant.id"], b["tenant.id"], "tenants themselves join")
}

// Wherever a span or record says whose it is, the token is the same.
func TestHash_perTenantOfMapsAndMetadata(t *testing.T) {
	cfg := defaults()
	cfg.Hash.PerTenant = true
	p := started(t, cfg)
	tokens := func(tenant string) map[any]bool {
		seen := map[any]bool{}
		for _, holder := range []map[string]any{
			{"tenant.id": tenant},
			{"tenant": map[string]any{"id": tenant}},
			{"tenant": tenant},
			{"metadata": `{"tenant_id":"` + tenant + `"}`},
			{"app": map[string]any{"organization": map[string]any{"id": tenant}}},
		} {
			holder["user.id"] = "ada-829123"
			seen[redactedAttributes(t, p, holder)["user.id"]] = true
		}
		ld := plog.NewLogs()
		lr := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
		require.NoError(t, lr.Body().SetEmptyMap().FromRaw(map[string]any{"tenant_id": tenant, "user_id": "ada-829123"}))
		redactLogs(t, p, ld)
		seen[lr.Body().Map().AsRaw()["user_id"]] = true
		inBag := redactedAttributes(t, p, map[string]any{"metadata": `{"user_id":"ada-829123","tenant_id":"` + tenant + `"}`})
		for token := range seen {
			assert.Contains(t, inBag["metadata"], token)
		}
		return seen
	}
	acme, other := tokens("acme"), tokens("other")
	assert.Len(t, acme, 1)
	assert.Len(t, other, 1)
	assert.NotEqual(t, acme, other)
}

func TestHash_logsJoinTraces(t *testing.T) {
	for _, perTenant := range []bool{false, true} {
		cfg := defaults()
		cfg.Hash.PerTenant = perTenant
		p := started(t, cfg)
		attributes := map[string]any{"user.id": "ada-829123", "tenant.id": "acme"}
		want := redactedAttributes(t, p, attributes)
		ld := plog.NewLogs()
		lr := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
		lr.SetTraceID(pcommon.TraceID{1})
		require.NoError(t, lr.Attributes().FromRaw(attributes))
		lr.Body().SetStr("login of ada-829123")
		redactLogs(t, p, ld)
		assert.Equal(t, want, lr.Attributes().AsRaw())
		assert.Equal(t, "login of "+want["user.id"].(string), lr.Body().Str())
	}
}

func TestSummary_saysHowMuchAndNothingElse(t *testing.T) {
	cfg := defaults()
	cfg.Summary = true
	p := started(t, cfg)
	in := map[string]any{"secret.place": "bob@example.org, eve@example.org", "card": "4242 4242 4242 4242"}
	got := redactedAttributes(t, p, in)
	assert.Equal(t, "card=1 email=2", got[summaryAttribute])
	assert.Equal(t, got, redactedAttributes(t, p, got), "a second pass leaves it")
	assert.NotContains(t, redactedAttributes(t, p, map[string]any{"a": "clean"}), summaryAttribute)
	assert.NotContains(t, redactedAttributes(t, started(t, defaults()), in), summaryAttribute)
}

func TestMaxValue_cutsAndCounts(t *testing.T) {
	cfg := defaults()
	cfg.MaxValue = 512
	p := started(t, cfg)
	long := strings.Repeat("hello ", 200)
	got := redactedAttributes(t, p, map[string]any{
		"input.value": `{"text":"` + long + `","mail":"bob@example.org"}`, "short": "hello", "note": long + "bob@example.org",
	})
	out := got["input.value"].(string)
	assert.True(t, json.Valid([]byte(out)), out)
	assert.LessOrEqual(t, len(out), 512)
	assert.Regexp(t, `\[truncated:\d+B\]"\}$`, out)
	assert.Equal(t, "hello", got["short"])
	assertAbsent(t, fmt.Sprint(got), "bob@")
}
