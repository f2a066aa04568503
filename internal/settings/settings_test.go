// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package settings_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/settings"
)

type sample struct {
	HTTP   confighttp.ClientConfig `mapstructure:",squash"`
	Memory memory                  `mapstructure:"memory"`
	Rules  []rule                  `mapstructure:"rules"`
	Extra  map[string]rule         `mapstructure:"extra"`

	problems error
}

type memory struct {
	MaxBytes settings.ByteSize `mapstructure:"max_bytes"`
}

type rule struct {
	Name string        `mapstructure:"name"`
	For  time.Duration `mapstructure:"for"`
}

func (s *sample) Unmarshal(conf *confmap.Conf) error {
	s.problems = settings.Read(conf, s)
	return nil
}

func read(t *testing.T, m map[string]any) sample {
	t.Helper()
	var s sample
	require.NoError(t, confmap.NewFromStringMap(m).Unmarshal(&s))
	return s
}

func TestRead_acceptsWhatIsKnown(t *testing.T) {
	s := read(t, map[string]any{
		"endpoint": "http://localhost",
		"tls":      map[string]any{"insecure": true},
		"headers":  map[string]any{"x-any-name": "v"},
		"memory":   map[string]any{"max_bytes": "512MiB"},
		"rules":    []any{map[string]any{"name": "a", "for": "3s"}},
	})
	require.NoError(t, s.problems)
	assert.Equal(t, "http://localhost", s.HTTP.Endpoint)
	assert.True(t, s.HTTP.TLS.Insecure)
	assert.Equal(t, settings.ByteSize(512<<20), s.Memory.MaxBytes)
	assert.Equal(t, []rule{{Name: "a", For: 3 * time.Second}}, s.Rules)
}

func TestRead_reportsEveryMistakeAtOnce(t *testing.T) {
	s := read(t, map[string]any{
		"endpiont": "http://localhost",
		"tls":      map[string]any{"ca_fil": "x"},
		"memory":   map[string]any{"max_bytes": "many"},
		"rules":    []any{map[string]any{"nam": "a"}},
		"extra":    map[string]any{"one": map[string]any{"foo_bar": 1}},
	})
	require.Error(t, s.problems)
	for _, want := range []string{
		`unknown key "endpiont": did you mean "endpoint"?`,
		`unknown key "tls::ca_fil": did you mean "ca_file"?`,
		`unknown key "rules::0::nam": did you mean "name"?`,
		`unknown key "extra::one::foo_bar"`,
		`"many" is not a size`,
	} {
		assert.ErrorContains(t, s.problems, want)
	}
}

func TestByteSize(t *testing.T) {
	f := func(in string, want settings.ByteSize, shown string) {
		t.Helper()
		var b settings.ByteSize
		require.NoError(t, b.UnmarshalText([]byte(in)), in)
		assert.Equal(t, want, b, in)
		assert.Equal(t, shown, b.String())
	}
	f("0", 0, "0B")
	f("1000", 1000, "1000B")
	f("20MB", 20_000_000, "20000000B")
	f("512MiB", 512<<20, "512MiB")
	f("1.5GiB", 3<<29, "1536MiB")
	f(" 64 KiB ", 64<<10, "64KiB")
	for _, bad := range []string{"", "-1", "12 parsecs", "MiB", "1e30GB", "NaN"} {
		var b settings.ByteSize
		assert.Error(t, b.UnmarshalText([]byte(bad)), bad)
	}
}

func TestFsync(t *testing.T) {
	f := func(text string, synced bool) {
		t.Helper()
		var got settings.Fsync
		require.NoError(t, got.UnmarshalText([]byte(text)))
		assert.Equal(t, synced, got.Synced())
		assert.Equal(t, text == "always", got.Always())
	}
	f("never", false)
	f("always", true)
	f("1s", true)
	for _, text := range []string{"", "sometimes", "1ms", "-1s"} {
		var got settings.Fsync
		assert.ErrorContains(t, got.UnmarshalText([]byte(text)), "must be never, always, or a duration from 250ms")
	}
}
