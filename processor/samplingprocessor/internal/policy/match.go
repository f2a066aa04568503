// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
)

// matcher asks a span for one attribute.
type matcher struct {
	key    string // as written: a span attribute, or resource["key"]
	values []string
}

func (m matcher) matches(s dialect.Span) bool {
	v, ok := lookup(s, m.key)
	if !ok {
		return false
	}
	if v.Type() == pcommon.ValueTypeStr {
		return slices.Contains(m.values, v.Str())
	}
	return slices.Contains(m.values, v.AsString())
}

// lookup finds an attribute: resource["key"] on the resource, anything else on the span and then on its resource.
func lookup(s dialect.Span, key string) (pcommon.Value, bool) {
	if name, ok := resourceKey(key); ok {
		return s.Resource.Get(name)
	}
	if v, ok := s.Attributes().Get(key); ok {
		return v, true
	}
	return s.Resource.Get(key)
}

func resourceKey(key string) (string, bool) {
	name, ok := strings.CutPrefix(key, `resource["`)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(name, `"]`)
}

// maxReleaseKey bounds what is held of a release in every open trace. Versions are short; what is longer is no version.
const maxReleaseKey = 256

// observeReleases notes the releases that s tells of. It reports whether some rule wants an attribute that s lacks.
func (p *Policy) observeReleases(e *Evidence, s dialect.Span) bool {
	lacking := false
	for i, r := range p.releases {
		key, complete := r.keyOf(s)
		lacking = lacking || !complete
		if key != "" && (complete || s.Span != none) {
			e.addRelease(i, key)
		}
	}
	return lacking
}

// keyOf puts together what names a release: its service, since others count their versions by themselves, and the
// attributes. It is empty when none of the attributes is there.
func (r *releases) keyOf(s dialect.Span) (key string, complete bool) {
	var b strings.Builder
	complete = true
	found := false
	if service, ok := s.Resource.Get("service.name"); ok {
		b.WriteString(service.AsString())
	}
	for _, attribute := range r.attributes {
		b.WriteByte(0)
		v, ok := lookup(s, attribute)
		if !ok {
			complete = false
			continue
		}
		value := v.AsString()
		found = found || value != ""
		b.WriteString(value)
	}
	if !found || b.Len() > maxReleaseKey {
		return "", complete
	}
	return b.String(), complete
}
