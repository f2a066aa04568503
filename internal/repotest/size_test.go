// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package repotest

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

// The budget of production code. Medians do not tell good code from bad, the extremes do, so the extremes are limited.
// What one should aim at is half of it: files of 120 lines, functions of 10, three parameters.
const (
	maxFileLines     = 500
	maxFunctionLines = 80
	maxNesting       = 4 // if, for, switch and select inside each other
	maxBranches      = 20
	maxParameters    = 5
	maxFields        = 15 // of structs that are not configuration
	maxColumns       = 120
	maxLongLines     = 0.005 // share of lines that may be longer
)

// oversized are the exceptions, "file: name" or "file", each with its reason. One that is needed no more fails.
var oversized = map[string]string{
	"internal/run/run.go: Run": "the fields are those of LangSmith's ingest API; a struct inside it would only hide some",

	"internal/dialect/signals.go: signals": "one view for each telling attribute, filled in one pass that allocates nothing",

	"processor/redactprocessor/internal/detect/personal.go: issued": "a flat list of the issuers' ranges",
	"processor/redactprocessor/internal/detect/lookalike.go: plain": "a flat list of ranges of Unicode",
}

// shape is what the budget limits in a function.
type shape struct {
	lines, nesting, branches, parameters int
}

func TestSize_isWithinBudget(t *testing.T) {
	needed := map[string]bool{}
	for _, f := range goFiles(t) {
		if f.isTest() {
			continue
		}
		for _, s := range checkSize(f) {
			needed[s.key] = true
			if oversized[s.key] == "" {
				t.Error(s.finding)
			}
		}
	}
	for key := range oversized {
		if !needed[key] {
			t.Errorf("size: %q is within the budget again: take it out of oversized (internal/repotest/size_test.go)", key)
		}
	}
}

// excess is one thing over the budget, with the key under which it can be excepted.
type excess struct {
	finding
	key string
}

func checkSize(f *file) []excess {
	var found []excess
	if n := len(f.lines); n > maxFileLines {
		text := fmt.Sprintf("size: the file has %d lines, more than %d: it holds more than one idea", n, maxFileLines)
		found = append(found, excess{finding{f.path, 1, text}, f.path})
	}
	for _, decl := range f.syntax.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			for _, text := range shapeOf(f.fset, d).excesses() {
				found = append(found, excess{f.at(d, "size: %s has %s", d.Name.Name, text), f.path + ": " + d.Name.Name})
			}
		case *ast.GenDecl:
			found = append(found, wideStructs(f, d)...)
		}
	}
	return found
}

func (s shape) excesses() []string {
	var texts []string
	over := func(n, limit int, what string) {
		if n > limit {
			texts = append(texts, fmt.Sprintf("%d %s, more than %d", n, what, limit))
		}
	}
	over(s.lines, maxFunctionLines, "lines")
	over(s.nesting, maxNesting, "statements inside each other")
	over(s.branches, maxBranches, "paths (cyclomatic complexity)")
	over(s.parameters, maxParameters, "parameters")
	return texts
}

func wideStructs(f *file, d *ast.GenDecl) []excess {
	var found []excess
	for _, spec := range d.Specs {
		t, ok := spec.(*ast.TypeSpec)
		if !ok {
			continue
		}
		if s, ok := t.Type.(*ast.StructType); ok && !isConfig(s) && countFields(s.Fields) > maxFields {
			found = append(found, excess{f.at(t, "size: struct %s has %d fields, more than %d",
				t.Name.Name, countFields(s.Fields), maxFields), f.path + ": " + t.Name.Name})
		}
	}
	return found
}

// isConfig knows configuration structs by their tags.
func isConfig(s *ast.StructType) bool {
	return slices.ContainsFunc(s.Fields.List, func(field *ast.Field) bool {
		return field.Tag != nil && strings.Contains(field.Tag.Value, "mapstructure:")
	})
}

// countFields counts names; an embedded field or an unnamed parameter is one.
func countFields(list *ast.FieldList) int {
	n := 0
	for _, field := range list.List {
		n += max(1, len(field.Names))
	}
	return n
}

// shapeOf measures a function, the literals inside it included.
func shapeOf(fset *token.FileSet, fn *ast.FuncDecl) shape {
	s := shape{
		lines:      fset.Position(fn.End()).Line - fset.Position(fn.Pos()).Line + 1,
		branches:   1,
		parameters: countFields(fn.Type.Params),
	}
	if fn.Body == nil {
		return s
	}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		s.branches += branches(n)
		return true
	})
	s.nesting = nesting(fn.Body)
	return s
}

