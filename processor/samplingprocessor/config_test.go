// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/otelcol/otelcoltest"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/metadata"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
)

func TestConfig_fileOfEverySettingIsValid(t *testing.T) {
	factories, err := otelcoltest.NopFactories()
	require.NoError(t, err)
	factories.Processors[metadata.Type] = NewFactory()
	cfg, err := otelcoltest.LoadConfigAndValidate("testdata/config.yaml", factories)
	require.NoError(t, err)

	assert.Equal(t, createDefaultConfig(), cfg.Processors[component.NewID(metadata.Type)])
	c := cfg.Processors[component.NewIDWithName(metadata.Type, "everything")].(*Config)
	assert.Equal(t, Complete{AfterRoot: 2 * time.Second, Idle: 10 * time.Second, Max: time.Hour, Learn: 5}, c.Complete)
	assert.Equal(t, Memory{MaxPercentage: 40, MaxBytes: 512 << 20, MaxTraceBytes: 20e6}, c.Memory)
	assert.Equal(t, "file_storage", c.Storage.String())
	assert.Equal(t, []string{"thread", `resource["session"]`}, c.Conversation)
	require.Len(t, c.Rules, 9)
	assert.Equal(t, []string{"pay", "refund"}, c.Rules[3].When.RootName)
	assert.Equal(t, []string{"checkout"}, c.Rules[3].When.Service)
	assert.Equal(t, &policy.Rate{Count: 5, Period: time.Second}, c.Rules[4].Floor)
	assert.Len(t, *c.Rules[4].When.Any, 2)
	assert.Nil(t, c.Rules[8].When, "rules of the default list do not shine through")
	assert.Equal(t, &policy.Rate{Count: 5, Period: time.Second}, c.Rules[1].Rate)
	assert.Equal(t, &policy.Rate{Count: 5000, Period: time.Hour}, c.Rules[6].Budget)
	assert.Equal(t, &policy.Rate{Count: 100000, Period: time.Hour}, c.Budget)
	assert.Equal(t, time.Hour, c.Promote)
	assert.Equal(t, []string{"debug.keep"}, c.KeepAttributes)
	assert.Equal(t, []string{"404", "NotFound"}, c.ExpectedErrors)
	assert.Equal(t, []string{"build.*"}, c.RootAttributes)
	assert.Equal(t, []string{"tenant.id"}, c.Tenant)
}

