// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	stdmultipart "mime/multipart"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// dotted is the place of llmRun below its root.
var dotted = run.Dotted(run.Dotted("", start, run.FromSpan(rootSpan)), start, run.FromSpan([8]byte{7: 2}))

func nativeRun() run.Run {
	r := llmRun()
	r.DottedOrder = dotted
	return r
}

func parts(t testing.TB, r run.Run) []byte {
	t.Helper()
	chunk, err := multipart{}.Append(nil, &r, place)
	require.NoError(t, err)
	return chunk
}

func joined(t testing.TB, enc Form, chunks ...[]byte) (Body, []byte) {
	t.Helper()
	body, err := enc.Body(chunks)
	require.NoError(t, err)
	all := bytes.Join(body.Parts, nil)
	require.Len(t, all, body.Size)
	return body, all
}

// fields reads a body as any server would, and holds the rules of the API against it.
func fields(t testing.TB, chunks ...[]byte) map[string]string {
	t.Helper()
	body, all := joined(t, multipart{}, chunks...)
	media, params, err := mime.ParseMediaType(body.ContentType)
	require.NoError(t, err)
	require.Equal(t, "multipart/form-data", media)
	reader := stdmultipart.NewReader(bytes.NewReader(all), params["boundary"])
	got := map[string]string{}
	for {
		p, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return got
		}
		require.NoError(t, err)
		text, err := io.ReadAll(p)
		require.NoError(t, err)
		assert.Equal(t, "application/json", p.Header.Get("Content-Type"))
		assert.Equal(t, strconv.Itoa(len(text)), p.Header.Get("Content-Length"))
		assert.Empty(t, p.Header.Get("Content-Encoding"))
		assert.True(t, json.Valid(text), "%s", text)
		assert.NotContains(t, got, p.FormName(), "twice")
		got[p.FormName()] = string(text)
	}
}

func TestMultipart_partsOfARun(t *testing.T) {
	r := nativeRun()
	r.Error = "no\nway"
	got := fields(t, parts(t, r))
	name := "post." + r.ID.String()
	assert.Equal(t, map[string]string{
		name: `{"id":"00000000-0000-0000-0000-000000000002","trace_id":"00000000-0000-0000-0102-030405060708",` +
			`"dotted_order":"` + dotted + `","parent_run_id":"00000000-0000-0000-0102-030405060708",` +
			`"name":"chat","run_type":"llm","start_time":"2026-08-21T10:11:12.123456Z",` +
			`"end_time":"2026-08-21T10:11:13.123456Z","session_name":"shop-prod","tags":["prod","a,b"]}`,
		name + ".inputs": `{"messages":[{"role":"user","content":"hello"}]}`,
		name + ".outputs": `{"usage_metadata":{"input_tokens":20,"output_tokens":5,"total_tokens":25,` +
			`"input_token_details":{"cache_read":8}},"messages":[{"role":"assistant","content":"hi"}]}`,
		name + ".events": `[{"name":"new_token","time":"2026-08-21T10:11:12.124456Z"}]`,
		name + ".extra": `{"metadata":{"ls_model_name":"m-1","ls_provider":"openai","n":3,"ok":true},` +
			`"invocation_params":{"max_tokens":64,"stop":["x"],"temperature":0.5,"tools":[{"name":"a"}],"model":"m-1"}}`,
		name + ".error": `"no\nway"`,
	}, got)
}

func TestMultipart_whatIsNotThereHasNoPart(t *testing.T) {
	r := run.Run{ID: run.ID{15: 1}, Name: "root", Kind: run.Chain, Start: start, End: start.Add(-time.Hour)}
	got := fields(t, parts(t, r))
	require.Len(t, got, 1)
	var post map[string]any
	require.NoError(t, json.Unmarshal([]byte(got["post."+r.ID.String()]), &post))
	assert.Equal(t, r.ID.String(), post["trace_id"], "a root is its own trace")
	assert.Equal(t, "20260821T101112123456Z"+r.ID.String(), post["dotted_order"])
	assert.NotContains(t, post, "parent_run_id")
	assert.Equal(t, post["start_time"], post["end_time"], "an end before the start")
}

