// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package repotest

import (
	"fmt"
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// minDocumented is the share of exported names that must have a comment. The aim is 95 %.
const minDocumented = 0.90

func TestHeader_isSPDX(t *testing.T) { reportEach(t, checkHeader) }

var header = []string{"// Copyright The otelcol-langsmith Authors", "// SPDX-License-Identifier: Apache-2.0", ""}

// checkHeader wants the two lines and the blank one after them, which keeps them out of the package's documentation.
func checkHeader(f *file) []finding {
	if len(f.lines) >= len(header) && slices.Equal(f.lines[:len(header)], header) {
		return nil
	}
	return []finding{{path: f.path, line: 1, text: "header: begin the file with these two lines and a blank one: " +
		strings.Join(header[:2], " ⏎ ")}}
}

func TestPackages_haveOneDocComment(t *testing.T) { report(t, checkPackageDocs(goFiles(t))) }

// checkPackageDocs wants one comment per package, attached to its package clause, in the words that go doc expects.
func checkPackageDocs(files []*file) []finding {
	var found []finding
	documented := map[string]*file{}
	first := map[string]*file{}
	for _, f := range files {
		if strings.HasSuffix(f.path, "_test.go") {
			continue
		}
		if first[f.dir()] == nil {
			first[f.dir()] = f
		}
		if f.syntax.Doc == nil {
			found = append(found, detachedDoc(f)...)
			continue
		}
		if other := documented[f.dir()]; other != nil {
			found = append(found, f.at(f.syntax.Doc, "package doc: %s has one already, in %s", f.dir(), other.path))
		}
		documented[f.dir()] = f
		found = append(found, packageDocWords(f)...)
	}
	for dir, f := range first {
		if documented[dir] == nil {
			found = append(found, f.at(f.syntax.Name, "package doc: %s has none: say above a package clause what it is", dir))
		}
	}
	return found
}

// detachedDoc finds a package comment that a blank line hides from go doc.
func detachedDoc(f *file) []finding {
	for _, group := range f.syntax.Comments {
		text := group.Text()
		if group.End() < f.syntax.Package && (strings.HasPrefix(text, "Package ") || strings.HasPrefix(text, "Command ")) {
			return []finding{f.at(group, "package doc: a line stands between the comment and its package clause")}
		}
	}
	return nil
}

func packageDocWords(f *file) []finding {
	want := "Package " + f.syntax.Name.Name
	if f.syntax.Name.Name == "main" {
		want = "Command " + path.Base(f.dir())
	}
	after, ok := strings.CutPrefix(f.syntax.Doc.Text(), want)
	if ok && (after == "" || strings.ContainsAny(after[:1], " \n,.:")) {
		return nil
	}
	return []finding{f.at(f.syntax.Doc, "package doc: begin it with %q", want)}
}

// exported is one exported name of a package, with its comment if it has one.
type exported struct {
	name string
	node ast.Node
	doc  *ast.CommentGroup
	// covered says that a comment on the whole group, or behind the name on its line, will do.
	covered bool
}

func TestExportedNames_areDocumented(t *testing.T) {
	total := 0
	var missing, wrong []finding
	for _, f := range goFiles(t) {
		if f.isTest() || f.syntax.Name.Name == "main" {
			continue
		}
		for _, e := range exportedNames(f.syntax) {
			total++
			missing = append(missing, missingDoc(f, e)...)
			wrong = append(wrong, misnamedDoc(f, e)...)
		}
	}
	report(t, wrong)
	share := 1 - float64(len(missing))/float64(max(total, 1))
	t.Logf("%d of %d exported names are documented: %.1f %%", total-len(missing), total, 100*share)
	if share < minDocumented {
		report(t, missing)
	}
}

func missingDoc(f *file, e exported) []finding {
	if e.doc != nil || e.covered {
		return nil
	}
	return []finding{f.at(e.node, "doc comment: %s has none", e.name)}
}

// misnamedDoc finds comments that document another name than the one they stand above, as they do after a renaming.
func misnamedDoc(f *file, e exported) []finding {
	if e.doc == nil {
		return nil
	}
	begin := regexp.MustCompile(`^((A|An|The) )?` + regexp.QuoteMeta(e.name) + `\b`)
	if begin.MatchString(e.doc.Text()) {
		return nil
	}
	return []finding{f.at(e.doc, "doc comment: begin it with %s, the name it documents", e.name)}
}

// exportedNames lists what go doc shows of a file.
func exportedNames(syntax *ast.File) []exported {
	var names []exported
	for _, decl := range syntax.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && (d.Recv == nil || ast.IsExported(receiver(d))) {
				names = append(names, exported{name: d.Name.Name, node: d, doc: d.Doc})
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				names = append(names, exportedSpecs(d, spec)...)
			}
		}
	}
	return names
}

