// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

func TestFeedback_onlyTheCommentIsShortened(t *testing.T) {
	comment := strings.Repeat("wörd \"by\" word ", 3000)
	f := run.Feedback{ID: run.ID{1}, Key: "k", Score: run.Number(0.5), Value: "v", Comment: comment, Judge: run.ByModel}
	r := run.Run{ID: run.ID{2}, Start: start}
	chunk := AppendFeedback(nil, &f, &r, false)
	short, ok := feedback{}.Shorten(chunk, 8<<10)
	require.True(t, ok)
	assert.LessOrEqual(t, len(short), 10<<10, "some characters grow by their escapes")
	var before, after map[string]any
	require.NoError(t, json.Unmarshal(chunk, &before))
	require.NoError(t, json.Unmarshal(short, &after))
	assert.True(t, strings.HasPrefix(comment, strings.TrimSuffix(after["comment"].(string), "…")))
	delete(before, "comment")
	delete(after, "comment")
	assert.Equal(t, before, after)

	for limit := len(short) / 2; ok; limit /= 2 {
		before := len(short)
		if short, ok = (feedback{}).Shorten(short, limit); ok {
			assert.Less(t, len(short), before, "it ends")
		}
	}
	f.Comment = ""
	_, ok = feedback{}.Shorten(AppendFeedback(nil, &f, &r, false), 0)
	assert.False(t, ok)
	_, ok = feedback{}.Shorten([]byte("nonsense"), 0)
	assert.False(t, ok)
}

func TestFeedback_isReadableAsItIs(t *testing.T) {
	path, body, err := Readable(Feedback, []byte(`{"key":"k"}`))
	require.NoError(t, err)
	assert.Equal(t, PathFeedback, path)
	assert.JSONEq(t, `{"key":"k"}`, string(body))
	_, _, err = Readable(Feedback, []byte(`{`))
	require.Error(t, err)
	_, err = feedback{}.Body([][]byte{{}, {}})
	require.ErrorContains(t, err, "it goes alone")
}

func FuzzFeedback(f *testing.F) {
	f.Add("key", "value", "comment", 0.5)
	f.Add("\x00\xff", "\"", strings.Repeat("\\ud800", 500), 1e300)
	f.Fuzz(func(t *testing.T, key, value, comment string, score float64) {
		in := run.Feedback{ID: run.ID{1}, Key: key, Value: value, Comment: comment, Score: run.Number(score), Judge: run.ByCode}
		r := run.Run{ID: run.ID{2}, Start: start}
		chunk := AppendFeedback(nil, &in, &r, false)
		for limit := len(chunk) / 2; ; limit /= 2 {
			if !json.Valid(chunk) {
				t.Fatalf("no JSON: %q", chunk)
			}
			short, ok := feedback{}.Shorten(chunk, limit)
			if !ok || limit == 0 {
				return
			}
			if len(short) >= len(chunk) {
				t.Fatal("it is no shorter")
			}
			chunk = short
		}
	})
}
