// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package repotest

import (
	"go/ast"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// callRule forbids names of standard packages in production code, except in some folders.
type callRule struct {
	names   []string // package path, dot, name
	allowed func(dir string) bool
	why     string
}

var programs = []string{"cmd/...", "e2e/...", "bench/..."}

var callRules = []callRule{
	{
		names: []string{
			"time.Now", "time.Since", "time.Until", "time.Sleep", "time.After", "time.AfterFunc", "time.Tick",
			"time.NewTimer", "time.NewTicker",
		},
		allowed: func(dir string) bool { return !isPure(dir) },
		why:     "below the components time is a parameter",
	},
	{
		names:   []string{"os.Getenv", "os.LookupEnv", "os.Environ"},
		allowed: isProgram,
		why:     "settings come from the configuration, which may name the environment with ${env:…}",
	},
	{
		names:   []string{"fmt.Print", "fmt.Printf", "fmt.Println", "os.Exit"},
		allowed: isProgram,
		why:     "only a program owns its output and its end",
	},
}

// goroutineFiles are the files that may start goroutines, beside programs: each has an owner who ends it. Key files need none:
// they are looked at when a key is asked for.
var goroutineFiles = []string{
	"processor/samplingprocessor/shard*.go",       // one owner of each share of the open traces
	"processor/samplingprocessor/outbox*.go",      // releases do not hold up admission
	"processor/samplingprocessor/journal*.go",     // deleting from the storage does not, either
	"extension/viewerextension/extension.go",      // a server
	"extension/segmentstorageextension/client.go", // gives up segments while nobody waits
}

func isPure(dir string) bool {
	rule, _ := ruleFor(dir)
	return rule.pure
}

func isProgram(dir string) bool { return matchesAny(dir, programs) }

func TestCalls_standWhereTheyMay(t *testing.T) { reportEach(t, checkCalls) }

// checkCalls finds names, goroutines and panics that have no place in one production file.
func checkCalls(f *file) []finding {
	if f.isTest() {
		return nil
	}
	var found []finding
	packages := importNames(f)
	for _, decl := range f.syntax.Decls {
		mayPanic := false
		if fn, ok := decl.(*ast.FuncDecl); ok {
			mayPanic = strings.HasPrefix(strings.ToLower(fn.Name.Name), "must")
		}
		ast.Inspect(decl, func(n ast.Node) bool {
			switch {
			case n == nil:
			case isNamed(n, packages) != "":
				found = append(found, f.forbiddenName(n, isNamed(n, packages))...)
			case startsGoroutine(n) && !mayStartGoroutines(f):
				found = append(found, f.at(n, "goroutines: start none here; the files that may are listed in "+
					"goroutineFiles (internal/repotest/purity_test.go)"))
			case callsBuiltin(n, "panic") && !mayPanic:
				found = append(found, f.at(n, "panic: return an error; only functions named Must… may panic"))
			case callsBuiltin(n, "print", "println"):
				found = append(found, f.at(n, "output: print and println are for debugging"))
			}
			return true
		})
	}
	return found
}

// importNames maps the name under which a package is known in f to its path.
func importNames(f *file) map[string]string {
	names := map[string]string{}
	for _, spec := range f.syntax.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := path.Base(imported)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = imported
	}
	return names
}

// isNamed returns "path.Name" when n selects something from an imported package.
func isNamed(n ast.Node, packages map[string]string) string {
	sel, ok := n.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	if x, ok := sel.X.(*ast.Ident); ok && packages[x.Name] != "" {
		return packages[x.Name] + "." + sel.Sel.Name
	}
	return ""
}

func (f *file) forbiddenName(n ast.Node, name string) []finding {
	for _, rule := range callRules {
		if slices.Contains(rule.names, name) && !rule.allowed(f.dir()) {
			return []finding{f.at(n, "calls: %s has no place in %s: %s", name, f.dir(), rule.why)}
		}
	}
	return nil
}

// startsGoroutine knows the go statement and the Go method of wait and error groups.
func startsGoroutine(n ast.Node) bool {
	if _, ok := n.(*ast.GoStmt); ok {
		return true
	}
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "Go"
}

func mayStartGoroutines(f *file) bool {
	return isProgram(f.dir()) || slices.ContainsFunc(goroutineFiles, func(pattern string) bool {
		ok, err := path.Match(pattern, f.path)
		return ok && err == nil
	})
}

func callsBuiltin(n ast.Node, names ...string) bool {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return false
	}
	fun, ok := call.Fun.(*ast.Ident)
	return ok && slices.Contains(names, fun.Name)
}

func TestCheckCalls(t *testing.T) {
	f := func(dir, body, want string) {
		t.Helper()
		text := "package x\nimport (\"fmt\"; \"os\"; clock \"time\"; \"sync\")\nfunc work() {\n" + body + "\n}\n"
		found := checkCalls(snippet(t, dir+"/x.go", text))
		if want == "" {
			assert.Empty(t, found, body)
			return
		}
		if assert.Len(t, found, 1, body) {
			assert.Contains(t, found[0].String(), dir+"/x.go:4: "+want)
		}
	}
	f("internal/tree", "_ = clock.Now()", "calls: time.Now")
	f("internal/tree", "now := clock.Now; _ = now", "calls: time.Now")
	f("internal/tree", "var _ clock.Time", "")
	f("processor/samplingprocessor", "_ = clock.Now()", "")
	f("processor/samplingprocessor", "go work()", "goroutines: ")
	f("processor/samplingprocessor", "var g sync.WaitGroup; g.Go(work)", "goroutines: ")
	f("cmd/demo", "go work()", "")
	f("internal/standin", "go work()", "goroutines: ")
	f("internal/settings", "panic(1)", "panic: ")
	f("internal/settings", "println(1)", "output: ")
	f("internal/settings", "fmt.Println(1)", "calls: fmt.Println")
	f("cmd/demo", "fmt.Println(1)", "")
	f("exporter/langsmithexporter", "_ = os.Getenv(\"A\")", "calls: os.Getenv")
	must := "package x\nfunc MustWork() { panic(1) }\n"
	assert.Empty(t, checkCalls(snippet(t, "internal/settings/x.go", must)))
	assert.Empty(t, checkCalls(snippet(t, "internal/settings/x_test.go", "package x\nfunc f() { panic(1) }\n")))
}
