// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/otelcol/otelcoltest"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/detect"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/metadata"
)

func TestConfig_loadsAsInTheCollector(t *testing.T) {
	t.Setenv("REDACT_TEST_KEY_NEW", testKey)
	t.Setenv("REDACT_TEST_KEY_OLD", strings.ToUpper(testKey))
	factories, err := otelcoltest.NopFactories()
	require.NoError(t, err)
	factories.Processors[metadata.Type] = NewFactory()
	all, err := otelcoltest.LoadConfigAndValidate("testdata/config.yaml", factories)
	require.NoError(t, err)

	cfg := all.Processors[component.NewIDWithName(metadata.Type, "all")].(*Config)
	assert.Equal(t, Actions{
		"secrets": "mask", "personal": "hash", "address": "off", "ipv4": "off", "phone": "off",
		"email": "drop",
	}, cfg.Detect)
	assert.Equal(t, contentRule{do: contentDrop, percent: 5, errors: true}, cfg.Content.rules["default"])
	assert.Equal(t, contentRule{do: contentKeep}, cfg.Content.rules["dev"])
	assert.True(t, cfg.DryRun)
	assert.True(t, cfg.Summary)
	assert.True(t, cfg.Hash.PerTenant)
	assert.EqualValues(t, 64<<10, cfg.MaxValue)
	r, err := cfg.compile()
	require.NoError(t, err)
	assert.Equal(t, detect.Drop, r.options.Actions[detect.Email], "an id says more than its group")
	assert.Equal(t, detect.Hash, r.options.Actions[detect.Card])
	word := all.Processors[component.NewIDWithName(metadata.Type, "word")].(*Config)
	assert.Equal(t, contentLength, word.Content.rules["default"].do)
}

func TestConfig_defaultIsValid(t *testing.T) {
	cfg := createDefaultConfig()
	require.NoError(t, componenttest.CheckConfigStruct(cfg))
	require.NoError(t, cfg.(*Config).Validate())
}

func TestConfig_reportsAllMistakesAtOnce(t *testing.T) {
	err := fromYAML(t, `
detct: {}
detect: {secret: mask, card: maybe, email: true, media: mask}
hash:
  keys: [{id: "a b", key: "short"}, {id: k, key: ""}, {id: k, key: "`+strings.Repeat("changeme", 8)+`"}]
  key_file: /x
  add: {users: [a]}
  keep: ["[", ""]
custom:
  - {id: Email, pattern: "("}
  - {id: email, pattern: "a*", action: burn}
  - {id: t, pattern: "a"}
  - {id: t, pattern: "b"}
content: {dev: kept, prod: {keep: 200, error: keep}}
media: some
stacktrace: none
max_value: 10
`).Validate()
	require.Error(t, err)
	for _, want := range []string{
		`unknown key "detct": did you mean "detect"?`,
		"detect::secret: no such detector or group", "detect::card: must be mask, hash, drop or off",
		"detect::email: must be mask, hash, drop or off, is \"true\"", "detect::media: no such detector",
		"hash::keys::0::id", "hash::keys::0::key: has 5 bytes", "hash::keys::1::key: is empty", `"k" is given twice`,
		"hash::keys::2::key: is too easy to guess", "hash::key_file: cannot be given together",
		`hash::add: unknown class "users"`, "hash::keep:",
		"custom::0::id:", "custom::0::pattern: missing closing )", "custom::1::id: \"email\" is the name",
		"custom::1::action:",
		"custom::1::pattern: matches the empty text", "custom::3::id: \"t\" is given twice",
		"content::dev: must be keep, length or drop", "content::prod::keep: must be a percentage",
		`content::prod: unknown key "error"`,
		"content: a rule for default is needed", "media: must be one of", "stacktrace: must be one of",
		"max_value: must be 0 or at least 256",
	} {
		assert.ErrorContains(t, err, want)
	}
	assert.NotContains(t, err.Error(), "changeme", "no part of a key")
}