func TestMultipart_refusesWhatHasNoID(t *testing.T) {
	_, err := multipart{}.Append(nil, &run.Run{}, place)
	require.EqualError(t, err, "write run as multipart: it has no id")
}

func TestDottedOrder_isKeptWhereItFits(t *testing.T) {
	r := nativeRun()
	assert.Equal(t, dotted, string(appendDottedOrder(nil, &r)))
	root := run.Run{ID: run.FromSpan(rootSpan), Start: start, DottedOrder: run.Dotted("", start, run.FromSpan(rootSpan))}
	assert.Equal(t, root.DottedOrder, string(appendDottedOrder(nil, &root)))
	root.DottedOrder = ""
	assert.Equal(t, run.Dotted("", start, root.ID), string(appendDottedOrder(nil, &root)))
}

func TestDottedOrder_isMadeAnewWhereItDoesNot(t *testing.T) {
	root, parent, own := run.FromSpan(rootSpan), run.ID{15: 8}, run.ID{15: 9}
	first := run.Dotted("", start, root)
	r := run.Run{ID: own, ParentID: parent, TraceID: root, Start: start.Add(time.Second)}
	made := run.Dotted(run.Dotted(run.Dotted("", r.Start, root), r.Start, parent), r.Start, own)
	good := run.Dotted(run.Dotted(first, start, parent), r.Start, own)
	f := func(in, want string) {
		t.Helper()
		r.DottedOrder = in
		assert.Equal(t, want, string(appendDottedOrder(nil, &r)), in)
	}
	f(good, good)
	f("", made)
	f("somewhere", made)
	f(first, made)
	f(run.Dotted(run.Dotted(first, start, own), start, parent), made)
	f(run.Dotted(first, start, own), made)
	f(run.Dotted(run.Dotted(run.Dotted("", start, parent), start, parent), start, own), made)
	f(strings.ReplaceAll(good, ".", ":"), made)
	f(strings.Replace(good, "20260821T", "20261321T", 1), made)
	f(strings.Replace(good, "20260821T", "20270821T", 1), made) // before its parent
	f(strings.ToUpper(good)[:len(good)-1]+"x", made)
	f(good+".", made)

	r.ParentID = root
	assert.Equal(t, run.Dotted(run.Dotted("", r.Start, root), r.Start, own), string(appendDottedOrder(nil, &r)))
}

// The time package and isStamp find the same texts to be times.
func TestIsStamp_knowsTheCalendar(t *testing.T) {
	f := func(s string) {
		t.Helper()
		_, err := time.Parse("20060102T150405", s[:15])
		assert.Equal(t, err == nil, isStamp(s), s)
	}
	valid := "20240229T235959999999Z"
	f(valid)
	for i := range 15 {
		for _, c := range "0123456789T:-. Z" {
			f(valid[:i] + string(c) + valid[i+1:])
		}
	}
	for _, year := range []string{"1900", "2000", "2023", "2024", "9999", "0000"} {
		for day := range 1400 {
			f(fmt.Sprintf("%s%04dT000000000000Z", year, day))
		}
	}
	for i := 15; i < len(valid); i++ {
		assert.False(t, isStamp(valid[:i]+"x"+valid[i+1:]))
	}
}

func TestMultipart_sameRunSameBytes(t *testing.T) {
	first := parts(t, nativeRun())
	second := parts(t, nativeRun())
	assert.Equal(t, first, second)
}

