// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/corpus"
)

// splitMark stands in the data files inside what would look like a live credential to scanners of repositories.
const splitMark = "␞"

// samples reads the lines of a data file. A line may be written as a JSON string, for those with line breaks in them.
func samples(t testing.TB, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var list []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(strings.ReplaceAll(line, splitMark, ""), "\n")
		if line == "" || strings.HasPrefix(line, "## ") {
			continue
		}
		if strings.HasPrefix(line, `json:`) {
			require.NoError(t, json.Unmarshal([]byte(line[len("json:"):]), &line))
		}
		list = append(list, line)
	}
	return list
}

// Each line of match.txt must be found by the detector that the folder is named after, and no line of nomatch.txt by
// any.
func TestDetectors_ownSamples(t *testing.T) {
	set := everything()
	folders, err := os.ReadDir("testdata")
	require.NoError(t, err)
	for _, folder := range folders {
		if !folder.IsDir() || folder.Name() == "fuzz" || folder.Name() == vendorFolder {
			continue
		}
		t.Run(folder.Name(), func(t *testing.T) {
			_, known := Lookup(folder.Name())
			require.True(t, known, "no such detector")
			for _, line := range samples(t, filepath.Join("testdata", folder.Name(), "match.txt")) {
				assert.Contains(t, masked(set, line), MaskPrefix+folder.Name()+"]", line)
			}
			for _, line := range samples(t, filepath.Join("testdata", folder.Name(), "nomatch.txt")) {
				assert.Equal(t, line, masked(set, line))
			}
		})
	}
}

// vendorFolder holds the tokens of all vendors: each line of match.txt begins with the detector's id.
const vendorFolder = "vendor_tokens"

func TestVendors_ownSamples(t *testing.T) {
	set := everything()
	seen := map[string]bool{}
	for _, line := range samples(t, filepath.Join("testdata", vendorFolder, "match.txt")) {
		id, token, _ := strings.Cut(line, " ")
		seen[id] = true
		mask := MaskPrefix + id + "]"
		assert.Equal(t, mask, masked(set, token))
		assert.Equal(t, "use "+mask+", ok?", masked(set, "use "+token+", ok?"))
		assert.Equal(t, `{"a":"x\n`+mask+`"}`, masked(set, `{"a":"x\n`+token+`"}`))
	}
	for _, v := range vendors {
		assert.True(t, seen[v.id], "%s has no sample", v.id)
	}
	for _, line := range samples(t, filepath.Join("testdata", vendorFolder, "nomatch.txt")) {
		assert.Equal(t, line, masked(set, line))
	}
}

// Telemetry cuts values off: a token whose prefix stands in no word is known by two thirds of it.
func TestVendors_cutOff(t *testing.T) {
	set, cut := everything(), words("huggingface_token gitlab_token npm_token rubygems_key databricks_token shopify_token "+
		"e2b_key replicate_token cerebras_key perplexity_key digitalocean_token linear_key figma_token nvidia_key "+
		"grafana_token github_token groq_key")
	all, missed := 0, 0
	for _, line := range samples(t, filepath.Join("testdata", vendorFolder, "match.txt")) {
		if id, token, _ := strings.Cut(line, " "); cut.has(id) {
			all++
			if strings.Contains(masked(set, "used "+token[:len(token)*2/3]), token[len(token)/2:len(token)*2/3]) {
				missed++ // what is left reads like words
			}
		}
	}
	assert.Greater(t, all, 30)
	assert.LessOrEqual(t, 100*missed, 5*all)
}

