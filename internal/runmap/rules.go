// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap

import (
	"maps"
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// rules is the configured metadata, in a form in which one pass over some attributes finds all that any rule asks for.
type rules struct {
	keys    []string // in order
	sources [][]int  // of each key: indices into names
	names   []string
	lengths uint64 // which lengths names have, by bit; the last stands for all longer ones
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
				r.lengths |= lengthBit(name)
			}
			sources = append(sources, i)
		}
		r.keys = append(r.keys, key)
		r.sources = append(r.sources, sources)
	}
	return r
}

func lengthBit(name string) uint64 { return 1 << min(len(name), 63) }

// find puts what attributes say under each of the names into found.
func (r *rules) find(attributes pcommon.Map, found []run.Value) {
	clear(found)
	for k, v := range attributes.All() {
		if r.lengths&lengthBit(k) == 0 {
			continue
		}
		if i := slices.Index(r.names, k); i >= 0 {
			found[i] = scalar(v)
		}
	}
}

// facts is what is known of a trace's resources and roots, which many spans share.
type facts struct {
	rules     *rules
	resources map[pcommon.Map]*source
	tops      map[pcommon.Map]*source
	own       []run.Value // of the span at hand
	spare     []*source
}

// source is what one set of attributes has for metadata.
type source struct {
	found []run.Value
	told  run.Values // of a resource: what is always shown
}

func (f *facts) begin(r *rules) {
	f.rules = r
	f.own = resized(f.own, len(r.names))
	if f.resources == nil {
		f.resources, f.tops = map[pcommon.Map]*source{}, map[pcommon.Map]*source{}
	}
	f.drop(f.tops)
}

func (f *facts) forget() {
	f.rules = nil
	f.drop(f.resources)
	f.drop(f.tops)
	clear(f.own)
}

// maxSpare bounds how many sources are used again.
const maxSpare = 64

// drop empties a set of sources and keeps their memory.
func (f *facts) drop(sources map[pcommon.Map]*source) {
	for _, s := range sources {
		clear(s.found)
		clear(s.told)
		if len(f.spare) < maxSpare {
			f.spare = append(f.spare, s)
		}
	}
	clear(sources)
}

// maxTold bounds what every run repeats of its resource.
const maxTold = 64

func (f *facts) resource(attributes pcommon.Map) *source {
	s, ok := f.resources[attributes]
	if !ok {
		s = f.read(attributes)
		for k, v := range attributes.All() {
			if isTold(k) && len(s.told) < maxTold {
				s.told.Add(k, scalar(v))
			}
		}
		f.resources[attributes] = s
	}
	return s
}

func (f *facts) top(attributes pcommon.Map) *source {
	s, ok := f.tops[attributes]
	if !ok {
		s = f.read(attributes)
		f.tops[attributes] = s
	}
	return s
}

func (f *facts) read(attributes pcommon.Map) *source {
	s := f.take()
	s.found, s.told = resized(s.found, len(f.rules.names)), s.told[:0]
	if len(s.found) > 0 {
		f.rules.find(attributes, s.found)
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
func (m *mapper) addRules(i int, resource *source) {
	if len(m.rules.keys) == 0 {
		return
	}
	s, root := m.spans[i], m.spans[m.roots[i]]
	m.rules.find(s.Attributes(), m.facts.own)
	sources := [...][]run.Value{
		m.facts.own, m.facts.top(root.Attributes()).found, resource.found, m.facts.resource(root.Resource).found,
	}
	for k, key := range m.rules.keys {
		m.metadata.Add(key, firstFound(m.rules.sources[k], sources[:]))
	}
}

func firstFound(names []int, sources [][]run.Value) run.Value {
	for _, n := range names {
		for _, found := range sources {
			if found[n].Type() != run.Absent {
				return found[n]
			}
		}
	}
	return run.Value{}
}
