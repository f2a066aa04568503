// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"unicode"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

const (
	// defaultProject is LangSmith's own name for what has none.
	defaultProject = "default"
	// maxProject bounds a name, in runes.
	maxProject = 128
	// maxProjects bounds how many projects attributes can bring about. LangSmith creates a project for every new name, and
	// an attribute that turns out to be an id would make thousands.
	maxProjects = 50
	// joiners stand between the parts of a name and have no meaning without them.
	joiners = "-_./: "
)

// template is a project name with attributes in it.
type template []part

type part struct {
	text string
	kind partKind
}

type partKind uint8

const (
	partLiteral partKind = iota
	partJoiner
	partAttribute
)

// parseTemplate splits "team-{service.name}" at its braces, and literals at the joiners on their ends.
func parseTemplate(s string) (template, error) {
	if !strings.ContainsAny(s, "{}") {
		return template{}.appendText(strings.TrimSpace(s), partLiteral), nil
	}
	var t template
	for s != "" {
		before, rest, found := strings.Cut(s, "{")
		if strings.Contains(before, "}") {
			return nil, errors.New("has a } without its {")
		}
		t = t.appendLiteral(before)
		if !found {
			break
		}
		name, after, closed := strings.Cut(rest, "}")
		if name = strings.TrimSpace(name); !closed || name == "" || strings.Contains(name, "{") {
			return nil, errors.New("must have the name of an attribute between { and }")
		}
		t = append(t, part{name, partAttribute})
		s = after
	}
	return t, nil
}

func (t template) appendLiteral(s string) template {
	core := strings.Trim(s, joiners)
	if core == "" {
		return t.appendText(s, partJoiner)
	}
	at := strings.Index(s, core)
	t = t.appendText(s[:at], partJoiner)
	t = t.appendText(core, partLiteral)
	return t.appendText(s[at+len(core):], partJoiner)
}

func (t template) appendText(s string, kind partKind) template {
	if s == "" {
		return t
	}
	return append(t, part{s, kind})
}

// fixed reports whether the name does not depend on the trace.
func (t template) fixed() bool {
	for _, p := range t {
		if p.kind == partAttribute {
			return false
		}
	}
	return true
}

// render fills the template in. A part that is missing takes the joiner before it along.
func (t template) render(lookup func(string) string) string {
	var b strings.Builder
	pending := ""
	for _, p := range t {
		text := p.text
		switch p.kind {
		case partJoiner:
			if pending == "" {
				pending = text
			}
			continue
		case partAttribute:
			text = lookup(text)
		}
		if text == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(pending)
		}
		pending = ""
		b.WriteString(text)
	}
	return b.String()
}

func validateProject(s string) error {
	t, err := parseTemplate(s)
	if err != nil {
		return err
	}
	if name := t.render(func(string) string { return "" }); t.fixed() && name != cleanProject(name) {
		return fmt.Errorf("must be at most %d characters, none of them a control character", maxProject)
	}
	return nil
}

// cleanProject makes a name that LangSmith and HTTP headers can take.
func cleanProject(s string) string {
	if isPlain(s) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return '_'
		}
		return r
	}, s)
	s = strings.TrimSpace(s)
	if runes := []rune(s); len(runes) > maxProject {
		s = strings.TrimSpace(string(runes[:maxProject]))
	}
	return s
}

// isPlain knows most names, which are good as they are: short, visible and all ASCII.
func isPlain(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return len(s) <= maxProject
}

func isControl(r rune) bool { return unicode.IsControl(r) }

// projects names the project of each trace, and remembers the names that attributes made, to bound them.
type projects struct {
	mu    sync.Mutex
	known map[string]bool
}

// name returns the project for a trace, and whether it should have had another one, above the bound.
func (p *projects) name(t template, trace *runmap.Trace, own bool) (project string, overflow bool) {
	if t.fixed() {
		if name := t.render(func(string) string { return "" }); name != "" {
			return name, false
		}
		return defaultProject, false
	}
	name := ""
	if own {
		name = cleanProject(ownProject(trace))
	}
	if name == "" {
		name = cleanProject(t.render(func(attr string) string { return lookup(trace, attr) }))
	}
	if name == "" {
		return defaultProject, false
	}
	return p.admit(name)
}

func (p *projects) admit(name string) (project string, overflow bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known[name] {
		return name, false
	}
	if len(p.known) >= maxProjects {
		return defaultProject, true
	}
	if p.known == nil {
		p.known = make(map[string]bool, maxProjects)
	}
	p.known[name] = true
	return name, false
}

// ownProject is what the application asked for. A trace goes to one project, whatever its spans say.
func ownProject(trace *runmap.Trace) string {
	for i := range trace.Runs {
		if p := trace.Runs[i].Project; p != "" {
			return p
		}
	}
	return ""
}

// formerly are older names of attributes that templates are likely to hold. Most SDKs in use still send them.
var formerly = map[string]string{
	"deployment.environment.name": "deployment.environment",
}

// lookup finds an attribute on the resource or on the root span.
func lookup(trace *runmap.Trace, attr string) string {
	for _, key := range []string{attr, formerly[attr]} {
		for _, m := range []pcommon.Map{trace.Resource, trace.Root} {
			v, ok := get(m, key)
			if !ok {
				continue
			}
			if s := strings.Trim(cleanProject(v.AsString()), joiners); s != "" {
				return s
			}
		}
	}
	return ""
}

// get is Map.Get for a map that may never have been set.
func get(m pcommon.Map, key string) (pcommon.Value, bool) {
	if m == (pcommon.Map{}) {
		return pcommon.Value{}, false
	}
	return m.Get(key)
}
