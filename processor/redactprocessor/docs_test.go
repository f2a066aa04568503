// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/otelcol/otelcoltest"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/detect"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/metadata"
)

var update = flag.Bool("update", false, "write docs/detectors.md anew")

const detectorsPage = "../../docs/detectors.md"

// The page of detectors is the catalogue. After a change of the catalogue:
//
//	go test ./processor/redactprocessor -run TestDocs_detectors -update
func TestDocs_detectors(t *testing.T) {
	want := detectorsDocument()
	if *update {
		require.NoError(t, os.WriteFile(detectorsPage, []byte(want), 0o644))
	}
	got, err := os.ReadFile(detectorsPage)
	require.NoError(t, err)
	assert.Equal(t, want, string(got), "run this test with -update")
}

// groups are the groups of detectors in the order of the page, with what is said about each.
var groups = []struct{ name, title, about string }{
	{
		detect.GroupSecrets, "Secrets",
		"Whoever reads one can use it. A name alone means keys and tokens of that vendor.\n" +
			"They are masked and not hashed by default: the hash of a weak password tells who has the same one.",
	},
	{
		detect.GroupPersonal, "Personal data",
		"With check digits and plausible ranges where the form has them, and with a word beside it where it has not.",
	},
	{
		detect.GroupAddress, "Addresses and places",
		"Forms that products and projects share, so these are off unless asked for.",
	},
	{detect.GroupMedia, "Attachments", "Not set under `detect` but by `media`."},
}

const detectorsIntroduction = `# Detectors

Generated from the catalogue in processor/redactprocessor/internal/detect; do not edit. All %d of them, each with the id
that masks, metrics and the ` + "`detect`" + ` setting of [redact](../processor/redactprocessor/README.md) use. How they
work and what they leave out is in [redaction.md](redaction.md).
`

func detectorsDocument() string {
	var b strings.Builder
	fmt.Fprintf(&b, detectorsIntroduction, shown())
	for _, g := range groups {
		var rows []string
		for _, d := range detect.Catalog() {
			if d.Group == g.name {
				about := strings.ReplaceAll(d.About, "|", `\|`)
				rows = append(rows, fmt.Sprintf("| `%s` | `%s` | %s |\n", d.ID, actionNames[d.Action], about))
			}
		}
		fmt.Fprintf(&b, "\n## %s\n\nGroup `%s`, %d detectors. %s\n\n", g.title, g.name, len(rows), g.about)
		b.WriteString("| id | default | what it finds |\n|---|---|---|\n" + strings.Join(rows, ""))
	}
	return b.String()
}

// shown is how many detectors the page lists.
func shown() int {
	n := 0
	for _, d := range detect.Catalog() {
		if d.Group != detect.GroupInternal {
			n++
		}
	}
	return n
}

func TestDocs_everyDetectorSaysWhatItFinds(t *testing.T) {
	known := map[string]bool{detect.GroupInternal: true}
	for _, g := range groups {
		known[g.name] = true
	}
	seen := map[string]bool{}
	for _, d := range detect.Catalog() {
		assert.NotEmpty(t, d.About, d.ID)
		assert.True(t, known[d.Group], "%s: the page has no group %s", d.ID, d.Group)
		assert.False(t, seen[d.ID], "%s is there twice", d.ID)
		seen[d.ID] = true
	}
}

// snippets are the YAML blocks of a page.
func snippets(t *testing.T, page string) []string {
	t.Helper()
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	var found []string
	for _, part := range strings.Split(string(text), "\n```yaml\n")[1:] {
		block, _, closed := strings.Cut(part, "\n```\n")
		require.True(t, closed, page)
		found = append(found, block)
	}
	return found
}

// What the pages show can be pasted: each example of a processor loads and starts.
func TestDocs_examplesLoad(t *testing.T) {
	t.Setenv("REDACT_HASH_KEY", testKey)
	t.Setenv("REDACT_HASH_KEY_NEW", strings.ToUpper(testKey))
	factories, err := otelcoltest.NopFactories()
	require.NoError(t, err)
	factories.Processors[metadata.Type] = NewFactory()
	for _, page := range []string{"README.md", "../../docs/redaction.md"} {
		loaded := 0
		for _, block := range snippets(t, page) {
			_, err := confmap.NewRetrievedFromYAML([]byte(block))
			require.NoError(t, err, block)
			if !strings.HasPrefix(block, "processors:") {
				continue
			}
			file := filepath.Join(t.TempDir(), "config.yaml")
			require.NoError(t, os.WriteFile(file, []byte(block+`
receivers: {nop: }
exporters: {nop: }
service:
  pipelines:
    traces: {receivers: [nop], processors: [redact], exporters: [nop]}
    logs: {receivers: [nop], processors: [redact], exporters: [nop]}
`), 0o600))
			cfg, err := otelcoltest.LoadConfigAndValidate(file, factories)
			require.NoError(t, err, "%s: %s", page, block)
			for _, c := range cfg.Processors {
				started(t, c.(*Config))
			}
			loaded++
		}
		assert.Positive(t, loaded, page)
	}
}

// The README has a row for each setting.
func TestDocs_everySettingIsInTheReadme(t *testing.T) {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for _, setting := range []string{
		"hash::keys", "hash::key_file", "hash::per_tenant", "hash::add", "hash::keep", "detect", "custom", "content", "media",
		"stacktrace", "max_value", "summary", "dry_run",
	} {
		assert.Contains(t, string(text), "| `"+setting+"` |")
	}
}
