// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package repotest

import (
	"cmp"
	"fmt"
	"go/ast"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// How much testing there must be at least. The aims are higher: a fuzz test for each parser of foreign bytes, an example
// for each pure package, a benchmark for each hot function.
//
// minTestRatio is a floor that may rise and never sinks; the aim is 1.2 lines of tests for each line of code. It stands
// below the aim because much of what dialects, detectors and the stand-in do is held by recorded traces and by files of
// samples, which are data and do not count.
const (
	minTestRatio  = 0.5
	minFuzzTests  = 4
	minExamples   = 6
	minBenchmarks = 6
)

// maxReadme is how many lines a README may have: what is longer belongs in docs.
const (
	maxRootReadme      = 220
	maxComponentReadme = 200
)

// maxForeign is how many modules production code may use that are neither Go's nor OpenTelemetry's nor zap.
const maxForeign = 6

// counts is how much code there is and what tests it. The tests of the rules themselves do not count.
type counts struct {
	code, tests                  int // lines that are not blank
	fuzz, examples, bench, plain int
}

func TestFigures_ofTesting(t *testing.T) {
	var all counts
	packages := map[string]*counts{}
	for _, f := range goFiles(t) {
		if f.dir() == "internal/repotest" {
			continue
		}
		if packages[f.dir()] == nil {
			packages[f.dir()] = &counts{}
		}
		all.add(f)
		packages[f.dir()].add(f)
	}
	for _, dir := range sortedKeys(packages) {
		t.Logf("%-55s %s", dir, packages[dir])
	}
	t.Logf("%-55s %s", "all", all)
	if all.ratio() < minTestRatio {
		t.Errorf("tests: %.2f lines per line of code, fewer than %.2f; the table above shows where", all.ratio(), minTestRatio)
	}
	f := func(what string, got, least int) {
		if got < least {
			t.Errorf("tests: %d %s in all packages, fewer than %d", got, what, least)
		}
	}
	f("fuzz tests", all.fuzz, minFuzzTests)
	f("examples", all.examples, minExamples)
	f("benchmarks", all.bench, minBenchmarks)
}

func (c *counts) add(f *file) {
	lines := 0
	for _, line := range f.lines {
		if strings.TrimSpace(line) != "" {
			lines++
		}
	}
	if !f.isTest() {
		c.code += lines
		return
	}
	c.tests += lines
	for _, decl := range f.syntax.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Recv != nil {
			continue
		}
		for prefix, n := range map[string]*int{
			"Fuzz": &c.fuzz, "Example": &c.examples, "Benchmark": &c.bench, "Test": &c.plain,
		} {
			if strings.HasPrefix(fn.Name.Name, prefix) {
				*n++
			}
		}
	}
}

func (c *counts) ratio() float64 { return float64(c.tests) / float64(max(c.code, 1)) }

func (c counts) String() string {
	return fmt.Sprintf("code %5d, tests %5d, ratio %4.1f; %3d tests, %2d fuzz, %2d examples, %2d benchmarks",
		c.code, c.tests, c.ratio(), c.plain, c.fuzz, c.examples, c.bench)
}

// TestFigures_ofSize never fails: it prints what the limits of size_test.go leave open, beside what to aim at.
func TestFigures_ofSize(t *testing.T) {
	var files, lines, nestings, paths, parameters []int
	for _, f := range goFiles(t) {
		if f.isTest() {
			continue
		}
		files = append(files, len(f.lines))
		for _, decl := range f.syntax.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok {
				s := shapeOf(f.fset, fn)
				lines, nestings = append(lines, s.lines), append(nestings, s.nesting)
				paths, parameters = append(paths, s.branches), append(parameters, s.parameters)
			}
		}
	}
	for _, row := range []struct {
		name   string
		values []int
		aim    string
	}{
		{"file lines", files, "120 / 260 / - / 400"},
		{"function lines", lines, "9 / 28 / 50 / 60"},
		{"cyclomatic", paths, "- / 6 / - / 15"},
		{"nesting", nestings, "- / - / 3 / 4"},
		{"parameters", parameters, "- / 3 / - / 4"},
	} {
		t.Logf("%-15s median %d, p90 %d, p99 %d, max %d of %d; aim %s", row.name, quantile(row.values, 0.5),
			quantile(row.values, 0.9), quantile(row.values, 0.99), quantile(row.values, 1), len(row.values), row.aim)
	}
}

// quantile is the smallest value that at least the share q of all values does not exceed.
func quantile(values []int, q float64) int {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	i := int(q*float64(len(sorted))+0.999999) - 1
	return sorted[min(max(i, 0), len(sorted)-1)]
}

func TestReadmes_areShort(t *testing.T) {
	check := func(name string, limit int) {
		if n := strings.Count(read(t, name), "\n"); n > limit {
			t.Errorf("%s:%d: readme: %d lines, more than %d: move some to docs", name, limit, n, limit)
		}
	}
	check("README.md", maxRootReadme)
	for _, c := range components {
		if exists(t, c.dir) {
			check(c.dir+"/README.md", maxComponentReadme)
		}
	}
}

func TestDependencies_areFew(t *testing.T) {
	users := map[string]string{}
	for _, f := range goFiles(t) {
		if f.isTest() {
			continue
		}
		for _, spec := range f.syntax.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			require.NoError(t, err)
			if isForeign(name) {
				host := strings.SplitN(name, "/", 4)
				users[strings.Join(host[:min(3, len(host))], "/")] = f.path
			}
		}
	}
	t.Logf("%d modules beside Go, OpenTelemetry and zap: %v", len(users), sortedKeys(users))
	if len(users) > maxForeign {
		t.Errorf("dependencies: %d modules beside Go, OpenTelemetry and zap, more than %d: %v", len(users), maxForeign, users)
	}
}

func isForeign(name string) bool {
	for _, known := range []string{
		modulePath, "go.opentelemetry.io/", "github.com/open-telemetry/", "go.uber.org/zap", "golang.org/x/",
	} {
		if strings.HasPrefix(name, known) {
			return false
		}
	}
	return !isStandard(name)
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func TestQuantile(t *testing.T) {
	assert.Equal(t, 0, quantile(nil, 0.5))
	assert.Equal(t, 2, quantile([]int{3, 1, 2}, 0.5))
	assert.Equal(t, 9, quantile([]int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 0.9))
	assert.Equal(t, 10, quantile([]int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 1))
}

func TestCounts(t *testing.T) {
	var c counts
	c.add(snippet(t, "a/x.go", "package x\n\nfunc F() {}\n"))
	c.add(snippet(t, "a/x_test.go", "package x\nfunc FuzzF() {}\nfunc ExampleF() {}\nfunc BenchmarkF() {}\n"))
	assert.Equal(t, counts{code: 2, tests: 4, fuzz: 1, examples: 1, bench: 1}, c)
	assert.InDelta(t, 2.0, c.ratio(), 0.001)
}
