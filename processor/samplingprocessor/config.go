// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/settings"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/condition"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/policy"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/repair"
)

// Config is the configuration of the sampling processor.
type Config struct {
	Complete Complete `mapstructure:"complete"`
	Memory   Memory   `mapstructure:"memory"`
	// WhenFull says what to do with a request when memory is full: refuse it, so that the sender tries again, or shed
	// it.
	WhenFull string `mapstructure:"when_full"`
	// Storage names the storage extension that makes what was accepted survive a crash.
	Storage *component.ID `mapstructure:"storage"`
	// Directory is where the processor itself makes what was accepted survive a crash, for less than a storage extension
	// costs. One of the two.
	Directory string `mapstructure:"directory"`
	Disk      Disk   `mapstructure:"disk"`
	// Conversation lists the attributes that may hold a conversation's id, the most deliberate first. Traces of one
	// conversation are kept or dropped together where a rule keeps a share.
	Conversation []string `mapstructure:"conversation"`
	// Tenant lists resource attributes that name the tenant, where traces of several may have the same id. Every service
	// of a tenant must then have them.
	Tenant []string `mapstructure:"tenant"`
	// HashSeed decides which share is kept. It must be the same on all replicas.
	HashSeed string `mapstructure:"hash_seed"`
	// Traces says which traces reach the rules: agent for those with an agent's span, or all.
	Traces string `mapstructure:"traces"`
	// Spans says which spans of a kept trace are released: agent for all but recognised infrastructure, agent_and_failed
	// for that and infrastructure that failed below a tool or a model call, or all.
	Spans string `mapstructure:"spans"`
	// Rules decide which traces are kept; the first that matches.
	Rules []policy.Rule `mapstructure:"rules"`
	// Budget is how many runs all rules together may keep in an hour of the clock, as LangSmith counts them: 100000/h.
	Budget *policy.Rate `mapstructure:"budget"`
	// Promote is how long after a failure the turns of its conversation are kept; 0 for not at all.
	Promote time.Duration `mapstructure:"promote"`
	// KeepAttributes lists the attributes by which an application keeps a trace: true on some span.
	KeepAttributes []string `mapstructure:"keep_attributes"`
	// RootAttributes lists attributes, beside the built-in ones, that a root which is left out hands on to the root that
	// takes its place. A star at the end stands for any text.
	RootAttributes []string `mapstructure:"root_attributes"`
	// ExpectedErrors lists types of errors that are no failures, as error.type and exceptions name them.
	ExpectedErrors []string `mapstructure:"expected_errors"`
	// DryRun releases everything unchanged but for the attributes that tell what would have been decided.
	DryRun bool `mapstructure:"dry_run"`

	problems error // what is wrong with the keys and the types
}

// Complete is how long to wait for the rest of a trace.
type Complete struct {
	// AfterRoot is the time once the root is here and nothing is known to be missing. It must outlast the interval at
	// which SDKs export, 5 s by default.
	AfterRoot time.Duration `mapstructure:"after_root"`
	// Idle is the time since the last span, when what is missing may never come.
	Idle time.Duration `mapstructure:"idle"`
	// Max is the time since the first span, whatever is missing.
	Max time.Duration `mapstructure:"max"`
	// Learn is the number of traces after which the parent of a kind of span (a service and a name) that never came is no
	// longer waited for; 0 for never.
	Learn int `mapstructure:"learn"`
}

// Memory bounds what is held.
type Memory struct {
	// MaxPercentage is the share of the process's memory limit: GOMEMLIMIT, else that of the container, else all
	// memory.
	MaxPercentage int `mapstructure:"max_percentage"`
	// MaxBytes takes the place of MaxPercentage when set.
	MaxBytes settings.ByteSize `mapstructure:"max_bytes"`
	// MaxTraceBytes is the size at which a trace is judged without waiting for the rest.
	MaxTraceBytes settings.ByteSize `mapstructure:"max_trace_bytes"`
}

// The words of the configuration.
const (
	whenFullRefuse = "refuse"
	whenFullShed   = "shed"
	onlyAgent      = "agent"
	agentAndFailed = "agent_and_failed"
	everything     = "all"
)

// defaultSeed is used when hash_seed is empty: replicas must agree without being told to.
const defaultSeed = "otelcol-langsmith"

// minBudget is the least memory that makes sense: one request of an agent may hold megabytes.
const minBudget = 64 << 10

// maxLearn is as good as never.
const maxLearn = 1_000_000

func createDefaultConfig() component.Config {
	percent := func(p float64) *float64 { return &p }
	return &Config{
		Complete: Complete{AfterRoot: 10 * time.Second, Idle: 30 * time.Second, Max: 10 * time.Minute, Learn: 20},
		Memory:   Memory{MaxPercentage: 40},
		WhenFull: whenFullRefuse,
		Traces:   onlyAgent,
		Spans:    onlyAgent,
		Promote:  30 * time.Minute,
		// Applications set the first, as an attribute or in baggage that is copied to spans; the second stands beside other
		// attributes by which they speak to LangSmith.
		KeepAttributes: []string{"sampling.keep", "langsmith.trace.keep", "baggage.sampling.keep"},
		Rules: []policy.Rule{
			{Name: "errors", When: &policy.When{Error: true}, Keep: percent(100)},
			{Name: "new release", When: &policy.When{NewRelease: &policy.NewRelease{
				Attributes: []string{"service.version"}, For: 30 * time.Minute, Traces: 200,
			}}, Keep: percent(100)},
			{Name: "successes", Keep: percent(10), Floor: &policy.Rate{Count: 10, Period: time.Minute}},
		},
	}
}

