// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package repotest

import (
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wordRule is a pattern that text written by hand must not match.
type wordRule struct {
	pattern *regexp.Regexp
	why     string
	// except are the files, as path.Match patterns, in which the words have a meaning.
	except []string
	// unless excuses a line that also matches it.
	unless *regexp.Regexp
	// inCode applies the rule to the code and the literals of Go files too, and not to comments only.
	inCode bool
}

// self are the files that must spell what they forbid.
const self = "internal/repotest/words_test.go"

var wordRules = []wordRule{
	{
		pattern: regexp.MustCompile(`\b(TODO|FIXME|XXX|HACK)\b`),
		why:     "unfinished work: finish it, or link the issue that tracks it on the same line",
		unless:  regexp.MustCompile(`https://github\.com/[\w.-]+/[\w.-]+/issues/\d+`),
		except:  []string{self, "CONTRIBUTING.md"},
	},
	{
		pattern: regexp.MustCompile(`(^|[^\w.:/~}*\])-])/(work|root|home/\w+|Users/\w+)(/|\b)`),
		why:     "machine: a path of one machine; find files from the package's folder or take them from a flag",
		// Detectors and what is tried on them know such paths as personal data.
		except: []string{
			self, "*_test.go", "*/*_test.go", "*/*/*_test.go", "*/*/*/*_test.go", "*/*/*/*/*_test.go",
			"processor/redactprocessor/internal/detect/*",
		},
		inCode: true,
	},
	{
		pattern: regexp.MustCompile(`(^|[^\w.:~}*\])-])/work/(main|shared)\b`),
		why:     "machine: a path of one machine; find files from the package's folder",
		except:  []string{self},
		inCode:  true,
	},
	{
		pattern: regexp.MustCompile(`(?i)\bsession (#|no\.? ?)?\d+\b|\bissues? #?\d+\b|\bdesign\.md\b|\bshared/reference\b|\bbrief\.md\b`),
		why:     "history: say what holds and why, not in which sitting or paper it was decided",
		except:  []string{self},
	},
}

func TestWords_ofGoFiles(t *testing.T) { reportEach(t, checkWords) }

func TestWords_ofTextFiles(t *testing.T) {
	checked := 0
	require.NoError(t, walk(func(name string, content []byte) error {
		if strings.HasSuffix(name, ".go") {
			return nil
		}
		checked++
		var found []finding
		for i, line := range strings.Split(string(content), "\n") {
			found = append(found, wordsOfLine(name, i+1, line, false)...)
		}
		report(t, found)
		return nil
	}))
	t.Logf("%d files checked beside Go", checked)
}

// checkWords applies the rules to the comments of a file, and those that say so to all of its lines.
func checkWords(f *file) []finding {
	var found []finding
	for i, line := range f.lines {
		if strings.Contains(line, "/") { // without a slash no rule for code can match, and regular expressions are slow
			found = append(found, wordsOfLine(f.path, i+1, line, true)...)
		}
	}
	for _, group := range f.syntax.Comments {
		for _, comment := range group.List {
			found = append(found, wordsOfComment(f, comment)...)
		}
	}
	return found
}

func wordsOfComment(f *file, comment *ast.Comment) []finding {
	var found []finding
	first := f.fset.Position(comment.Pos()).Line
	for i, line := range strings.Split(comment.Text, "\n") {
		for _, hit := range wordsOfLine(f.path, first+i, line, false) {
			if !slices.ContainsFunc(wordRules, func(r wordRule) bool { return r.inCode && r.why == hit.text }) {
				found = append(found, hit)
			}
		}
	}
	return found
}

// wordsOfLine applies to one line all rules, or only those that hold in code.
func wordsOfLine(name string, number int, line string, onlyCode bool) []finding {
	var found []finding
	for _, rule := range wordRules {
		if onlyCode && !rule.inCode || !rule.pattern.MatchString(line) || excepted(name, rule.except) {
			continue
		}
		if rule.unless == nil || !rule.unless.MatchString(line) {
			found = append(found, finding{name, number, rule.why})
		}
	}
	return found
}

func excepted(name string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		ok, err := path.Match(pattern, name)
		return ok && err == nil
	})
}

// suppression is a comment that silences a linter. It names the linter and gives the reason.
var suppression = regexp.MustCompile(`^//nolint:[\w,-]+ // \S`)

// maxSuppressions is how many there may be in a thousand lines.
const maxSuppressions = 1.0

func TestSuppressions_areFewAndHaveReasons(t *testing.T) {
	count, lines := 0, 0
	for _, f := range goFiles(t) {
		lines += len(f.lines)
		for _, group := range f.syntax.Comments {
			for _, comment := range group.List {
				if !strings.HasPrefix(comment.Text, "//nolint") {
					continue
				}
				count++
				if !suppression.MatchString(comment.Text) {
					t.Error(f.at(comment, "nolint: write it as //nolint:linter // reason"))
				}
			}
		}
	}
	rate := 1000 * float64(count) / float64(max(lines, 1))
	t.Logf("%d suppressions in %d lines: %.2f in a thousand", count, lines, rate)
	assert.LessOrEqual(t, rate, maxSuppressions, "suppressions in a thousand lines")
}

func TestWords(t *testing.T) {
	f := func(name, line, want string) {
		t.Helper()
		found := wordsOfLine(name, 7, line, false)
		if want == "" {
			assert.Empty(t, found, line)
		} else if assert.NotEmpty(t, found, line) {
			assert.Contains(t, found[0].String(), name+":7: "+want)
		}
	}
	f("a.md", "TODO: say more", "unfinished work")
	f("a.go", "// FIXME (https://github.com/open-telemetry/opentelemetry-collector/issues/15907)", "")
	f("a.yaml", "directory: /home/me/data", "machine")
	f("a.yaml", "directory: /root", "machine")
	f("Makefile", "cd /work/main && make", "machine")
	f("a_test.go", `"/home/alice/notes.txt"`, "")
	f("a_test.go", `"/work/shared/corpora"`, "machine")
	f("a.md", "https://example.com/home/page and docs/work/plan and /workspaces", "")
	f("a.md", "as agreed in session 3", "history")
	f("a.md", "a session of 30 minutes", "")
	f("a.go", "// see design.md", "history")
}

func TestCheckWords_countsEachLineOnce(t *testing.T) {
	text := "package x\n\n// It lies in /root/x, see TODO.\nvar todo = \"TODO\"\n"
	found := checkWords(snippet(t, "a/x.go", text))
	require.Len(t, found, 2)
	assert.Contains(t, found[0].String(), "a/x.go:3: machine")
	assert.Contains(t, found[1].String(), "a/x.go:3: unfinished work")
}
