// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/sampling"
)

// Rule is a rule as it stands in the configuration. The first whose condition holds decides.
type Rule struct {
	Name string `mapstructure:"name"`
	// When is what the rule asks of a trace; a rule without it takes every trace that comes so far.
	When *When `mapstructure:"when"`
	// Keep is the percentage of these traces that is kept.
	Keep *float64 `mapstructure:"keep"`
	// Floor is how many of them are kept in any case.
	Floor *Rate `mapstructure:"floor"`
}

// When is a condition. All that is given must hold.
type When struct {
	// Error asks whether any span failed.
	Error *bool `mapstructure:"error"`
	// Attributes maps attributes to a value or a list of values, one of which some span must have. A key is one of a
	// span or, when the span lacks it, of its resource; resource["key"] is one of the resource.
	Attributes map[string]any `mapstructure:"attributes"`
	// RootName lists names of the root span.
	RootName []string `mapstructure:"root_name"`
	// Service lists services (service.name), one of which must have a span in the trace.
	Service []string `mapstructure:"service"`
	// MinDuration asks for a span, usually the root, that took at least so long.
	MinDuration time.Duration `mapstructure:"min_duration"`
	// NewRelease asks for a release that was not there before.
	NewRelease *NewRelease `mapstructure:"new_release"`

	All *[]When `mapstructure:"all"`
	Any *[]When `mapstructure:"any"`
	Not *When   `mapstructure:"not"`
}

// NewRelease holds for the first traces of a release that appears while the sampler is running.
type NewRelease struct {
	// Attributes name a release, together with service.name.
	Attributes []string `mapstructure:"attributes"`
	// For is how long a release is new, and Traces for how many kept traces: whichever ends first.
	For    time.Duration `mapstructure:"for"`
	Traces int           `mapstructure:"traces"`
	// Learn is how long after the start every release that appears counts as known: it was there before.
	Learn *time.Duration `mapstructure:"learn"`
}

// defaultLearn is long enough for every instance of a service to have sent something.
const defaultLearn = 10 * time.Minute

const (
	// maxMatchers is the width of the bit set that every open trace holds.
	maxMatchers = 64
	// maxDepth bounds how deeply conditions may be nested. Nobody can read more.
	maxDepth = 8
)

// Compile makes a policy of rules, or returns everything that is wrong with them.
func Compile(rules []Rule, opts Options) (*Policy, error) {
	c := compiler{policy: &Policy{
		seed: opts.Seed, onlyAgents: opts.OnlyAgents, conversation: opts.Conversation,
	}}
	if len(rules) == 0 {
		c.fail("rules", "at least one is needed")
	}
	names := map[string]bool{}
	for i, r := range rules {
		at := fmt.Sprintf("rules::%d", i)
		if r.Name == "" {
			c.fail(at+"::name", "must be given: it is what counters and traces show")
		} else if names[r.Name] {
			c.fail(at+"::name", "%q is the name of an earlier rule", r.Name)
		}
		names[r.Name] = true
		c.rule(at, r)
	}
	if len(c.policy.matchers) > maxMatchers {
		c.fail("rules", "ask for %d attributes, more than %d", len(c.policy.matchers), maxMatchers)
	}
	return c.policy, c.errs
}

// Unreachable returns the names of the rules that can never decide, as an earlier one takes every trace.
func Unreachable(rules []Rule) []string {
	last := slices.IndexFunc(rules, func(r Rule) bool { return r.When == nil })
	if last < 0 {
		return nil
	}
	var names []string
	for _, r := range rules[last+1:] {
		names = append(names, r.Name)
	}
	return names
}

type compiler struct {
	policy *Policy
	errs   error
}

func (c *compiler) fail(at, format string, args ...any) {
	c.errs = errors.Join(c.errs, fmt.Errorf("%s: %s", at, fmt.Sprintf(format, args...)))
}

