// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package repotest

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Third-party packages by what they are for. An entry stands for all packages below it.
var (
	pdata       = []string{"go.opentelemetry.io/collector/pdata"}
	confmap     = []string{"go.opentelemetry.io/collector/confmap"}
	collector   = []string{"go.opentelemetry.io/collector"}
	compression = []string{"github.com/klauspost/compress"}
	storage     = []string{"go.opentelemetry.io/collector/extension/xextension/storage"}
	ottl        = []string{"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl"}
	sampling    = []string{"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/sampling"}
	testify     = []string{"github.com/stretchr/testify"}
	// component is what the shell of a component is made of.
	component = slices.Concat(collector, []string{
		"go.uber.org/zap", "go.opentelemetry.io/otel/attribute", "go.opentelemetry.io/otel/metric",
		"go.opentelemetry.io/otel/trace",
	})
)

// importRule says what the packages of a folder may import beyond the standard library.
type importRule struct {
	dirs  []string // folders, or folders and what is below them ("/...")
	ours  []string // folders of this module, likewise
	third []string // import paths, each with what is below it
	// pure packages take data and time and return data and reasons: no clock, no log, no goroutine, no environment.
	pure bool
	// free packages, the programs and the tests across processes, may import everything.
	free bool
}

// importRules is the order of this repository: an arrow from a package goes to a row above its own. The first row that
// matches a folder counts.
var importRules = []importRule{
	{dirs: []string{"internal/run", "internal/contract", "internal/decision", "internal/jsontext"}, pure: true},
	{dirs: []string{"internal/settings"}, third: confmap, pure: true},
	{
		dirs:  []string{"internal/tree", "internal/dialect"},
		ours:  []string{"internal/run", "internal/contract", "internal/jsontext"},
		third: pdata,
		pure:  true,
	},
	{
		dirs:  []string{"internal/runmap"},
		ours:  []string{"internal/run", "internal/tree", "internal/dialect", "internal/contract"},
		third: pdata,
		pure:  true,
	},
	{dirs: []string{"internal/golden"}, ours: []string{"internal/run"}, third: testify},
	{dirs: []string{"internal/pdatatest"}, third: slices.Concat(pdata, testify)},
	// The stand-in is the oracle of the encoders: it shares no code with what it checks.
	{dirs: []string{"internal/standin"}, third: slices.Concat(pdata, compression)},
	{dirs: []string{"internal/viewer"}, ours: []string{"internal/standin", "internal/decision"}},
	{dirs: []string{"internal/replay"}, ours: []string{"internal/pdatatest", "internal/contract"}, third: pdata},
	{dirs: []string{"internal/repotest"}},
	{dirs: []string{"internal/seglog"}, pure: true},

	{dirs: []string{"processor/redactprocessor/internal/corpus"}, third: testify},
	{dirs: []string{"processor/redactprocessor/internal/walk"}, third: pdata, pure: true},
	{
		dirs: []string{"processor/redactprocessor/internal/detect", "processor/redactprocessor/internal/replace"},
		pure: true,
	},
	{dirs: []string{"processor/samplingprocessor/internal/store"}, third: slices.Concat(pdata, compression, storage), pure: true},
	{dirs: []string{"processor/samplingprocessor/internal/cut"}, third: []string{"google.golang.org/protobuf/encoding/protowire"}, pure: true},
	{
		dirs:  []string{"processor/samplingprocessor/internal/policy"},
		ours:  []string{"internal/tree", "internal/dialect", "internal/contract", "internal/decision"},
		third: slices.Concat(pdata, sampling),
		pure:  true,
	},
	{
		// The language's own packages want a logger and a component's settings; what comes out is a function on spans.
		dirs:  []string{"processor/samplingprocessor/internal/condition"},
		third: slices.Concat(pdata, ottl, []string{"go.opentelemetry.io/collector/component", "go.uber.org/zap"}),
	},
	{dirs: []string{"processor/samplingprocessor/internal/join"}, ours: []string{"internal/contract"}, third: pdata, pure: true},
	{
		dirs: []string{"processor/samplingprocessor/internal/repair"},
		ours: []string{
			"internal/run", "internal/tree", "internal/dialect", "internal/contract", "processor/samplingprocessor/internal/join",
		},
		third: slices.Concat(pdata, sampling),
		pure:  true,
	},
	{
		dirs:  []string{"exporter/langsmithexporter/internal/encode"},
		ours:  []string{"internal/run", "internal/runmap", "internal/tree", "internal/contract", "internal/jsontext"},
		third: slices.Concat(pdata, compression),
		pure:  true,
	},
	{
		dirs:  []string{"exporter/langsmithexporter/internal/api"},
		third: []string{"go.opentelemetry.io/collector/config"},
		pure:  true,
	},

	{
		dirs: []string{"exporter/langsmithexporter", "processor/redactprocessor", "processor/samplingprocessor"},
		ours: []string{
			"./internal/...", "internal/run", "internal/tree", "internal/dialect", "internal/runmap",
			"internal/settings", "internal/decision", "internal/contract", "internal/seglog",
		},
		third: component,
	},
	{
		dirs:  []string{"extension/segmentstorageextension"},
		ours:  []string{"./internal/...", "internal/settings", "internal/seglog"},
		third: component,
	},
	{
		dirs: []string{"extension/viewerextension"},
		ours: []string{
			"./internal/...", "internal/standin", "internal/viewer", "internal/settings", "internal/decision",
			"internal/contract",
		},
		third: component,
	},
	{dirs: []string{"confmap/embedprovider"}, third: confmap},
	{dirs: []string{"cmd/...", "e2e/...", "bench/..."}, free: true},
}