func TestMultipart_contentIsAlwaysAnObject(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		r := nativeRun()
		r.Inputs, r.Outputs, r.Usage = []byte(in), []byte(in), nil
		got := fields(t, parts(t, r))
		name := "post." + r.ID.String()
		assert.Equal(t, want, got[name+".inputs"])
		assert.Equal(t, strings.Replace(want, `{"input":`, `{"output":`, 1), got[name+".outputs"])
	}
	f(``, ``)
	f(`{}`, `{}`)
	f(" {\"a\":\r\n1}", " {\"a\":\r\n1}")
	f(`[1]`, `{"input":[1]}`)
	f(`null`, `{"input":null}`)
	f(`{"a":NaN}`, `{"input":"{\"a\":NaN}"}`)
	f(`{`, `{"input":"{"}`)
	f("{\"a\":\"\xff\"}", `{"input":"{\"a\":\"`+"\ufffd"+`\"}"}`)
	f(`{"a":"\ud83d\ude00"}`, `{"a":"\ud83d\ude00"}`)
	f(`{"a":"cut \ud83d"}`, `{"a":"cut \ufffd"}`)
	f(`{"a":"\ude00\uD83D\uD83D\uDE00\\ud83d"}`, `{"a":"\ufffd\ufffd\uD83D\uDE00\\ud83d"}`)
}

func TestMultipart_usageStandsInTheOutputsOnce(t *testing.T) {
	const usage = `"usage_metadata":{"input_tokens":1,"output_tokens":2,"total_tokens":3}`
	f := func(in, want string) {
		t.Helper()
		r := nativeRun()
		r.Outputs, r.Usage = []byte(in), &run.Usage{Input: 1, Output: 2}
		assert.Equal(t, want, fields(t, parts(t, r))["post."+r.ID.String()+".outputs"])
	}
	f(``, `{`+usage+`}`)
	f(`{}`, `{`+usage+`}`)
	f(` { "a" : 1 } `, `{`+usage+`,"a" : 1 } `)
	f(`{"usage_metadata":{"input_tokens":9},"a":1}`, `{`+usage+`,"a":1}`)
	f(`{"usage_metadata":{"input_tokens":9}}`, `{`+usage+`}`)
	f(`{"a":{"usage_metadata":{"input_tokens":9}}}`, `{`+usage+`,"a":{"usage_metadata":{"input_tokens":9}}}`)
	f(`[1]`, `{`+usage+`,"output":[1]}`)
}

// A payload cannot end its part, whatever it holds: that would let a prompt write runs.
func TestMultipart_boundaryInContent(t *testing.T) {
	attack := "\r\n--" + boundary + "--\r\n--" + boundary + "\r\nContent-Disposition: form-data; name=\"post.x\"\r\n\r\n{}"
	r := nativeRun()
	r.Name, r.Error, r.Tags = attack, attack, []string{attack}
	r.Inputs = []byte(`{"a":1}` + attack)
	r.Outputs = quoted(attack)
	r.Metadata = run.ValuesOf(map[string]any{attack: attack})
	assert.Len(t, fields(t, parts(t, r), parts(t, run.Run{ID: run.ID{1}})), 7)
}

func TestBatch_isTheSameRunsInOneDocument(t *testing.T) {
	other := run.Run{ID: run.ID{15: 1}, Name: "root", Kind: run.Chain, Start: start}
	chunks := [][]byte{parts(t, nativeRun()), parts(t, other)}
	fallback, ok := Fallback(Multipart)
	require.True(t, ok)
	body, all := joined(t, fallback, chunks...)
	assert.Equal(t, "/runs/batch", body.Path)
	assert.Equal(t, "application/json", body.ContentType)
	var got struct{ Post []map[string]any }
	require.NoError(t, json.Unmarshal(all, &got), "%s", all)
	require.Len(t, got.Post, 2)
	assert.Equal(t, "chat", got.Post[0]["name"])
	assert.Contains(t, got.Post[0]["outputs"], "usage_metadata")
	assert.Contains(t, got.Post[0]["extra"], "metadata")
	assert.Len(t, got.Post[0]["events"], 1)
	assert.Equal(t, "root", got.Post[1]["name"])
	_, asForm := joined(t, multipart{}, chunks...)
	assert.Less(t, len(all), len(asForm), "what fits as a form fits as a batch")

	_, err := fallback.Body([][]byte{chunks[0], []byte("else")})
	require.ErrorIs(t, err, errChunk)
	_, ok = Fallback(OTLP)
	assert.False(t, ok)
}

