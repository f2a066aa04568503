// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package repotest

import (
	"errors"
	"go/ast"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// components are ours: where each stands in the tree, in the builder's manifest, and under which name in YAML.
var components = []struct {
	dir, section, class, name string
}{
	{"exporter/langsmithexporter", "exporters", "exporter", "langsmith"},
	{"processor/redactprocessor", "processors", "processor", "redact"},
	{"processor/samplingprocessor", "processors", "processor", "sampling"},
	{"extension/viewerextension", "extensions", "extension", "viewer"},
	{"extension/segmentstorageextension", "extensions", "extension", "segment_storage"},
}

// provider reads embed: URIs. It is no component, so that it has no metadata.
const provider = "confmap/embedprovider"

// replaced are the only replacements of the module, each told about in go.mod: no user of the module is touched by them.
var replaced = []string{"go.opentelemetry.io/collector/internal/schemagen"}

// module is an entry of a manifest.
type module struct {
	section, path, version, imported, local string
	line                                    int
}

var (
	sectionLine = regexp.MustCompile(`^(\w+):\s*$`)
	moduleLine  = regexp.MustCompile(`^\s+- gomod:\s*(\S+)\s+(v\S+)`)
	fieldLine   = regexp.MustCompile(`^\s+(import|path):\s*(\S+)`)
	requireLine = regexp.MustCompile(`^\s*(?:require\s+)?(\S+\.\S+/\S+)\s+(v\S+)`)
	replaceLine = regexp.MustCompile(`^\s*(?:replace\s+)?(\S+)(?:\s+v\S+)?\s+=>\s+\S+`)
)

// readManifest reads the builder's manifest, as far as it lists modules.
func readManifest(text string) []module {
	var modules []module
	section := ""
	for i, line := range strings.Split(text, "\n") {
		if m := sectionLine.FindStringSubmatch(line); m != nil {
			section = m[1]
		} else if m := moduleLine.FindStringSubmatch(line); m != nil {
			modules = append(modules, module{section: section, path: m[1], version: m[2], line: i + 1})
		} else if m := fieldLine.FindStringSubmatch(line); m != nil && len(modules) > 0 {
			last := &modules[len(modules)-1]
			if m[1] == "import" {
				last.imported = m[2]
			} else {
				last.local = m[2]
			}
		}
	}
	return modules
}

// readRequired maps the modules that a go.mod requires to their versions, and lists those that it replaces.
func readRequired(text string) (versions map[string]string, replacements []string) {
	versions = map[string]string{}
	for line := range strings.SplitSeq(text, "\n") {
		line, _, _ = strings.Cut(line, "//")
		if m := replaceLine.FindStringSubmatch(line); m != nil {
			replacements = append(replacements, m[1])
		} else if m := requireLine.FindStringSubmatch(line); m != nil {
			versions[m[1]] = m[2]
		}
	}
	return versions, replacements
}

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s:1: files: it is missing", name)
		return ""
	}
	require.NoError(t, err)
	return string(content)
}

func exists(t *testing.T, name string) bool {
	t.Helper()
	_, err := os.Stat(filepath.Join(root, name))
	if !errors.Is(err, fs.ErrNotExist) {
		require.NoError(t, err)
	}
	return err == nil
}

func TestManifest_versionsAreThoseOfGoMod(t *testing.T) {
	versions, _ := readRequired(read(t, "go.mod"))
	checked := 0
	for _, m := range readManifest(read(t, "builder-config.yaml")) {
		if want, ok := versions[m.path]; ok {
			checked++
			assert.Equal(t, want, m.version, "builder-config.yaml:%d: manifest: %s stands in go.mod with another version",
				m.line, m.path)
		}
	}
	require.Positive(t, checked)
	builder := versions["go.opentelemetry.io/collector/cmd/builder"]
	assert.Equal(t, versions["go.opentelemetry.io/collector/otelcol"], builder,
		"go.mod: manifest: the builder writes its own version of the core into the distribution")
}