func exportedSpecs(group *ast.GenDecl, spec ast.Spec) []exported {
	var names []exported
	switch s := spec.(type) {
	case *ast.TypeSpec:
		doc := s.Doc
		if !group.Lparen.IsValid() {
			doc = group.Doc
		}
		if s.Name.IsExported() {
			names = append(names, exported{name: s.Name.Name, node: s, doc: doc, covered: s.Comment != nil})
		}
	case *ast.ValueSpec:
		if !s.Names[0].IsExported() {
			return nil
		}
		e := exported{name: s.Names[0].Name, node: s, covered: s.Comment != nil || s.Doc != nil}
		if group.Lparen.IsValid() {
			e.covered = e.covered || group.Doc != nil
		} else if e.doc = group.Doc; len(s.Names) > 1 {
			e.doc, e.covered = nil, group.Doc != nil
		}
		names = append(names, e)
	}
	return names
}

// receiver is the name of a method's type.
func receiver(d *ast.FuncDecl) string {
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

func TestCheckHeader(t *testing.T) {
	good := strings.Join(header, "\n") + "\npackage x\n"
	assert.Empty(t, checkHeader(snippet(t, "a/x.go", good)))
	assert.Len(t, checkHeader(snippet(t, "a/x.go", "package x\n")), 1)
	assert.Len(t, checkHeader(snippet(t, "a/x.go", header[0]+"\n"+header[1]+"\npackage x\n")), 1, "no blank line")
}

func TestCheckPackageDocs(t *testing.T) {
	f := func(want string, texts ...string) {
		t.Helper()
		var files []*file
		for i, text := range texts {
			files = append(files, snippet(t, fmt.Sprintf("cmd/x/%d.go", i), text))
		}
		found := checkPackageDocs(files)
		if want == "" {
			assert.Empty(t, found)
		} else if assert.NotEmpty(t, found) {
			assert.Contains(t, found[0].text, want)
		}
	}
	f("", "// Package x does it.\npackage x\n", "package x\n")
	f("", "// Command x does it.\npackage main\n")
	f("has none", "package x\n", "package x\n")
	f("has one already", "// Package x does it.\npackage x\n", "// Package x does it.\npackage x\n")
	f("a line stands between", "// Package x does it.\n\npackage x\n")
	f(`begin it with "Package x"`, "// Package xy does it.\npackage x\n")
	f(`begin it with "Command x"`, "// This does it.\npackage main\n")
}

func TestExportedNames(t *testing.T) {
	f := func(text string, missing, wrong int) {
		t.Helper()
		file := snippet(t, "a/x.go", "package x\n"+text)
		var m, w []finding
		for _, e := range exportedNames(file.syntax) {
			m = append(m, missingDoc(file, e)...)
			w = append(w, misnamedDoc(file, e)...)
		}
		assert.Len(t, m, missing, text)
		assert.Len(t, w, wrong, text)
	}
	f("// F does it.\nfunc F() {}", 0, 0)
	f("func F() {}", 1, 0)
	f("func f() {}", 0, 0)
	f("// It does.\nfunc F() {}", 0, 1)
	f("// Fine does it.\nfunc F() {}", 0, 1)
	f("// A T is one.\ntype T struct{}", 0, 0)
	f("type t struct{}\nfunc (*t) F() {}", 0, 0)
	f("// T is one.\ntype T[K any] struct{}\nfunc (*T[K]) F() {}", 1, 0)
	f("// All of them.\nconst (\n A = 1\n B = 2\n)", 0, 0)
	f("const (\n A = 1 // one\n B = 2\n)", 1, 0)
	f("// A is one.\nvar A = 1", 0, 0)
	f("// One.\nvar A = 1", 0, 1)
}