// Unmarshal reads the configuration and keeps what is wrong with its keys for Validate.
func (c *Config) Unmarshal(conf *confmap.Conf) error {
	c.problems = settings.Read(conf, c)
	return nil
}

// Validate returns everything that is wrong with the configuration.
func (c *Config) Validate() error {
	errs := []error{c.problems, c.Complete.check(), c.Memory.check(), c.checkCustody()}
	errs = append(errs,
		oneOf("when_full", c.WhenFull, whenFullRefuse, whenFullShed),
		oneOf("traces", c.Traces, onlyAgent, everything),
		oneOf("spans", c.Spans, onlyAgent, agentAndFailed, everything),
	)
	errs = append(errs, filled("conversation", c.Conversation), filled("keep_attributes", c.KeepAttributes),
		filled("expected_errors", c.ExpectedErrors), filled("root_attributes", c.RootAttributes),
		filled("tenant", c.Tenant))
	if c.Promote < 0 {
		errs = append(errs, fmt.Errorf("promote: must not be negative, is %s", c.Promote))
	}
	_, err := policy.Compile(c.Rules, c.policyOptions())
	return errors.Join(append(errs, err)...)
}

func filled(key string, list []string) error {
	var errs error
	for i, item := range list {
		if item == "" {
			errs = errors.Join(errs, fmt.Errorf("%s::%d: must not be empty", key, i))
		}
	}
	return errs
}

func (c Complete) check() error {
	var errs error
	for _, d := range []struct {
		name string
		wait time.Duration
	}{{"after_root", c.AfterRoot}, {"idle", c.Idle}, {"max", c.Max}} {
		if d.wait <= 0 {
			errs = errors.Join(errs, fmt.Errorf("complete::%s: must be positive, is %s", d.name, d.wait))
		}
	}
	if c.Max < max(c.AfterRoot, c.Idle) {
		errs = errors.Join(errs, fmt.Errorf("complete::max: must not be shorter than after_root (%s) and idle (%s), is %s",
			c.AfterRoot, c.Idle, c.Max))
	}
	if c.Learn < 0 || c.Learn > maxLearn {
		errs = errors.Join(errs, fmt.Errorf("complete::learn: must be from 0 to %d, is %d", maxLearn, c.Learn))
	}
	return errs
}

func (m Memory) check() error {
	var errs error
	if m.MaxPercentage < 1 || m.MaxPercentage > 90 {
		errs = errors.Join(errs, fmt.Errorf("memory::max_percentage: must be from 1 to 90, is %d", m.MaxPercentage))
	}
	if m.MaxBytes != 0 && m.MaxBytes < minBudget {
		errs = errors.Join(errs, fmt.Errorf("memory::max_bytes: must be at least %s, is %s",
			settings.ByteSize(minBudget), m.MaxBytes))
	}
	if m.MaxTraceBytes < 0 || m.MaxBytes != 0 && m.MaxTraceBytes > m.MaxBytes {
		errs = errors.Join(errs, fmt.Errorf("memory::max_trace_bytes: must not exceed max_bytes (%s), is %s",
			m.MaxBytes, m.MaxTraceBytes))
	}
	return errs
}

func oneOf(key, word string, words ...string) error {
	if slices.Contains(words, word) {
		return nil
	}
	return fmt.Errorf("%s: must be one of %q, is %q", key, words, word)
}

func (c *Config) policyOptions() policy.Options {
	seed := c.HashSeed
	if seed == "" {
		seed = defaultSeed
	}
	var tenant func(pcommon.Map) [16]byte
	if len(c.Tenant) > 0 {
		tenant = func(resource pcommon.Map) [16]byte { return c.tenantOf(resource) }
	}
	return policy.Options{
		Tenant: tenant,
		Seed:   seed, OnlyAgents: c.Traces == onlyAgent, Unpruned: c.Spans == everything, Conversation: c.Conversation,
		Keep: c.KeepAttributes, Expected: c.ExpectedErrors, Promote: c.Promote, Budget: c.Budget, Learn: c.Complete.Learn,
		Condition: compileCondition,
	}
}

// compileCondition gives the rules the language of conditions without tying them to it.
func compileCondition(text string) (policy.SpanCondition, error) {
	holds, err := condition.Compile(text)
	return policy.SpanCondition(holds), err
}

func (c *Config) repairOptions() repair.Options {
	return repair.Options{
		Prune: c.Spans != everything, KeepFailed: c.Spans == agentAndFailed, KeepRoot: c.Traces == everything,
		Inherit: c.RootAttributes,
	}
}
