// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"encoding/json"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What ends with its line ends with its string, too, and a quote that ends a string begins no value.
func TestScan_endsWithTheString(t *testing.T) {
	set := everything()
	for in, want := range map[string]string{
		`{"a":"kind: Secret\ndata:\n  x: aGFzIGJ1dA==","b":1}`:                      `{"a":"kind: Secret\ndata:\n  x: [REDACTED:secret_value]","b":1}`,
		"{\"a\":\"say \\\"x\\\" kind: Secret\\ndata:\\n  x: k3ttle\",\n  \"b\": 1}": "{\"a\":\"say \\\"x\\\" kind: Secret\\ndata:\\n  x: [REDACTED:secret_value]\",\n  \"b\": 1}",
		`{"a":"{\"b\":\"kind: Secret\\ndata:\\n  x: k3ttle\\n\"}"}`:                 `{"a":"{\"b\":\"kind: Secret\\ndata:\\n  x: [REDACTED:secret_value]\\n\"}"}`,
		`{"a":"run\npassword: ","b":"x"}`:                                           `{"a":"run\npassword: ","b":"x"}`,
		`{"a":"{\"b\":\"run\\npassword: \",\"c\":\"x\"}"}`:                          `{"a":"{\"b\":\"run\\npassword: \",\"c\":\"x\"}"}`,
		`["\"apiKey\": ", {"x":"y"}]`:                                               `["\"apiKey\": ", {"x":"y"}]`,
		`["mysql -u root -p", "IDENTIFIED BY ", "set(\"password\", ", "x"]`:         `["mysql -u root -p", "IDENTIFIED BY ", "set(\"password\", ", "x"]`,
		`["password = \"[REDACTED:secret_value]\" -> ", "x"]`:                       `["password = \"[REDACTED:secret_value]\" -> ", "x"]`,
		`["define('DB_PASSWORD', '", "x", "define('"]`:                              `["define('DB_PASSWORD', '", "x", "define('"]`,
	} {
		assert.Equal(t, want, masked(set, in))
	}
}

// around are ways in which two texts stand in one document.
var around = []func(a, b string) any{
	func(a, b string) any { return map[string]any{"a": a, "b": b} },
	func(a, b string) any { return map[string]any{"cmd": a, "password": b} },
	func(a, b string) any { return []any{a, b, map[string]any{"x": a + b}} },
	func(a, b string) any { return map[string]any{"a": quoted(map[string]any{"c": a, "d": b})} },
	func(a, b string) any { return map[string]any{a: b} },
	func(a, b string) any { return map[string]any{"token": []string{a, b}, "n": 12} },
	func(a, b string) any { return []any{map[string]any{"content": a + "\n" + b}, quoted([]string{b})} },
	func(a, b string) any { return []string{"--password", a, "-p", b} },
}

func quoted(v any) string {
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return ""
	}
	return strings.TrimSuffix(text.String(), "\n")
}

// Whatever is found in two texts that were cut off anywhere, the document that they are strings of stays one, and
// nothing more is found in it.
func TestScan_cutTextsInJSON(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*match.txt")
	require.NoError(t, err)
	var texts []string
	for _, file := range files {
		texts = append(texts, samples(t, file)...)
	}
	r := rand.New(rand.NewPCG(7, 8))
	cut := func() string {
		text := texts[r.IntN(len(texts))]
		from, to := 0, len(text)
		if r.IntN(3) > 0 {
			to = r.IntN(to + 1)
		}
		if r.IntN(2) == 0 {
			from = r.IntN(to + 1)
		}
		return strings.ToValidUTF8(text[from:to], "")
	}
	set := everything()
	for range pick(underRace, 2_000, 20_000) {
		in := quoted(around[r.IntN(len(around))](cut(), cut()))
		got := masked(set, in)
		require.True(t, json.Valid([]byte(got)), "%s\n%s", in, got)
		require.Empty(t, set.NewScanner(nil).Scan(got), "%s\n%s", in, got)
	}
}
