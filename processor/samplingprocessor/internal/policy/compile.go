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

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
)

const (
	// maxBits is the width of the bit set that every open trace holds.
	maxBits = 64
	// maxDepth bounds how deeply conditions may be nested. Nobody can read more.
	maxDepth = 8
)

// Compile makes a policy of rules, or returns everything that is wrong with them.
func Compile(rules []Rule, opts Options) (*Policy, error) {
	c := compiler{policy: &Policy{opts: opts, keys: keysOf(opts.Seed), parents: parents{after: int32(opts.Learn)}}}
	c.options()
	if len(rules) == 0 {
		c.fail("rules", "at least one is needed")
	}
	for _, r := range rules { // bits of matchers come first, those of conditions behind
		c.policy.reader.firstCondition += r.When.countAttributes(0)
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
		c.policy.rules[i].claim = claimOf(i, len(rules))
	}
	if n := c.policy.reader.firstCondition + len(c.policy.reader.conditions); n > maxBits {
		c.fail("rules", "ask for %d attributes and conditions, more than %d", n, maxBits)
	}
	return c.policy, c.errs
}

const (
	// priority is how much more of what is left each rule gets than the one behind it.
	priority = 4
	// maxPriorities bounds the weight of the first of many rules.
	maxPriorities = 6
)

// claimOf gives the budget of all to the rules in their order: the first, which is that for errors as a rule, may draw
// on the rest of the hour at once, the others take part in what is due, the later the less.
func claimOf(i, n int) claim {
	behind := min(n-1-i, maxPriorities)
	return claim{weight: math.Pow(priority, float64(behind)), whole: i == 0 && n > 1}
}

type compiler struct {
	policy *Policy
	errs   error
}

func (c *compiler) fail(at, format string, args ...any) {
	c.errs = errors.Join(c.errs, fmt.Errorf("%s: %s", at, fmt.Sprintf(format, args...)))
}

// failAll reports each of several mistakes under the same name.
func (c *compiler) failAll(at string, err error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			c.failAll(at, e)
		}
	} else if err != nil {
		c.fail(at, "%v", err)
	}
}

func (c *compiler) options() {
	p := c.policy
	if p.opts.Conversation == nil {
		p.reader.want |= dialect.WantConversation
	}
	for _, key := range p.opts.Keep {
		p.reader.watch(key)
	}
	if b := p.opts.Budget; b != nil && c.isBudget("budget", *b) {
		p.setBudget(*b)
	}
}

func (p *Policy) setBudget(b Rate) {
	p.budget = newBudget(b)
	p.reader.everyClass, p.counts = true, true
}

func (c *compiler) isBudget(at string, r Rate) bool {
	if r.Period == time.Hour && r.Count > 0 {
		return true
	}
	c.fail(at, "must be a number of runs per hour, like 100000/h, is %s", r)
	return false
}

func (c *compiler) rule(at string, r Rule) {
	compiled := rule{name: r.Name}
	c.share(at, r, &compiled)
	if r.Floor != nil {
		compiled.floor = &floor{rate: *r.Floor}
	}
	if r.Rate != nil {
		if r.Rate.Count == 0 {
			c.fail(at+"::rate", "must not be 0: keep: 0 keeps nothing")
		}
		compiled.limits = append(compiled.limits, newThrottle(*r.Rate))
	}
	if r.Budget != nil && c.isBudget(at+"::budget", *r.Budget) {
		compiled.limits = append(compiled.limits, newBudget(*r.Budget))
		c.policy.reader.everyClass, c.policy.counts = true, true
	}
	if r.When != nil {
		compiled.when = c.when(at+"::when", r.When, 1)
	}
	c.policy.rules = append(c.policy.rules, compiled)
}

// share compiles the percentage.
func (c *compiler) share(at string, r Rule, to *rule) {
	keep := 100.0
	switch {
	case r.Keep != nil:
		keep = *r.Keep
	case r.Rate == nil && r.Budget == nil:
		c.fail(at+"::keep", "must be given: a percentage from 0 to 100 (or rate, or budget)")
	}
	if math.IsNaN(keep) || keep < 0 || keep > 100 {
		c.fail(at+"::keep", "must be a percentage from 0 to 100, is %v", keep)
		return
	}
	if keep == 0 {
		return
	}
	th, err := sampling.ProbabilityToThreshold(keep / 100)
	if err != nil {
		c.fail(at+"::keep", "%v percent is too small a share", keep)
		return
	}
	to.threshold, to.keep = th, th.Probability()
}

func (c *compiler) when(at string, w *When, depth int) condition {
	if depth > maxDepth {
		c.fail(at, "is nested more than %d deep", maxDepth)
		return nil
	}
	conditions := slices.Concat(c.shape(at, w), c.content(at, w), c.combined(at, w, depth))
	if len(conditions) == 0 {
		c.fail(at, "asks for nothing: leave it out where every trace is meant")
	}
	return all(conditions)
}

