// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sample has three traces: 1 with children 2 (llm) and 3 (failed), 10 alone, 20 in another project.
func sample(t *testing.T) *Server {
	t.Helper()
	s, _ := newTestServer(Options{})
	tr := newTrace()
	tr.add(1, 0, m{"langsmith.metadata.env": "prod", "langsmith.metadata.tier": "gold", "langsmith.span.tags": "a,b"}).SetName("root")
	tr.add(2, 1, m{"langsmith.span.kind": "llm", "gen_ai.prompt": "Hello", "gen_ai.completion": "x", "gen_ai.usage.input_tokens": 5})
	failed := tr.add(3, 1, nil)
	failed.Events().AppendEmpty().SetName("exception")
	tr.add(10, 0, m{"langsmith.metadata.env": "gold"})
	send(t, s, tr, "Langsmith-Project", "one")
	tr = newTrace()
	tr.add(20, 0, nil).SetEndTimestamp(0)
	send(t, s, tr, "Langsmith-Project", "two")
	return s
}

func numbers(runs []map[string]any) string {
	var list []string
	for _, r := range runs {
		for n := range uint64(200) {
			if r["id"] == runID(n) {
				list = append(list, fmt.Sprint(n))
			}
		}
	}
	return strings.Join(list, " ")
}

func TestQuery_conditions(t *testing.T) {
	s := sample(t)
	one, two := nameUUID("project", "", "one"), nameUUID("project", "", "two")
	both := `"session":["` + one + `","` + two + `"]`
	f := func(body, want string) {
		t.Helper()
		assert.Equal(t, want, numbers(queryRuns(t, s, "{"+body+"}")), body)
	}
	f(both, "20 10 3 2 1")
	f(both+`,"order":"asc"`, "1 2 3 10 20")
	f(both+`,"limit":2`, "20 10")
	f(`"session":["`+two+`"]`, "20")
	f(both+`,"is_root":true`, "20 10 1")
	f(both+`,"is_root":false`, "3 2")
	f(both+`,"error":true`, "3")
	f(both+`,"error":false`, "20 10 2 1")
	f(both+`,"run_type":"llm"`, "2")
	f(`"trace":"`+runID(1)+`","limit":1`, "3 2 1")
	f(`"parent_run":"`+runID(1)+`"`, "3 2")
	f(`"id":["`+runID(2)+`"],"run_type":"tool","filter":"eq(name,\"no\")"`, "2")
	f(both+`,"start_time":"2026-08-21T10:11:12.133Z"`, "20 10")
	f(both+`,"end_time":"2026-08-21T10:11:12.126Z"`, "2 1")

	filter := func(expression, want string) {
		t.Helper()
		quoted, err := json.Marshal(expression)
		require.NoError(t, err)
		f(both+`,"filter":`+string(quoted), want)
	}
	filter(`eq(name, "root")`, "1")
	filter(`neq(name, 'root')`, "20 10 3 2")
	filter(`and(eq(metadata_key, "env"), eq(metadata_value, "prod"))`, "1")
	filter(`and(eq(metadata_key,"env"),eq(metadata_value,"gold"))`, "10") // of one pair, not of two
	filter(`and(in(metadata_key,["env","tier"]),eq(metadata_value,"gold"))`, "10 1")
	filter(`and(eq(metadata_key,"env"),eq(metadata_value,"prod"),eq(name,"x"))`, "")
	filter(`eq(metadata_key, "tier")`, "1")
	filter(`or(eq(run_type,"llm"),eq(status,"error"))`, "3 2")
	filter(`has(tags, "a")`, "1")
	filter(`neq(tags, "a")`, "20 10 3 2")
	filter(`eq(is_root, true)`, "20 10 1")
	filter(`eq(error, true)`, "3")
	filter(`in(id, ["`+runID(10)+`"])`, "10")
	filter(`eq(trace_id, "`+runID(10)+`")`, "10")
	filter(`gt(latency, 0.5)`, "10 3 2 1")
	filter(`lte(latency, "0.5")`, "20")
	filter(`gte(total_tokens, 5)`, "2 1")
	filter(`lt(start_time, "2026-08-21T10:11:12.126Z")`, "2 1")
	filter(`gt(end_time, "2026-08-21T10:11:13.126Z")`, "10 3")
	filter(`search("hello")`, "2")
	filter(`gt(trace_error_count, 0)`, "1")
}