func (c *compiler) rule(at string, r Rule) {
	compiled := rule{name: r.Name}
	switch {
	case r.Keep == nil:
		c.fail(at+"::keep", "must be given: a percentage from 0 to 100")
	case math.IsNaN(*r.Keep) || *r.Keep < 0 || *r.Keep > 100:
		c.fail(at+"::keep", "must be a percentage from 0 to 100, is %v", *r.Keep)
	default:
		compiled.keep = *r.Keep / 100
	}
	if compiled.keep > 0 {
		th, err := sampling.ProbabilityToThreshold(compiled.keep)
		if err != nil {
			c.fail(at+"::keep", "%v percent is too small a share", *r.Keep)
		}
		compiled.threshold = th
		compiled.keep = th.Probability()
	}
	if r.Floor != nil {
		compiled.floor = &floor{rate: *r.Floor}
	}
	if r.When != nil {
		compiled.when = c.when(at+"::when", r.When, 1)
	}
	c.policy.rules = append(c.policy.rules, compiled)
}

func (c *compiler) when(at string, w *When, depth int) condition {
	if depth > maxDepth {
		c.fail(at, "is nested more than %d deep", maxDepth)
		return nil
	}
	conditions := append(c.leaves(at, w), c.combined(at, w, depth)...)
	if len(conditions) == 0 {
		c.fail(at, "asks for nothing: leave it out where every trace is meant")
	}
	return all(conditions)
}

// leaves compiles the conditions that ask something of the trace.
func (c *compiler) leaves(at string, w *When) []condition {
	var conditions []condition
	if w.Error != nil {
		conditions = append(conditions, failed(*w.Error))
	}
	for _, key := range sortedKeys(w.Attributes) {
		values, err := valuesOf(w.Attributes[key])
		if err != nil {
			c.fail(at+"::attributes::"+key, "%v", err)
		}
		conditions = append(conditions, c.match(key, values))
	}
	if len(w.RootName) > 0 {
		conditions = append(conditions, rootNamed(w.RootName))
	}
	if len(w.Service) > 0 {
		conditions = append(conditions, c.match(`resource["service.name"]`, w.Service))
	}
	if w.MinDuration < 0 {
		c.fail(at+"::min_duration", "must not be negative, is %s", w.MinDuration)
	} else if w.MinDuration > 0 {
		conditions = append(conditions, lasting(w.MinDuration))
	}
	if w.NewRelease != nil {
		conditions = append(conditions, c.release(at+"::new_release", w.NewRelease))
	}
	return conditions
}

// combined compiles the conditions that are made of others.
func (c *compiler) combined(at string, w *When, depth int) []condition {
	var conditions []condition
	if w.All != nil {
		conditions = append(conditions, all(c.list(at+"::all", *w.All, depth)))
	}
	if w.Any != nil {
		conditions = append(conditions, anyOf(c.list(at+"::any", *w.Any, depth)))
	}
	if w.Not != nil {
		conditions = append(conditions, not{c.when(at+"::not", w.Not, depth+1)})
	}
	return conditions
}

func (c *compiler) list(at string, whens []When, depth int) []condition {
	if len(whens) == 0 {
		c.fail(at, "needs at least one condition")
	}
	var conditions []condition
	for i := range whens {
		conditions = append(conditions, c.when(fmt.Sprintf("%s::%d", at, i), &whens[i], depth+1))
	}
	return conditions
}

func (c *compiler) match(key string, values []string) condition {
	bit := len(c.policy.matchers)
	c.policy.matchers = append(c.policy.matchers, matcher{key: key, values: values})
	return matched(1 << (bit % maxMatchers))
}

func (c *compiler) release(at string, n *NewRelease) condition {
	if len(n.Attributes) == 0 {
		c.fail(at+"::attributes", "must name what a release is told by, as service.version")
	}
	if n.For <= 0 {
		c.fail(at+"::for", "must be positive: how long a release is new")
	}
	if n.Traces <= 0 {
		c.fail(at+"::traces", "must be positive: for how many traces a release is new")
	}
	learn := defaultLearn
	if n.Learn != nil {
		learn = *n.Learn
	}
	if learn < 0 {
		c.fail(at+"::learn", "must not be negative, is %s", learn)
	}
	r := &releases{
		attributes: n.Attributes, length: n.For, traces: n.Traces, learn: learn, known: map[string]*release{},
	}
	c.policy.releases = append(c.policy.releases, r)
	return newRelease{index: len(c.policy.releases) - 1, releases: r}
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

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
