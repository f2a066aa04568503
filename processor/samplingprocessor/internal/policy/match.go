// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
)

// SpanCondition is a compiled OTTL condition.
type SpanCondition func(ptrace.ResourceSpans, ptrace.ScopeSpans, ptrace.Span) bool

// matcher asks a span for one attribute.
type matcher struct {
	key      string // of the span or its resource
	resource bool   // of the resource alone
	wanted   wanted
}

// wanted is what an attribute must be: one of some values, or whatever else is given.
type wanted struct {
	values   []string
	absent   bool
	min, max *float64
	pattern  *regexp.Regexp
}

func (w wanted) is(v pcommon.Value) bool {
	if w.values != nil {
		if v.Type() == pcommon.ValueTypeStr {
			return slices.Contains(w.values, v.Str())
		}
		return slices.Contains(w.values, v.AsString())
	}
	if w.min != nil || w.max != nil {
		n, ok := numberOf(v)
		if !ok || w.min != nil && n < *w.min || w.max != nil && n > *w.max {
			return false
		}
	}
	return w.pattern == nil || w.pattern.MatchString(v.AsString())
}

func numberOf(v pcommon.Value) (float64, bool) {
	switch v.Type() {
	case pcommon.ValueTypeInt:
		return float64(v.Int()), true
	case pcommon.ValueTypeDouble:
		return v.Double(), true
	}
	return 0, false
}

// parseWanted reads a value, a list of values, or a map of exists, min, max and pattern.
func parseWanted(v any) (wanted, error) {
	if m, ok := v.(map[string]any); ok {
		return parseBounds(m)
	}
	values, err := valuesOf(v)
	return wanted{values: values}, err
}

func parseBounds(m map[string]any) (wanted, error) {
	var w wanted
	var errs error
	for _, key := range sortedKeys(m) {
		var err error
		switch key {
		case "exists":
			yes, ok := m[key].(bool)
			if w.absent = !yes; !ok {
				err = fmt.Errorf("exists: must be true or false, is %v", m[key])
			}
		case "min":
			w.min, err = boundOf(key, m[key])
		case "max":
			w.max, err = boundOf(key, m[key])
		case "pattern":
			text, _ := m[key].(string)
			if w.pattern, err = regexp.Compile(text); err == nil && text == "" {
				err = errors.New("must not be empty")
			}
			err = under("pattern", err)
		default:
			err = fmt.Errorf("unknown key %q: must be a value, a list of values, or exists, min, max, pattern", key)
		}
		errs = errors.Join(errs, err)
	}
	if len(m) == 0 {
		errs = errors.New("asks for nothing: exists: true asks for the attribute")
	} else if w.absent && len(m) > 1 {
		errs = errors.Join(errs, errors.New("exists: false cannot stand beside other wishes"))
	}
	return w, errs
}

func under(key string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", key, err)
}

func boundOf(key string, v any) (*float64, error) {
	var f float64
	switch n := v.(type) {
	case int:
		f = float64(n)
	case int64:
		f = float64(n)
	case float64:
		f = n
	default:
		return nil, fmt.Errorf("%s: must be a number, is %v", key, v)
	}
	return &f, nil
}

// valuesOf reads a value or a list of values, as texts: that is how they are compared.
func valuesOf(v any) ([]string, error) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	if len(list) == 0 {
		return nil, errors.New("needs at least one value")
	}
	var values []string
	for _, item := range list {
		switch item.(type) {
		case string, bool, int, int64, uint64, float64:
			values = append(values, fmt.Sprint(item))
		default:
			return nil, fmt.Errorf("must be a text, a number, true or false, or a list of them, is %T", item)
		}
	}
	return values, nil
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

// checkKey finds names that look as if they were meant otherwise.
func checkKey(key string) error {
	if _, ok := resourceKey(key); ok || !strings.ContainsAny(key, `["]`) {
		if key == "" || key == `resource[""]` {
			return errors.New("names no attribute")
		}
		return nil
	}
	return errors.New(`is no attribute: write its bare name, or resource["name"]; condition takes what else OTTL can say`)
}