// branches is what a node adds to the cyclomatic complexity.
func branches(n ast.Node) int {
	switch n := n.(type) {
	case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt:
		return 1
	case *ast.CaseClause:
		return min(1, len(n.List)) // default adds no path
	case *ast.CommClause:
		if n.Comm != nil {
			return 1
		}
	case *ast.BinaryExpr:
		if n.Op == token.LAND || n.Op == token.LOR {
			return 1
		}
	}
	return 0
}

// nesting is the depth of the deepest statement that holds statements. An else-if is no deeper than its if.
func nesting(root ast.Node) int {
	deepest := 0
	var visit func(n ast.Node, depth int)
	visit = func(n ast.Node, depth int) {
		deepest = max(deepest, depth)
		ast.Inspect(n, func(child ast.Node) bool {
			if child == nil || child == n {
				return true
			}
			switch child := child.(type) {
			case *ast.IfStmt:
				parent, ok := n.(*ast.IfStmt)
				if ok && parent.Else == ast.Stmt(child) {
					visit(child, depth)
				} else {
					visit(child, depth+1)
				}
				return false
			case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
				visit(child, depth+1)
				return false
			}
			return true
		})
	}
	visit(root, 0)
	return deepest
}

func TestLines_areShortEnough(t *testing.T) {
	total := 0
	var long []finding
	for _, f := range goFiles(t) {
		if f.isTest() {
			continue
		}
		total += len(f.lines)
		long = append(long, longLines(f)...)
	}
	share := float64(len(long)) / float64(max(total, 1))
	t.Logf("%d of %d lines are longer than %d columns: %.2f %%", len(long), total, maxColumns, 100*share)
	if share > maxLongLines {
		report(t, long)
	}
}

// longLines counts a tab as one column, as gofmt's own linters do.
func longLines(f *file) []finding {
	var found []finding
	for i, line := range f.lines {
		if n := utf8.RuneCountInString(line); n > maxColumns {
			found = append(found, finding{f.path, i + 1, fmt.Sprintf("width: %d columns, more than %d", n, maxColumns)})
		}
	}
	return found
}

func TestShapeOf(t *testing.T) {
	f := func(text string, want shape) {
		t.Helper()
		file := snippet(t, "a/x.go", "package x\n"+text)
		assert.Equal(t, want, shapeOf(file.fset, file.syntax.Decls[0].(*ast.FuncDecl)), text)
	}
	f("func f() {}", shape{lines: 1, branches: 1})
	f("func f(a, b int, _ string) {\n}", shape{lines: 2, branches: 1, parameters: 3})
	f("func f() { if a && b { return } }", shape{lines: 1, branches: 3, nesting: 1})
	f("func f() { if a { } else if b { } else if c { } }", shape{lines: 1, branches: 4, nesting: 1})
	f("func f() { if a { } else { if b { } } }", shape{lines: 1, branches: 3, nesting: 2})
	f("func f() { for range a { switch b { case 1, 2: select { case <-c: default: }; default: } } }",
		shape{lines: 1, branches: 4, nesting: 3})
	f("func f() { for { g(func() { if a { } }) } }", shape{lines: 1, branches: 3, nesting: 2})
}

func TestCheckSize(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		found := checkSize(snippet(t, "a/x.go", "package x\n"+text))
		if want == "" {
			assert.Empty(t, found)
		} else if assert.Len(t, found, 1) {
			assert.Contains(t, found[0].String(), want)
		}
	}
	f("func f(a, b, c, d, e int) {}", "")
	f("func f(a, b, c, d, e, g int) {}", "a/x.go:2: size: f has 6 parameters, more than 5")
	f("func f() {"+strings.Repeat("\n", 80)+"}", "size: f has 81 lines")
	f("func f() {"+strings.Repeat("if a {", 5)+strings.Repeat("}", 5)+"}", "5 statements inside each other")
	f("func f() {"+strings.Repeat("if a {}\n", 20)+"}", "21 paths")
	f("type T struct {"+strings.Repeat("a int\n", 16)+"}", "struct T has 16 fields")
	f("type T struct {"+strings.Repeat("a int `mapstructure:\"a\"`\n", 16)+"}", "")
	f(strings.Repeat("\n", 500), "the file has 501 lines")
	assert.Len(t, longLines(snippet(t, "a/x.go", "package x\n//"+strings.Repeat("é", 119))), 1)
	assert.Empty(t, longLines(snippet(t, "a/x.go", "package x\n//"+strings.Repeat("é", 118))))
}
