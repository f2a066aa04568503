// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap

import (
	"maps"
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// rules is the configured metadata, in a form in which one pass over some attributes finds all that any rule asks for.
type rules struct {
	keys     []string // in order
	sources  [][]int  // of each key: indices into names
	names    []string
	byLength [64][]int  // the names of so many letters, modulo 64
	lasts    [64]uint32 // their last letters: the last five bits of each
}

func compile(metadata map[string][]string) rules {
	var r rules
	for _, key := range slices.Sorted(maps.Keys(metadata)) {
		var sources []int
		for _, name := range metadata[key] {
			i := slices.Index(r.names, name)
			if i < 0 {
				i = len(r.names)
				r.names = append(r.names, name)
				r.byLength[len(name)%64] = append(r.byLength[len(name)%64], i)
				r.lasts[len(name)%64] |= lastOf(name)
			}
			sources = append(sources, i)
		}
		r.keys = append(r.keys, key)
		r.sources = append(r.sources, sources)
	}
	return r
}

func lastOf(name string) uint32 {
	if name == "" {
		return 1
	}
	return 1 << (name[len(name)-1] & 31)
}

// find puts what attributes say under each of the names into found, and reports whether they say anything: as a rule they
// do not, and found stays as it was.
func (r *rules) find(attributes pcommon.Map, found []run.Value) bool {
	hit := false
	for k, v := range attributes.All() {
		if r.lasts[len(k)%64]&lastOf(k) == 0 {
			continue
		}
		for _, i := range r.byLength[len(k)%64] {
			if r.names[i] != k {
				continue
			}
			if !hit {
				clear(found)
				hit = true
			}
			found[i] = scalar(v)
		}
	}
	return hit
}

// facts is what the surroundings of spans have for metadata, which many spans share.
type facts struct {
	rules  *rules
	known  map[surroundings]*source
	at     surroundings // of the span before, as a rule those of the next
	source *source
	own    []run.Value // of the span at hand, by name
	spare  []*source
}

// surroundings is the attributes in which rules look beside the span's own: those of its trace's root, whose resource
// is looked at, too, and of its resource.
type surroundings struct{ root, resource pcommon.Map }

// source is what some surroundings have for metadata.
type source struct {
	found   []run.Value // under each of the rules' names
	answers []run.Value // to each of the rules' keys
	told    run.Values  // of the resource: what is always shown
}

// begin forgets the trace before.
func (f *facts) begin(r *rules) {
	f.rules = r
	f.own = resized(f.own, len(r.names))
	if f.known == nil {
		f.known = map[surroundings]*source{}
	}
	f.forget()
}

// maxSpare bounds how many sources are used again.
const maxSpare = 64

// forget keeps the memory alone.
func (f *facts) forget() {
	if f.source == nil { // nobody has asked since
		return
	}
	for _, s := range f.known {
		clear(s.found)
		clear(s.answers)
		clear(s.told)
		if len(f.spare) < maxSpare {
			f.spare = append(f.spare, s)
		}
	}
	clear(f.known)
	clear(f.own)
	f.at, f.source = surroundings{}, nil
}

// around returns what there is for the spans of a resource below root.
func (f *facts) around(root dialect.Span, resource pcommon.Map) *source {
	at := surroundings{root.Attributes(), resource}
	if f.source != nil && f.at == at {
		return f.source
	}
	s, ok := f.known[at]
	if !ok {
		s = f.read(at, root.Resource)
		f.known[at] = s
	}
	f.at, f.source = at, s
	return s
}

// maxTold bounds what every run repeats of its resource.
const maxTold = 64

func (f *facts) read(at surroundings, rootResource pcommon.Map) *source {
	s := f.take()
	s.found, s.answers = resized(s.found, len(f.rules.names)), resized(s.answers, len(f.rules.keys))
	for i, attributes := range [...]pcommon.Map{at.root, at.resource, rootResource} {
		if i == 2 && rootResource == at.resource || !f.rules.find(attributes, f.own) {
			continue
		}
		for n, v := range f.own {
			if s.found[n].Type() == run.Absent {
				s.found[n] = v
			}
		}
	}
	for k, names := range f.rules.sources {
		s.answers[k] = firstFound(names, s.found, nil)
	}
	s.told = s.told[:0]
	for k, v := range at.resource.All() {
		if isTold(k) && len(s.told) < maxTold {
			s.told.Add(k, scalar(v))
		}
	}
	return s
}

func (f *facts) take() *source {
	last := len(f.spare) - 1
	if last < 0 {
		return &source{}
	}
	s := f.spare[last]
	f.spare = f.spare[:last]
	return s
}

// addRules applies the configured rules: the first name that is filled on the span, on the trace's root, on the
// resource or on the root's resource. What the application itself says under a key stays.
func (m *mapper) addRules(i int, around *source) {
	if len(m.rules.keys) == 0 {
		return
	}
	own := m.rules.find(m.spans[i].Attributes(), m.facts.own)
	for k, key := range m.rules.keys {
		answer := around.answers[k]
		if own {
			answer = firstFound(m.rules.sources[k], m.facts.own, around.found)
		}
		m.add(key, answer)
	}
}

// firstFound returns the value of the first name that has one, in found before others.
func firstFound(names []int, found, others []run.Value) run.Value {
	for _, n := range names {
		if found[n].Type() != run.Absent {
			return found[n]
		}
		if others != nil && others[n].Type() != run.Absent {
			return others[n]
		}
	}
	return run.Value{}
}