func TestMultipartShorten_keepsTheTreeAndTheUsage(t *testing.T) {
	r := nativeRun()
	long := strings.Repeat("long ", 1000)
	r.Inputs = []byte(`{"text":"` + long + `"}`)
	r.Outputs = []byte(`{"text":"` + long + `"}`)
	r.Error = strings.Repeat("é", 2000)
	r.Metadata.Add("note", run.Str(long))
	r.Invocation.Add("prompt", run.Str(long))
	r.Tags = []string{long}
	chunk := parts(t, r)
	short, ok := multipart{}.Shorten(chunk, 0)
	require.True(t, ok)
	assert.Less(t, len(short), 4<<10)
	got := fields(t, short)
	name := "post." + r.ID.String()
	assert.Equal(t, `{"left_out":"5011 bytes, too large for LangSmith"}`, got[name+".inputs"])
	assert.Contains(t, got[name+".outputs"], `{"usage_metadata":{"input_tokens":20,`)
	assert.Contains(t, got[name], `"dotted_order":"`+dotted+`"`)
	assert.NotContains(t, got[name], "long")
	assert.NotContains(t, got[name+".extra"], "long")
	assert.Contains(t, got[name+".extra"], `"ls_provider":"openai"`)
	assert.Contains(t, got[name+".error"], "éé")

	_, ok = multipart{}.Shorten(short, 0)
	assert.False(t, ok, "there is nothing more to leave out")
	_, ok = multipart{}.Shorten([]byte("no chunk"), 0)
	assert.False(t, ok)
}

func TestCompress_isWhatItWas(t *testing.T) {
	body, all := joined(t, multipart{}, parts(t, nativeRun()), parts(t, run.Run{ID: run.ID{1}}))
	for _, how := range []Compression{Gzip, Zstd} {
		c, err := NewCompressor(how, 1)
		require.NoError(t, err)
		for range 2 { // the second time with what the first has left behind
			small, err := c.Compress(body)
			require.NoError(t, err)
			assert.Equal(t, how, small.Encoding)
			assert.Equal(t, len(all), small.Plain)
			assert.Less(t, small.Size, small.Plain)
			assert.Equal(t, all, inflate(t, how, bytes.Join(small.Parts, nil)))
		}
	}
	_, err := NewCompressor("lz4", 1)
	require.Error(t, err)
	_, err = NewCompressor(Gzip, 77)
	require.Error(t, err)
}

func FuzzMultipart(f *testing.F) {
	f.Add("chat", "key", `{"a":"\ud83d"}`, int64(1), 0.5)
	f.Add("\xff", "", "\r\n--"+boundary, int64(-1), 1e300)
	f.Fuzz(func(t *testing.T, text, key, content string, n int64, d float64) {
		r := run.Run{
			ID: run.ID{15: 1}, Name: text, Kind: run.Kind(key), Error: text, Tags: []string{text, key},
			Inputs: []byte(content), Outputs: []byte(content), Usage: &run.Usage{Input: n, TotalCost: d},
			Metadata: run.ValuesOf(map[string]any{key: text, "n": n, "d": d}), Start: time.Unix(n%1e9, 0),
		}
		chunk := parts(t, r)
		fields(t, chunk)
		_, all := joined(t, batch{}, chunk)
		assert.True(t, json.Valid(all), "%s", all)
		if short, ok := (multipart{}).Shorten(chunk, 0); ok {
			fields(t, short)
		}
	})
}

func FuzzReadParts(f *testing.F) {
	f.Add([]byte(headName + run.ID{1}.String() + headLength + "2" + headEnd + "{}" + partEnd))
	f.Add([]byte(headName))
	f.Fuzz(func(t *testing.T, chunk []byte) {
		parts, err := readParts(chunk)
		if err != nil {
			return
		}
		n := 0
		for _, p := range parts {
			n += len(p.body)
		}
		assert.Less(t, n, len(chunk))
		_, _ = multipart{}.Shorten(chunk, 0)
	})
}