// shunned are packages of the standard library with one place, or none. The value says why.
var shunned = map[string]struct {
	why   string
	where []string
}{
	"log":       {"components log through zap, everything below returns values", []string{"cmd/...", "e2e/...", "bench/..."}},
	"log/slog":  {"components log through zap, everything below returns values", []string{"cmd/...", "e2e/...", "bench/..."}},
	"math/rand": {"math/rand/v2 has no global seed to forget", nil},
	"testing":   {"production code does not know of tests", testSupport},
	"unsafe":    {"nothing here is worth it", nil},
}

func TestImports_followTheTable(t *testing.T) { reportEach(t, checkImports) }

func TestImports_tableHasNoDeadRows(t *testing.T) {
	var dirs []string
	for _, f := range goFiles(t) {
		dirs = append(dirs, f.dir())
	}
	for _, rule := range importRules {
		for _, pattern := range rule.dirs {
			if !slices.ContainsFunc(dirs, func(dir string) bool { return matches(dir, pattern) }) {
				t.Logf("imports_test.go: no package matches %s any more: take it out of importRules", pattern)
			}
		}
	}
}

// ruleFor finds the row of a folder.
func ruleFor(dir string) (importRule, bool) {
	for _, rule := range importRules {
		if matchesAny(dir, rule.dirs) {
			return rule, true
		}
	}
	return importRule{}, false
}

// checkImports holds the imports of one production file against the row of its package. Tests may import anything.
func checkImports(f *file) []finding {
	if strings.HasSuffix(f.path, "_test.go") {
		return nil
	}
	rule, ok := ruleFor(f.dir())
	if !ok {
		return []finding{f.at(f.syntax.Name,
			"import rules: package %s has no row in importRules (internal/repotest/imports_test.go): add one", f.dir())}
	}
	var found []finding
	for _, spec := range f.syntax.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has let only quoted strings through
		}
		if why := forbidden(f.dir(), name, rule); why != "" {
			found = append(found, f.at(spec, "import rules: %s must not import %s: %s", f.dir(), name, why))
		}
	}
	return found
}

// forbidden says why a package under a rule must not import name, or nothing when it may.
func forbidden(dir, name string, rule importRule) string {
	if shun, ok := shunned[name]; ok && !matchesAny(dir, shun.where) {
		return shun.why
	}
	own, isOurs := strings.CutPrefix(name, modulePath+"/")
	switch {
	case rule.free, isStandard(name):
		return ""
	case !isOurs:
		return thirdParty(name, rule)
	case matchesAny(own, testSupport) && !matchesAny(dir, testSupport) && dir != "internal/replay":
		return "it is for tests"
	}
	for _, pattern := range rule.ours {
		if below, ok := strings.CutPrefix(pattern, "./"); ok {
			pattern = path.Join(dir, below)
		}
		if matches(own, pattern) {
			return ""
		}
	}
	return "its row in importRules (internal/repotest/imports_test.go) does not list it"
}

func thirdParty(name string, rule importRule) string {
	for _, prefix := range rule.third {
		if name == prefix || strings.HasPrefix(name, prefix+"/") {
			return ""
		}
	}
	return "a package outside this module that its row in importRules (internal/repotest/imports_test.go) does not list"
}

// isStandard tells the standard library by the lack of a dot in the first element, as the go command does.
func isStandard(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return !strings.Contains(first, ".")
}

func TestCheckImports(t *testing.T) {
	f := func(dir, imported, want string) {
		t.Helper()
		found := checkImports(snippet(t, dir+"/x.go", "package x\nimport _ "+strconv.Quote(imported)))
		if want == "" {
			assert.Empty(t, found)
			return
		}
		if assert.Len(t, found, 1, "%s imports %s", dir, imported) {
			assert.Contains(t, found[0].String(), dir+"/x.go:2: import rules: ")
			assert.Contains(t, found[0].text, want)
		}
	}
	f("internal/run", "encoding/json", "")
	f("internal/run", "go.opentelemetry.io/collector/pdata/ptrace", "outside this module")
	f("internal/tree", "go.opentelemetry.io/collector/pdata/ptrace", "")
	f("internal/tree", "go.opentelemetry.io/collector/pdatalike", "outside this module")
	f("internal/tree", modulePath+"/internal/runmap", "does not list it")
	f("internal/standin", modulePath+"/internal/run", "does not list it")
	f("exporter/langsmithexporter", modulePath+"/exporter/langsmithexporter/internal/api", "")
	f("exporter/langsmithexporter", modulePath+"/processor/samplingprocessor", "does not list it")
	f("exporter/langsmithexporter", modulePath+"/internal/pdatatest", "for tests")
	f("internal/dialect", "testing", "does not know of tests")
	f("internal/golden", "testing", "")
	f("cmd/demo", modulePath+"/processor/samplingprocessor", "")
	f("cmd/demo", "math/rand", "global seed")
	assert.Len(t, checkImports(snippet(t, "internal/newcomer/x.go", "package x\nimport _ \"fmt\"")), 1, "no row")
}
