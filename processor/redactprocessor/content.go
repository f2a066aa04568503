// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"errors"
	"fmt"
	"hash/fnv"
	"slices"

	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/pdata/pcommon"
)

// What can become of content: prompts, answers, arguments and results.
const (
	contentKeep   = "keep"
	contentLength = "length"
	contentDrop   = "drop"
)

// defaultEnvironment is the rule for environments that are not named.
const defaultEnvironment = "default"

// Content is the policy for content: one word for all environments, or a rule for each.
type Content struct {
	rules    map[string]contentRule
	problems []error
}

// contentRule says what becomes of content in one environment.
type contentRule struct {
	do      string  // keep, length or drop
	percent float64 // of the traces, that keep theirs all the same
	errors  bool    // traces with an error keep theirs
}

func keepContent() Content {
	return Content{rules: map[string]contentRule{defaultEnvironment: {do: contentKeep}}}
}

// UnmarshalText reads one word for all environments.
func (c *Content) UnmarshalText(text []byte) error {
	*c = Content{rules: map[string]contentRule{defaultEnvironment: {do: string(text)}}}
	return nil
}

// Unmarshal reads a rule for each environment.
func (c *Content) Unmarshal(conf *confmap.Conf) error {
	read := Content{rules: map[string]contentRule{}}
	for name, value := range conf.ToStringMap() {
		rule, err := readRule(value)
		if err != nil {
			read.problems = append(read.problems, fmt.Errorf("content::%s: %w", name, err))
		}
		read.rules[name] = rule
	}
	*c = read
	return nil
}

// readRule reads a word, or {keep: <percent>, errors: keep}.
func readRule(value any) (contentRule, error) {
	switch v := value.(type) {
	case string:
		return contentRule{do: v}, nil
	case map[string]any:
		return readShare(v)
	}
	return contentRule{do: contentDrop}, errors.New("must be keep, length, drop or a map like {keep: 5, errors: keep}")
}

func readShare(m map[string]any) (contentRule, error) {
	rule := contentRule{do: contentDrop}
	var errs error
	for name, value := range m {
		switch name {
		case "keep":
			percent, ok := toFloat(value)
			if !ok {
				errs = errors.Join(errs, errors.New("keep: must be a percentage"))
			}
			rule.percent = percent
		case "errors":
			rule.errors = value == contentKeep
			if value != contentKeep && value != contentDrop {
				errs = errors.Join(errs, errors.New("errors: must be keep or drop"))
			}
		case "otherwise":
			rule.do, _ = value.(string)
		default:
			errs = errors.Join(errs, fmt.Errorf("unknown key %q", name))
		}
	}
	return rule, errs
}

func toFloat(value any) (float64, bool) {
	switch v := value.(type) {
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

func (c *Content) validate() error {
	errs := slices.Clone(c.problems)
	for name, rule := range c.rules {
		if !slices.Contains([]string{contentKeep, contentLength, contentDrop}, rule.do) {
			errs = append(errs, fmt.Errorf("content::%s: must be keep, length or drop, is %q", name, rule.do))
		}
		if !(rule.percent >= 0 && rule.percent <= 100) {
			errs = append(errs, fmt.Errorf("content::%s::keep: must be a percentage from 0 to 100, is %g", name, rule.percent))
		}
	}
	if _, ok := c.rules[defaultEnvironment]; !ok {
		errs = append(errs, errors.New("content: a rule for default is needed: it is used where the environment is not "+
			"named"))
	}
	slices.SortFunc(errs, func(a, b error) int { return compareText(a.Error(), b.Error()) })
	return errors.Join(errs...)
}

func compareText(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}

// rule returns the rule for the environment that a resource names.
func (c *Content) rule(r pcommon.Resource) contentRule {
	for _, key := range [...]string{"deployment.environment.name", "deployment.environment"} {
		if v, ok := r.Attributes().Get(key); ok {
			if rule, ok := c.rules[v.AsString()]; ok {
				return rule
			}
		}
	}
	return c.rules[defaultEnvironment]
}

// keeps tells whether a trace keeps its content under the rule.
func (r contentRule) keeps(trace pcommon.TraceID, failed bool) bool {
	switch {
	case r.do == contentKeep, r.errors && failed:
		return true
	case r.percent == 0 || trace.IsEmpty():
		return false
	}
	return share(trace) < r.percent/100
}

// shareSalt keeps this choice independent of any sampling that looks at the same trace ids.
const shareSalt = "redact content"

// share maps a trace id to [0, 1), the same on every replica.
func share(trace pcommon.TraceID) float64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(shareSalt))
	_, _ = h.Write(trace[:])
	x := h.Sum64()
	// FNV's high bits of short inputs are uneven: one multiplication mixes them.
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return float64(x>>11) / (1 << 53)
}