func TestScan_jsonStaysValid(t *testing.T) {
	set := everything()
	f := func(in, want string) {
		t.Helper()
		require.True(t, json.Valid([]byte(in)), in)
		got := masked(set, in)
		assert.Equal(t, want, got)
		assert.True(t, json.Valid([]byte(got)), got)
	}
	f(`{"card": 4242424242424242}`, `{"card": "[REDACTED:card]"}`)
	f(`[4242424242424242, 5]`, `["[REDACTED:card]", 5]`)
	f(`{"text": "cards: 4242424242424242, and"}`, `{"text": "cards: [REDACTED:card], and"}`)
	f(`{"a":"{\"card\":4242424242424242}"}`, `{"a":"{\"card\":\"[REDACTED:card]\"}"}`)
	f(`{"a":"{\"b\":\"{\\\"pin\\\":482913}\"}"}`, `{"a":"{\"b\":\"{\\\"pin\\\":\\\"[REDACTED:pin_code]\\\"}\"}"}`)
	f(`{"a":"line\nbob@x.org"}`, `{"a":"line\n[REDACTED:email]"}`)
	f(`{"a":"\u0041bob@x.org"}`, `{"a":"[REDACTED:email]"}`)
	f(`{"a":"bob\u0040x.org"}`, `{"a":"[REDACTED:email]"}`)
	f(`{"password": {"a": [1, "}"]}, "b": 1}`, `{"password": "[REDACTED:secret_value]", "b": 1}`)
	f(`{"password": null, "token": true, "secret": ""}`, `{"password": null, "token": true, "secret": ""}`)
	f(`{"password": {"type": "string", "description": "of the user"}}`,
		`{"password": {"type": "string", "description": "of the user"}}`)
	f(`{"password": "a\"b\\"}`, `{"password": "[REDACTED:secret_value]"}`)
	f(`{"headers":{"authorization":["Bearer abc"]}}`, `{"headers":{"authorization":"[REDACTED:auth_header]"}}`)
	f(`[["Authorization","Bearer 9fQ2mZ7xLp4Rt8Vw"]]`, `[["Authorization","Bearer [REDACTED:auth_header]"]]`)
	f(`{"name":"x-api-key","value":"9fQ2mZ7xLp4Rt8Vw"}`, `{"name":"x-api-key","value":"[REDACTED:secret_value]"}`)
}

// Where several detectors see the same text, the most telling one gives its name.
func TestScan_mostSpecificNameWins(t *testing.T) {
	set := everything()
	f := func(in, want string) {
		t.Helper()
		assert.Equal(t, want, masked(set, in))
	}
	key := "sk-pr" + "oj-Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z"
	f("My OpenAI key is "+key, "My OpenAI key is [REDACTED:openai_key]")
	f("OPENAI_API_KEY="+key, "OPENAI_API_KEY=[REDACTED:openai_key]")
	f(`{"password":"`+key+`"}`, `{"password":"[REDACTED:openai_key]"}`)
}

func TestScan_truncatedAndBroken(t *testing.T) {
	set := everything()
	f := func(in, want string) {
		t.Helper()
		assert.Equal(t, want, masked(set, in))
	}
	f(`{"a":"{\"password\":\"hunt`, `{"a":"{\"password\":\"[REDACTED:secret_value]`)
	f(`{"a":"{\"cred\":{\"x\":1","b":2}`, `{"a":"{\"cred\":{\"x\":1","b":2}`)
	f(`{"a":"{\"creds\":{\"x\":\"1","b":2}`, `{"a":"{\"creds\":\"[REDACTED:secret_value]\"","b":2}`)
	f("password=\x00abc1", "password=[REDACTED:secret_value]")
	f("\xff\xfebob@x.org\xff", "\xff\xfe[REDACTED:email]\xff")
	// A word right behind an escaped line break, and a string that ends beyond where its beginning is looked at.
	f(`\npassword "`, `\npassword "`)
	for n := range 2 * maxKey {
		text := `('` + strings.Repeat("a", n) + `"`
		f(text, text)
	}
}

// A redaction of what was redacted changes nothing, and what was valid JSON is valid JSON.
func checkText(t *testing.T, set *Set, text string) {
	t.Helper()
	once := masked(set, text)
	if utf8.ValidString(text) {
		assert.True(t, utf8.ValidString(once), "%q became %q", text, once)
	}
	if begins(text, 0) && json.Valid([]byte(text)) {
		assert.True(t, json.Valid([]byte(once)), "%s became %s", text, once)
	}
	assert.Equal(t, once, masked(set, once), "a second pass changed what the first had left of %q", text)
}