// shape compiles the conditions on the trace as a whole.
func (c *compiler) shape(at string, w *When) []condition {
	var conditions []condition
	for _, bound := range []struct {
		name  string
		value float64
		test  test
	}{
		{"min_duration", float64(w.MinDuration), lastingFrom(w.MinDuration)},
		{"max_duration", float64(w.MaxDuration), lastingTo(w.MaxDuration)},
		{"min_tokens", float64(w.MinTokens), usingTokens(w.MinTokens)},
		{"min_cost", w.MinCost, costing(w.MinCost)},
		{"min_spans", float64(w.MinSpans), spanning(w.MinSpans)},
	} {
		if bound.value < 0 || math.IsNaN(bound.value) {
			c.fail(at+"::"+bound.name, "must not be negative")
		} else if bound.value > 0 {
			conditions = append(conditions, bound.test)
		}
	}
	if w.MaxDuration > 0 && w.MaxDuration < w.MinDuration {
		c.fail(at+"::max_duration", "must not be below min_duration (%s), is %s", w.MinDuration, w.MaxDuration)
	}
	c.policy.counts = c.policy.counts || w.MinTokens > 0 || w.MinCost > 0 || w.MinSpans > 0
	if w.MinTokens > 0 || w.MinCost > 0 {
		c.policy.reader.want |= dialect.WantUsage
	}
	if len(w.RootName) > 0 {
		c.policy.reader.rootName = true
		conditions = append(conditions, rootNamed(w.RootName))
	}
	return conditions
}

// content compiles the conditions on single spans.
func (c *compiler) content(at string, w *When) []condition {
	var conditions []condition
	if w.Error != nil {
		conditions = append(conditions, c.failure(at+"::error", w.Error))
	}
	for _, key := range sortedKeys(w.Attributes) {
		conditions = append(conditions, c.attribute(at+"::attributes::"+key, key, w.Attributes[key]))
	}
	if len(w.Service) > 0 {
		conditions = append(conditions, c.match(`resource["service.name"]`, wanted{values: w.Service}))
	}
	if w.NewRelease != nil {
		conditions = append(conditions, c.release(at+"::new_release", w.NewRelease))
	}
	if w.Condition != "" {
		conditions = append(conditions, c.ottl(at+"::condition", w.Condition))
	}
	return conditions
}

func (c *compiler) failure(at string, v any) condition {
	f, err := parseFailure(v)
	c.failAll(at, err)
	r := &c.policy.reader
	r.providers = r.providers || f.signs&signProvider != 0
	if f.classes != classFailed|classRecovered || f.signs != allSigns {
		r.classes, r.everyClass, c.policy.tellsClass = true, true, true
	}
	if !f.not && f.classes&(classFailed|classRecovered) != 0 {
		c.policy.promoting |= f.signs
	}
	return f
}

func (c *compiler) attribute(at, key string, v any) condition {
	c.failAll(at, checkKey(key))
	w, err := parseWanted(v)
	c.failAll(at, err)
	m := c.match(key, w)
	if w.absent {
		return not{m}
	}
	return m
}

func (c *compiler) match(key string, w wanted) condition {
	r := &c.policy.reader
	bit := len(r.matchers)
	m := matcher{key: key, wanted: w}
	if name, ok := resourceKey(key); ok {
		m.key, m.resource = name, true
	} else {
		r.watch(key)
	}
	r.matchers = append(r.matchers, m)
	return matched(1 << (bit % maxBits))
}

// ottl compiles a condition in OpenTelemetry's transformation language.
func (c *compiler) ottl(at, text string) condition {
	r := &c.policy.reader
	bit := r.firstCondition + len(r.conditions)
	if c.policy.opts.Condition == nil {
		c.fail(at, "cannot be used here")
		return matched(0)
	}
	holds, err := c.policy.opts.Condition(text)
	if err != nil {
		c.fail(at, "%v", err)
	}
	r.conditions = append(r.conditions, holds)
	return matched(1 << (bit % maxBits))
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
	for i, attribute := range n.Attributes {
		c.failAll(fmt.Sprintf("%s::attributes::%d", at, i), checkKey(attribute))
		c.policy.reader.watch(attribute)
		c.policy.reader.releases = append(c.policy.reader.releases, attribute)
	}
	r := &releases{
		attributes: n.Attributes, length: n.For, traces: float64(n.Traces), learn: learn, known: map[uint64]*release{},
	}
	c.policy.releases = append(c.policy.releases, r)
	return newRelease{index: len(c.policy.releases) - 1, releases: r}
}

// countAttributes is how many matchers the condition will need.
func (w *When) countAttributes(depth int) int {
	if w == nil || depth > maxDepth {
		return 0
	}
	n := len(w.Attributes)
	if len(w.Service) > 0 {
		n++
	}
	for _, list := range []*[]When{w.All, w.Any} {
		for i := range deref(list) {
			n += (*list)[i].countAttributes(depth + 1)
		}
	}
	return n + w.Not.countAttributes(depth+1)
}

func deref(list *[]When) []When {
	if list == nil {
		return nil
	}
	return *list
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