func TestQuery_refuses(t *testing.T) {
	s := sample(t)
	f := func(status int, body, want string) {
		t.Helper()
		r := request(s, "POST", "/api/v1/runs/query", []byte(body))
		assert.Equal(t, status, r.status, body)
		assert.Contains(t, r.body, want)
	}
	f(400, `{}`, "at least one of")
	f(422, `{"trace":"x","limit":101}`, "limit: must be between 1 and 100")
	f(422, `{"trace":"x","limit":-1}`, "limit")
	f(422, `[`, "body")
	f(413, strings.Repeat(" ", maxQuery+1), "too large")
	for _, filter := range []string{
		`eq(name)`, `eq("name","x")`, `like(name,"x")`, `eq(colour,"red")`, `eq(name,"x"`, `eq(name,"x") and`, `eq(name,"x`, `name`,
		`and("x")`, `or(x)`, `search()`, `in(id,["a" "b"])`, `eq(name,"\x")`, `eq(name,eq(a,b))`, `and(eq(colour,"x"))`, `or(eq(colour,"x"))`,
		strings.Repeat("and(", 100) + strings.Repeat(")", 100), `in(id,[` + strings.Repeat(`"a",`, maxFilterArgs) + `"a"])`,
		`or(` + strings.Repeat(`eq(name,"a"),`, maxFilterArgs) + `eq(name,"a"))`,
	} {
		quoted, err := json.Marshal(filter)
		require.NoError(t, err)
		f(400, `{"trace":"x","filter":`+string(quoted)+`}`, "invalid filter")
	}
}

func TestQuery_pages(t *testing.T) {
	s, _ := newTestServer(Options{})
	tr := newTrace()
	for n := uint64(1); n <= 7; n++ {
		tr.add(n, 0, nil)
	}
	send(t, s, tr)
	f := func(order string, want []string) {
		t.Helper()
		var got []string
		cursor := ""
		for range 10 {
			body := fmt.Sprintf(`{"session":[%q],"limit":3,"order":%q,"cursor":%q}`, nameUUID("project", "", "default"), order, cursor)
			var v struct {
				Runs    []map[string]any
				Cursors struct{ Next *string }
			}
			require.NoError(t, json.Unmarshal([]byte(request(s, "POST", "/runs/query", []byte(body)).body), &v))
			got = append(got, numbers(v.Runs))
			if v.Cursors.Next == nil {
				break
			}
			cursor = *v.Cursors.Next
		}
		assert.Equal(t, want, got)
	}
	f("desc", []string{"7 6 5", "4 3 2", "1"})
	f("asc", []string{"1 2 3", "4 5 6", "7"})
	last := `{"session":["` + nameUUID("project", "", "default") + `"],"cursor":"0_x"}`
	assert.Empty(t, queryRuns(t, s, last), "past the end")
}

func TestRun_view(t *testing.T) {
	s := sample(t)
	r := request(s, "GET", "/api/v1/runs/"+strings.ToUpper(runID(1)), nil)
	require.Equal(t, 200, r.status)
	var run map[string]any
	require.NoError(t, json.Unmarshal([]byte(r.body), &run))
	assert.Equal(t, "2026-08-21T10:11:12.124456Z", run["start_time"])
	assert.Nil(t, run["parent_run_id"])
	assert.Equal(t, 5.0, run["total_tokens"], "a root has the tokens of its trace")
	assert.Equal(t, 3.0, run["trace_run_count"])
	assert.Equal(t, 1.0, run["trace_error_count"])
	assert.Equal(t, []any{"a", "b"}, run["tags"])
	assert.Equal(t, 404, request(s, "GET", "/runs/"+idA, nil).status)
	assert.Equal(t, 422, request(s, "GET", "/runs/x", nil).status)
	assert.Equal(t, 404, request(s, "GET", "/runs/"+runID(1), nil, "X-Tenant-Id", "other").status)
	got := queryRuns(t, s, `{"id":["`+runID(2)+`"],"select":["NAME","inputs","nonsense"]}`)
	assert.Equal(t, []map[string]any{{"id": runID(2), "name": "span", "inputs": m{"input": "Hello"}}}, got)
}

func TestSessions(t *testing.T) {
	s := sample(t)
	f := func(query string, want ...string) {
		t.Helper()
		var list []sessionView
		require.NoError(t, json.Unmarshal([]byte(request(s, "GET", "/api/v1/sessions"+query, nil).body), &list))
		names := []string{}
		for _, v := range list {
			names = append(names, v.Name)
		}
		assert.Equal(t, append([]string{}, want...), names)
	}
	f("", "one", "two")
	f("?name=two", "two")
	f("?name=tw")
	f("?name_contains=TW", "two")
}

func TestInfo(t *testing.T) {
	s, _ := newTestServer(Options{MaxBody: 7, DisableZstd: true})
	r := request(s, "GET", "/info", nil)
	assert.Contains(t, r.body, `"size_limit_bytes":7`)
	assert.Contains(t, r.body, `"zstd_compression_enabled":false`)
}

func TestNew_clockStandsStillWithoutOne(t *testing.T) {
	assert.True(t, New(Options{}).now().Equal(time.Unix(0, 0)))
}

func TestQuery_emptyEndIsNull(t *testing.T) {
	s := sample(t)
	require.Equal(t, 202, sendBatch(s, `{"post":[`+strings.Replace(runJSON(idA, "", ""), `"end_time":"2026-08-21T10:11:13",`, "", 1)+`]}`).status)
	got := queryRuns(t, s, `{"id":["`+idA+`"],"select":["end_time","status"]}`)
	assert.Equal(t, []map[string]any{{"id": idA, "end_time": nil, "status": "pending"}}, got)
}