// TestConfig_mistakes expects each mistake to be reported under the name of its setting.
func TestConfig_mistakes(t *testing.T) {
	f := func(yaml string, wants ...string) {
		t.Helper()
		err := load(t, yaml)
		for _, want := range wants {
			assert.ErrorContains(t, err, want)
		}
	}
	f(`{complet: {idle: 3s}}`, `unknown key "complet": did you mean "complete"?`)
	f(`{complete: {after_rot: 3s}}`, `unknown key "complete::after_rot": did you mean "after_root"?`)
	f(`{complete: {idle: 0s, max: 1s}}`, "complete::idle: must be positive", "complete::max: must not be shorter")
	f(`{complete: {learn: -1}}`, "complete::learn: must be from 0 to 1000000, is -1")
	f(`{memory: {max_percentage: 99}}`, "memory::max_percentage: must be from 1 to 90, is 99")
	f(`{memory: {max_bytes: 1kB}}`, "memory::max_bytes: must be at least 64KiB, is 1000B")
	f(`{memory: {max_bytes: 1MiB, max_trace_bytes: 2MiB}}`, "memory::max_trace_bytes: must not exceed max_bytes")
	f(`{when_full: wait}`, `when_full: must be one of ["refuse" "shed"], is "wait"`)
	f(`{traces: some, spans: none}`, "traces: must be one of", "spans: must be one of")
	f(`{conversation: [""]}`, "conversation::0: must not be empty")
	f(`{rules: []}`, "rules: at least one is needed")
	f(`{rules: [{name: a}]}`, "rules::0::keep: must be given")
	f(`{rules: [{keep: 1}, {name: b, keep: 101}, {name: b, keep: 1}]}`,
		"rules::0::name: must be given", "rules::1::keep: must be a percentage from 0 to 100, is 101", "rules::2::name:")
	f(`{rules: [{name: a, kep: 1}]}`, `unknown key "rules::0::kep": did you mean "keep"?`)
	f(`{rules: [{name: a, keep: 1, when: {latency: 3s}}]}`, `unknown key "rules::0::when::latency"`)
	f(`{rules: [{name: a, keep: 1, when: {any: [{eror: true}]}}]}`,
		`unknown key "rules::0::when::any::0::eror": did you mean "error"?`)
	f(`{rules: [{name: a, keep: 1, when: {}}]}`, "rules::0::when: asks for nothing")
	f(`{rules: [{name: a, keep: 1, floor: 10/day}]}`, `"10/day" is not a rate`)
	f(`{rules: [{name: a, keep: 1, when: {new_release: {}}}]}`,
		"rules::0::when::new_release::attributes:", "rules::0::when::new_release::for:", "rules::0::when::new_release::traces:")
	f(`{rules: [{name: a, keep: 1, when: {attributes: {k: {a: b}}}}]}`, `rules::0::when::attributes::k: unknown key "a"`)
	f(`{budget: 100/s}`, "budget: must be a number of runs per hour, like 100000/h, is 100/s")
	f(`{promote: -1s, keep_attributes: [""], expected_errors: [""]}`,
		"promote: must not be negative", "keep_attributes::0: must not be empty", "expected_errors::0: must not be empty")
	f(`{rules: [{name: a, keep: 1, when: {error: broken}}]}`,
		"rules::0::when::error: must be true, false, or one or more of expected, failed, recovered, is broken")
	f(`{rules: [{name: a, keep: 1, when: {error: {class: failed, evidence: {smell: false}, color: red}}}]}`,
		"rules::0::when::error: evidence::smell: must be one of error_type, exception, finish_reason, flag,",
		`rules::0::when::error: unknown key "color"`)
	f(`{rules: [{name: a, rate: 0/s}, {name: b, budget: 5/min}]}`,
		"rules::0::rate: must not be 0", "rules::1::budget: must be a number of runs per hour")
	f(`{rules: [{name: a, keep: 1, when: {condition: 'span.colour == 1'}}]}`, "rules::0::when::condition:")
	f(`{rules: [{name: a, keep: 1, when: {attributes: {'span.attributes["x"]': 1, y: {min: low, most: 3}, z: {pattern: "("}}}}]}`,
		`rules::0::when::attributes::span.attributes["x"]: is no attribute`,
		"rules::0::when::attributes::y: min: must be a number, is low", `rules::0::when::attributes::y: unknown key "most"`,
		"rules::0::when::attributes::z: pattern: error parsing regexp")
	f(`{rules: [{name: a, keep: 1, when: {min_duration: 5s, max_duration: 1s, min_tokens: -1}}]}`,
		"rules::0::when::max_duration: must not be below min_duration", "rules::0::when::min_tokens: must not be negative")
	f(`{when_full: wait, drop_all: true}`, "when_full:", `unknown key "drop_all"`)
}

func load(t *testing.T, yaml string) error {
	t.Helper()
	retrieved, err := confmap.NewRetrievedFromYAML([]byte(yaml))
	require.NoError(t, err)
	conf, err := retrieved.AsConf()
	require.NoError(t, err)
	cfg := createDefaultConfig().(*Config)
	require.NoError(t, conf.Unmarshal(cfg))
	return confmap.Validate(cfg)
}

func TestMemory_limits(t *testing.T) {
	f := func(meminfo, v2, v1 string, want int64) {
		t.Helper()
		root := t.TempDir()
		for name, content := range map[string]string{
			"proc/meminfo": meminfo, "sys/fs/cgroup/memory.max": v2, "sys/fs/cgroup/memory/memory.limit_in_bytes": v1,
		} {
			if content == "" {
				continue
			}
			path := filepath.Join(root, name)
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
			require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		}
		assert.Equal(t, want, memoryLimit(root))
	}
	const info = "MemTotal:        8000000 kB\nMemFree:  1 kB\n"
	f(info, "", "", 8_192_000_000)
	f(info, "max\n", "", 8_192_000_000)
	f(info, "1000000000\n", "", 1_000_000_000)
	f(info, "", "2000000000\n", 2_000_000_000)
	f(info, "", "9223372036854771712\n", 8_192_000_000)
	f("", "", "", fallbackMemory)
	f("MemTotal: lots\n", "-1\n", "", fallbackMemory)

	assert.EqualValues(t, 400, Memory{MaxPercentage: 40}.budgetOf(100_000_000)/100_000)
	assert.EqualValues(t, minBudget, Memory{MaxPercentage: 40}.budgetOf(0))
	assert.EqualValues(t, 100<<20/4, Memory{}.maxTrace(100<<20))
	assert.EqualValues(t, defaultMaxTrace, Memory{}.maxTrace(100<<30))
	assert.EqualValues(t, 5<<20, Memory{MaxTraceBytes: 5 << 20}.maxTrace(1<<30))
}