func TestManifest_listsOurComponents(t *testing.T) {
	text := read(t, "builder-config.yaml")
	modules := readManifest(text)
	f := func(dir, section string) {
		t.Helper()
		if !exists(t, dir) {
			return
		}
		i := slices.IndexFunc(modules, func(m module) bool { return m.imported == modulePath+"/"+dir })
		if i < 0 {
			t.Errorf("builder-config.yaml:1: manifest: %s is not listed under %s: with gomod %s v0.0.0, import and path: .",
				dir, section, modulePath)
			return
		}
		got := modules[i]
		got.line = 0
		assert.Equal(t, module{section, modulePath, "v0.0.0", modulePath + "/" + dir, ".", 0}, got,
			"builder-config.yaml:%d: manifest", modules[i].line)
	}
	for _, c := range components {
		f(c.dir, c.section)
	}
	f(provider, "providers")
	for _, m := range modules {
		if own, ok := strings.CutPrefix(m.imported, modulePath+"/"); ok && !exists(t, own) {
			t.Errorf("builder-config.yaml:%d: manifest: %s does not exist", m.line, own)
		}
	}
}

func TestGoMod_replacesOnlyWhatItMust(t *testing.T) {
	_, replacements := readRequired(read(t, "go.mod"))
	assert.ElementsMatch(t, replaced, replacements, "go.mod: manifest: replacements")
}

func TestGoMod_versionOfGoIsOne(t *testing.T) {
	version := regexp.MustCompile(`(?m)^go (\S+)$`)
	want := version.FindStringSubmatch(read(t, "go.mod"))
	require.NotNil(t, want)
	assert.Equal(t, want, version.FindStringSubmatch(read(t, "tools/golangci.mod")), "tools/golangci.mod: manifest")
}

func TestComponents_areWhatTheirMetadataSay(t *testing.T) {
	f := func(name, pattern, cure string) {
		t.Helper()
		if text := read(t, name); text != "" && !regexp.MustCompile(pattern).MatchString(text) {
			t.Errorf("%s:1: component: %s: it does not match %s", name, cure, pattern)
		}
	}
	for _, c := range components {
		if !exists(t, c.dir) {
			continue
		}
		metadata := c.dir + "/metadata.yaml"
		f(metadata, `(?m)^type: `+c.name+`$`, "its name in YAML is public")
		f(metadata, `(?m)^\s+class: `+c.class+`$`, "its class is that of its folder")
		f(metadata, `(?m)^github_project: `+strings.TrimPrefix(modulePath, "github.com/")+`$`, "the README links there")
		f(c.dir+"/internal/metadata/generated_status.go", `MustNewType\("`+c.name+`"\)`, "run go generate")
		for _, name := range []string{"README.md", "testdata/config.yaml", "config.go", "doc.go"} {
			f(c.dir+"/"+name, `.`, "every component has one")
		}
		if read(t, c.dir+"/factory.go") != "" && !usesGeneratedType(t, c.dir) {
			t.Errorf("%s/factory.go:1: component: make the factory with metadata.Type, which mdatagen writes", c.dir)
		}
	}
}

// usesGeneratedType reports whether a component's NewFactory names the type that mdatagen wrote.
func usesGeneratedType(t *testing.T, dir string) bool {
	t.Helper()
	found := false
	for _, f := range goFiles(t) {
		if f.path != dir+"/factory.go" {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			found = found || isNamed(n, importNames(f)) == modulePath+"/"+dir+"/internal/metadata.Type"
			return true
		})
	}
	return found
}

func TestReadManifest(t *testing.T) {
	text := "dist:\n  module: m\n\nexporters:\n  - gomod: a.b/c v0.0.0\n    import: a.b/c/d\n    path: .\n\n" +
		"providers:\n  - gomod: a.b/e v1.2.3\n"
	assert.Equal(t, []module{
		{"exporters", "a.b/c", "v0.0.0", "a.b/c/d", ".", 5},
		{section: "providers", path: "a.b/e", version: "v1.2.3", line: 10},
	}, readManifest(text))
}

func TestReadRequired(t *testing.T) {
	text := "module a.b/c\n\ngo 1.26.0\n\nrequire (\n\ta.b/d v1.0.0 // indirect\n)\nrequire a.b/e v2.0.0\n\n// a.b/f v3.0.0\n" +
		"replace a.b/g => a.b/g v4.0.0\n"
	versions, replacements := readRequired(text)
	assert.Equal(t, map[string]string{"a.b/d": "v1.0.0", "a.b/e": "v2.0.0"}, versions)
	assert.Equal(t, []string{"a.b/g"}, replacements)
}
