// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import "time"

// Rule is a rule as it stands in the configuration. The first whose condition holds decides.
type Rule struct {
	Name string `mapstructure:"name"`
	// When is what the rule asks of a trace; a rule without it takes every trace that comes so far.
	When *When `mapstructure:"when"`
	// Keep is the percentage of these traces that is kept. It may be left out where Rate or Budget limits them.
	Keep *float64 `mapstructure:"keep"`
	// Floor is how many of them are kept in any case.
	Floor *Rate `mapstructure:"floor"`
	// Rate is how many of them are kept at most, on average.
	Rate *Rate `mapstructure:"rate"`
	// Budget is how many runs may come of them in an hour of the clock, spread over the hour.
	Budget *Rate `mapstructure:"budget"`
}

// When is a condition. All that is given must hold.
type When struct {
	// Error asks how the trace failed: true, false, a class, a list of them, or a map of class and evidence.
	Error any `mapstructure:"error"`
	// Attributes maps attributes to a value, a list of values, or a map of exists, min, max and pattern. Some span must
	// have such a value. A key is one of a span or, when the span lacks it, of its resource; resource["key"] is one of the
	// resource.
	Attributes map[string]any `mapstructure:"attributes"`
	// RootName lists names of the root span, in which * stands for any text.
	RootName []string `mapstructure:"root_name"`
	// Service lists services (service.name), one of which must have a span in the trace.
	Service []string `mapstructure:"service"`
	// MinDuration and MaxDuration bound the time that the longest span, usually the root, took.
	MinDuration time.Duration `mapstructure:"min_duration"`
	MaxDuration time.Duration `mapstructure:"max_duration"`
	// MinTokens and MinCost ask for what all model calls together used, each counted once.
	MinTokens int64   `mapstructure:"min_tokens"`
	MinCost   float64 `mapstructure:"min_cost"`
	// MinSpans asks for so many spans.
	MinSpans int `mapstructure:"min_spans"`
	// NewRelease asks for a release that was not there before.
	NewRelease *NewRelease `mapstructure:"new_release"`
	// Condition is an OTTL condition on a span, which some span must fulfill.
	Condition string `mapstructure:"condition"`

	All *[]When `mapstructure:"all"`
	Any *[]When `mapstructure:"any"`
	Not *When   `mapstructure:"not"`
}

// NewRelease holds for the first traces of a release that appears while the sampler is running.
type NewRelease struct {
	// Attributes name a release, together with its service and environment.
	Attributes []string `mapstructure:"attributes"`
	// For is how long a release is new, and Traces for how many kept traces: whichever ends first. The share that is kept
	// falls over the last fifth.
	For    time.Duration `mapstructure:"for"`
	Traces int           `mapstructure:"traces"`
	// Learn is how long after the first start every release that appears counts as known: it was there before.
	Learn *time.Duration `mapstructure:"learn"`
}

// defaultLearn is long enough for every instance of a service to have sent something.
const defaultLearn = 10 * time.Minute