func TestScan_twiceIsOnceOnAllSamples(t *testing.T) {
	set := everything()
	files, err := filepath.Glob("testdata/*/*.txt")
	require.NoError(t, err)
	for _, file := range files {
		for _, line := range samples(t, file) {
			checkText(t, set, line)
			inner, err := json.Marshal(map[string]any{"arguments": line})
			require.NoError(t, err)
			checkText(t, set, string(inner))
			outer, err := json.Marshal([]any{string(inner), 1})
			require.NoError(t, err)
			checkText(t, set, string(outer))
			checkLayers(t, masked(set, string(outer)))
		}
	}
}

// checkLayers opens [<text>, 1] and the JSON in that text.
func checkLayers(t *testing.T, outer string) {
	t.Helper()
	var list []any
	require.NoError(t, json.Unmarshal([]byte(outer), &list), outer)
	require.Len(t, list, 2)
	inner, ok := list[0].(string)
	require.True(t, ok)
	assert.True(t, json.Valid([]byte(inner)), "%s in %s", inner, outer)
}

func TestScan_twiceIsOnceOnCorpora(t *testing.T) {
	set := everything()
	for _, name := range []string{"adversarial.jsonl", "secrets-mixed.jsonl", "secrets-gitleaks.jsonl"} {
		for _, row := range corpus.Rows(t, root, name) {
			checkText(t, set, row.Value)
			wrapped, err := json.Marshal(map[string]any{"content": row.Value})
			require.NoError(t, err)
			checkText(t, set, string(wrapped))
		}
	}
}

func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		`{"password":"x1","n":4242424242424242}`, "bob@x.org", `{"a":"{\"pin\":1234}"}`,
		"Bearer 9fQ2mZ7xLp4Rt8Vw",
		"ghp\\u005fM7H4jxUDDWHP4kZ6A4dxlQYsQIWJuq11T4V4", "+1 (415) 555-0132", "Cookie: a=b; c=d",
		"https://u:p@h/?token=abc123",
	} {
		f.Add(seed)
	}
	set := everything()
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<12 {
			return
		}
		checkText(t, set, text)
		if wrapped, err := json.Marshal(map[string]string{"k": text}); err == nil {
			checkText(t, set, string(wrapped))
		}
	})
}

func TestVendors_alphabetsHaveMemosOfTheirOwn(t *testing.T) {
	slots := map[uint8]uint8{}
	for _, v := range vendors {
		slot := v.chars % memoSlots
		if other, taken := slots[slot]; taken {
			assert.Equal(t, other, v.chars, v.id)
		}
		slots[slot] = v.chars
	}
}

// Of keys that follow each other without end each would be judged with all that follows. From some number on their
// values are secrets without being read.
func TestScan_valuesThatShareTheirEndAreBounded(t *testing.T) {
	scanner := everything().NewScanner(nil)
	for _, key := range []string{"?token=", "bearer="} {
		assert.Empty(t, scanner.Scan(strings.Repeat(key, maxShared)), key)
		assert.NotEmpty(t, scanner.Scan(strings.Repeat(key, 4*maxShared)), key)
		assert.Empty(t, scanner.Scan(strings.Repeat(key+" ", 4*maxShared)), "%s with spaces between", key)
	}
}

// What stays as it is costs no memory, whatever it is made of.
func TestScan_cleanTextsAllocateNothing(t *testing.T) {
	scanner := everything().NewScanner(nil)
	for _, text := range []string{
		cleanContent()[:1<<14],
		"an ordinary attribute value of 40 bytes.",
		"gpt-4o-mini-2024-07-18",
		`return fmt.Errorf("row %d: %w", i, errBroken) // Kind == "Other", SetKind("x"), withToken("y")`,
		`{"finishReason":"stop","promptTokens":12,"ID":"3f2c9a7e-1111-4222-8333-123456789abc","Key":"Value","At":"12:30"}`,
		"Please call the OFFICE on 2026-03-14 at 10:20, room 12, about the Order of Baker and what KEY means.",
		"请问退款政策是什么，订单已经晚了三天。",
	} {
		require.Empty(t, scanner.Scan(text), text)
		assert.Zero(t, testing.AllocsPerRun(3, func() { scanner.Scan(text) }), "%.60q", text)
	}
}
