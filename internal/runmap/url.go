// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// URLTemplate makes the address under which another product shows a span. In braces stand trace_id and span_id in
// hexadecimal digits, start_ms and end_ms in Unix milliseconds, or an attribute of the resource or of the root span.
type URLTemplate struct{ parts []urlPart }

// urlPart is a text, or what is to be filled in.
type urlPart struct{ text, name string }

const (
	urlTrace = "trace_id"
	urlSpan  = "span_id"
	urlStart = "start_ms"
	urlEnd   = "end_ms"
)

// ParseURLTemplate reads a template. One that does not name the trace is a mistake.
func ParseURLTemplate(s string) (*URLTemplate, error) {
	t := &URLTemplate{}
	named := false
	for rest := s; rest != ""; {
		before, after, found := strings.Cut(rest, "{")
		name, next, closed := strings.Cut(after, "}")
		if strings.Contains(before, "}") || found && !closed || found && strings.TrimSpace(name) == "" {
			return nil, errors.New("must have a name between each { and }")
		}
		t.parts = append(t.parts, urlPart{text: before, name: strings.TrimSpace(name)})
		named = named || strings.TrimSpace(name) == urlTrace
		rest = next
	}
	u, err := url.Parse(strings.NewReplacer("{", "", "}", "").Replace(s))
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return nil, errors.New("must be an http or https URL")
	case u.User != nil:
		return nil, errors.New("must have no user: it is shown to everybody")
	case !named:
		return nil, fmt.Errorf("must have {%s} in it", urlTrace)
	}
	return t, nil
}

// apmURL is where the span of run i is shown.
func (m *mapper) apmURL(i int) string {
	var b strings.Builder
	for _, p := range m.opts.APM.parts {
		b.WriteString(p.text)
		if p.name != "" {
			b.WriteString(url.QueryEscape(m.urlValue(p.name, i)))
		}
	}
	return b.String()
}

func (m *mapper) urlValue(name string, i int) string {
	s := m.spans[i]
	switch name {
	case urlTrace:
		return m.digits.trace
	case urlSpan:
		return m.spanID(i).Text()
	case urlStart:
		start, _ := times(s.Span)
		return strconv.FormatInt(start.UnixMilli(), 10)
	case urlEnd:
		_, end := times(s.Span)
		return strconv.FormatInt(end.UnixMilli(), 10)
	}
	for _, attributes := range [...]pcommon.Map{s.Resource, m.spans[m.roots[i]].Attributes()} {
		if v, ok := attributes.Get(name); ok {
			return v.AsString()
		}
	}
	return ""
}
