// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"
)

// stock are the modules that only the benchmarks need.
var stock = []string{
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/redactionprocessor",
	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/tailsamplingprocessor",
}

// collector are the modules whose version makes a comparison fair: both sides have to run on the same.
var collector = []string{"go.opentelemetry.io/collector", "github.com/open-telemetry/opentelemetry-collector-contrib"}

// TestModfile_followsGoMod fails when go.mod was changed and bench/go.mod was not.
func TestModfile_followsGoMod(t *testing.T) {
	ours, bench := requirements(t, "../go.mod"), requirements(t, "go.mod")
	for path, version := range ours {
		if bench[path] == "" {
			continue // a tool's, or a test's alone
		}
		assert.GreaterOrEqual(t, semver.Compare(bench[path], version), 0,
			"%s: go.mod has %s, bench/go.mod has %q: run go get in bench", path, version, bench[path])
		for _, prefix := range collector {
			if strings.HasPrefix(path, prefix) {
				assert.Equal(t, version, bench[path], "%s: run go get in bench", path)
			}
		}
	}
	for _, path := range stock {
		assert.Equal(t, "v0.161.0", bench[path], path)
		assert.NotContains(t, ours, path, "the distribution must not depend on what it is measured against")
	}
}

func requirements(t *testing.T, file string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	mod, err := modfile.Parse(file, text, nil)
	require.NoError(t, err)
	versions := map[string]string{}
	for _, r := range mod.Require {
		versions[r.Mod.Path] = r.Mod.Version
	}
	return versions
}
