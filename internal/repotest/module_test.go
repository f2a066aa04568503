// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package repotest

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

const modulePath = "github.com/otelcol-langsmith/otelcol-langsmith"

// root is the top of the repository, seen from this package: go test runs a package's tests in its folder.
const root = "../.."

// notOurs are folders that hold nothing written by hand here, or, in testdata, what foreign programs wrote.
var notOurs = []string{".git", ".tools", "_build", "bin", "dist", "node_modules", "vendor", "testdata"}

// file is one hand-written Go file of the module.
type file struct {
	path   string // from the root of the repository, with slashes
	fset   *token.FileSet
	syntax *ast.File
	lines  []string
}

// dir is the package's folder from the root of the repository.
func (f *file) dir() string { return path.Dir(f.path) }

// isTest reports whether f is compiled into tests only. Packages that exist for tests alone count as such.
func (f *file) isTest() bool {
	return strings.HasSuffix(f.path, "_test.go") || matchesAny(f.dir(), testSupport)
}

// testSupport are the packages of which production code must not know.
var testSupport = []string{"internal/repotest", "internal/pdatatest", "internal/golden", "e2e/...", "processor/redactprocessor/internal/corpus"}

// finding is one broken rule: where, and what to do about it.
type finding struct {
	path string
	line int
	text string
}

func (f finding) String() string { return fmt.Sprintf("%s:%d: %s", f.path, f.line, f.text) }

// at makes a finding for a node of f.
func (f *file) at(n ast.Node, format string, args ...any) finding {
	return finding{path: f.path, line: f.fset.Position(n.Pos()).Line, text: fmt.Sprintf(format, args...)}
}

// report fails t once for each finding, in the order of files and lines.
func report(t *testing.T, found []finding) {
	t.Helper()
	slices.SortFunc(found, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.line, b.line), cmp.Compare(a.text, b.text))
	})
	for _, f := range found {
		t.Error(f)
	}
}

// reportEach applies one check to every hand-written Go file.
func reportEach(t *testing.T, check func(*file) []finding) {
	t.Helper()
	var found []finding
	for _, f := range goFiles(t) {
		found = append(found, check(f)...)
	}
	report(t, found)
}

var parseModule = sync.OnceValues(func() ([]*file, error) {
	fset := token.NewFileSet()
	var files []*file
	err := walk(func(name string, content []byte) error {
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		f, err := parseFile(fset, name, content)
		if err != nil {
			return fmt.Errorf("parse: %w", err)
		}
		if !ast.IsGenerated(f.syntax) {
			files = append(files, f)
		}
		return nil
	})
	return files, err
})

// goFiles is every hand-written Go file of the module, tests included.
func goFiles(t *testing.T) []*file {
	t.Helper()
	files, err := parseModule()
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}

func parseFile(fset *token.FileSet, name string, content []byte) (*file, error) {
	syntax, err := parser.ParseFile(fset, name, content, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSuffix(string(content), "\n"), "\n")
	return &file{path: name, fset: fset, syntax: syntax, lines: lines}, nil
}

// snippet parses source text as if it stood at name, to try a check on it.
func snippet(t *testing.T, name, text string) *file {
	t.Helper()
	f, err := parseFile(token.NewFileSet(), name, []byte(text))
	require.NoError(t, err)
	return f
}

// walk calls visit for every regular file of the repository that is ours.
func walk(visit func(name string, content []byte) error) error {
	return filepath.WalkDir(root, func(p string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && slices.Contains(notOurs, entry.Name()) {
			return filepath.SkipDir
		}
		if !entry.Type().IsRegular() || !isText(entry.Name()) {
			return nil
		}
		content, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		return visit(filepath.ToSlash(name), content)
	})
}

// textEndings are the kinds of files that people write and read here.
var textEndings = []string{
	".go", ".md", ".yaml", ".yml", ".mod", ".sh", ".html", ".js", ".mjs", ".css", ".service", ".conf", ".toml",
	"Makefile", "Dockerfile", "run",
}

func isText(name string) bool {
	return slices.ContainsFunc(textEndings, func(end string) bool { return strings.HasSuffix(name, end) })
}

// matches reports whether a folder is the pattern, or below it when the pattern ends in "/...".
func matches(dir, pattern string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "/..."); ok {
		return dir == prefix || strings.HasPrefix(dir, prefix+"/")
	}
	return dir == pattern
}

func matchesAny(dir string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(dir, p) })
}
