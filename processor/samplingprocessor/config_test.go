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
	assert.Equal(t, Complete{AfterRoot: 2 * time.Second, Idle: 10 * time.Second, Max: time.Hour}, c.Complete)
	assert.Equal(t, Memory{MaxPercentage: 40, MaxBytes: 512 << 20, MaxTraceBytes: 20e6}, c.Memory)
	assert.Equal(t, "file_storage", c.Storage.String())
	assert.Equal(t, []string{"thread", `resource["session"]`}, c.Conversation)
	require.Len(t, c.Rules, 5)
	assert.Equal(t, []string{"pay", "refund"}, c.Rules[1].When.RootName)
	assert.Equal(t, []string{"checkout"}, c.Rules[1].When.Service)
	assert.Equal(t, &policy.Rate{Count: 5, Period: time.Second}, c.Rules[2].Floor)
	assert.Len(t, *c.Rules[2].When.Any, 2)
	assert.Nil(t, c.Rules[4].When, "rules of the default list do not shine through")
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
	f(`{rules: [{name: a, keep: 1, when: {attributes: {k: {a: b}}}}]}`, "rules::0::when::attributes::k: must be a text")
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