func TestPattern(t *testing.T) {
	f := func(pattern, problem string) {
		t.Helper()
		_, err := compilePattern(pattern)
		if problem == "" {
			assert.NoError(t, err, pattern)
			return
		}
		assert.ErrorContains(t, err, problem, pattern)
	}
	const empty = "matches the empty text"
	for _, pattern := range []string{
		"a*", "a?", "(a|)", `\b`, "^", "$", `^\b$`, "(?i)", "a{0,3}", "(a*)(b*)", "x|y*", "(?m)^", "()", `\B`,
		"(a*)+", "(?:|a)",
	} {
		f(pattern, empty)
	}
	for _, pattern := range []string{
		"a", "a+", "[0-9]{2,}", `\bE[0-9]+\b`, "(a|b)c?", "a{1,3}", "(?s).", ".", "^a", "(a*)b", "a|b", "(?i)key",
	} {
		f(pattern, "")
	}
	f("", "must have 1 to 2000")
	f(strings.Repeat("a", maxPattern+1), "must have 1 to 2000")
	f("(", "missing closing )")
	f("a{2000}", "invalid repeat count")
	f("(?<=a)b", "invalid")
}

func TestConfig_keysNeverShow(t *testing.T) {
	cfg := defaults()
	assert.NotContains(t, cfg.Hash.Keys[0].Key.String(), testKey)
	text, err := cfg.Hash.Keys[0].Key.MarshalText()
	require.NoError(t, err)
	assert.NotContains(t, string(text), testKey)
}

func TestKeyFile(t *testing.T) {
	f := func(content, problem string) {
		t.Helper()
		file := filepath.Join(t.TempDir(), "keys")
		require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
		keys, err := readKeyFile(file)
		if problem != "" {
			assert.ErrorContains(t, err, problem)
			return
		}
		require.NoError(t, err)
		assert.Equal(t, "k2", keys[0].ID)
		assert.Equal(t, testKey, string(keys[0].Secret))
	}
	f("# newest first\nk2: "+testKey+"\n\nk1: "+strings.ToUpper(testKey)+"\n", "")
	f("", "holds no key")
	f("k2: \n", "is empty")
	f(testKey, "must be 1 to 32")
	_, err := readKeyFile(filepath.Join(t.TempDir(), "absent"))
	assert.ErrorContains(t, err, "hash::key_file")
}

func TestPolicy_changesWithWhatDecides(t *testing.T) {
	seen := map[string]string{}
	add := func(name string, change func(*Config)) {
		t.Helper()
		cfg := defaults()
		change(cfg)
		policy := cfg.policy([]string{"k1"})
		assert.Len(t, policy, policyDigits)
		assert.Empty(t, seen[policy], "%s has the policy of", name)
		seen[policy] = name
	}
	add("default", func(*Config) {})
	add("detect", func(c *Config) { c.Detect = Actions{"email": "off"} })
	add("custom", func(c *Config) { c.Custom = []CustomConfig{{ID: "a", Pattern: "b"}} })
	add("content", func(c *Config) { require.NoError(t, c.Content.UnmarshalText([]byte("drop"))) })
	add("media", func(c *Config) { c.Media = mediaKeep })
	add("stacktrace", func(c *Config) { c.Stacktrace = stackDrop })
	add("keep", func(c *Config) { c.Hash.Keep = []string{"session"} })
	add("per tenant", func(c *Config) { c.Hash.PerTenant = true })
	add("max value", func(c *Config) { c.MaxValue = 1000 })
	add("add", func(c *Config) { c.Hash.Add = map[string][]string{"user": {"x"}} })

	cfg := defaults()
	assert.NotEqual(t, cfg.policy([]string{"k1"}), cfg.policy([]string{"k2"}), "names of keys count")
	other := defaults()
	other.Hash.Keys[0].Key = "another" + testKey
	assert.Equal(t, cfg.policy([]string{"k1"}), other.policy([]string{"k1"}), "keys do not")
}

func TestConfig_idGivenTwiceBesideAnotherMistake(t *testing.T) {
	_, err := compileCustom([]CustomConfig{{ID: "a", Pattern: "("}, {ID: "a", Pattern: "x*"}})
	require.ErrorContains(t, err, "custom::0::pattern: missing closing )")
	require.ErrorContains(t, err, `custom::1::id: "a" is given twice`)
	require.ErrorContains(t, err, "custom::1::pattern: matches the empty text")
}
