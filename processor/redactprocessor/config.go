// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"errors"
	"fmt"
	"slices"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/settings"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/replace"
)

// Config is what the processor can be told. Its names are a public contract.
type Config struct {
	Hash    HashConfig     `mapstructure:"hash"`
	Detect  Actions        `mapstructure:"detect"`
	Custom  []CustomConfig `mapstructure:"custom"`
	Content Content        `mapstructure:"content"`
	// Media is what becomes of attachments in base64: drop leaves type, size and hash, keep leaves all.
	Media string `mapstructure:"media"`
	// Stacktrace is full, summary or drop.
	Stacktrace string `mapstructure:"stacktrace"`
	// MaxValue is the longest text that leaves, in bytes: longer ones are cut, and JSON among them stays valid. 0 cuts
	// nothing.
	MaxValue settings.ByteSize `mapstructure:"max_value"`
	// Summary writes on each span how much was found in it, by detector.
	Summary bool `mapstructure:"summary"`
	// DryRun counts what would be done and changes nothing.
	DryRun bool `mapstructure:"dry_run"`

	problems error
}

// HashConfig says how identifiers are hashed.
type HashConfig struct {
	// Keys, newest first: the first one writes, all are recognised.
	Keys []KeyConfig `mapstructure:"keys"`
	// KeyFile holds the keys instead, one "id: key" on a line, newest first. It is read again when it changes.
	KeyFile string `mapstructure:"key_file"`
	// Add names further attributes of a class, as globs.
	Add map[string][]string `mapstructure:"add"`
	// PerTenant makes the hashes of one person differ between tenants, so that nobody can be followed across them.
	PerTenant bool `mapstructure:"per_tenant"`
	// Keep names classes or attributes that stay readable.
	Keep []string `mapstructure:"keep"`
}

// KeyConfig is a key with the name that tokens show.
type KeyConfig struct {
	ID  string              `mapstructure:"id"`
	Key configopaque.String `mapstructure:"key"`
}

// CustomConfig is a detector of the user's own.
type CustomConfig struct {
	ID      string `mapstructure:"id"`
	Pattern string `mapstructure:"pattern"`
	Action  string `mapstructure:"action"`
}

// Actions are mask, hash, drop or off, by group or detector.
type Actions map[string]string

// Unmarshal accepts "off" also as the boolean that YAML 1.1 makes of it. What is no action is left for Validate to
// report.
func (a *Actions) Unmarshal(conf *confmap.Conf) error {
	read := Actions{}
	for name, value := range conf.ToStringMap() {
		read[name] = fmt.Sprint(value)
		if off, ok := value.(bool); ok && !off {
			read[name] = actionOff
		}
	}
	*a = read
	return nil
}

// Words of the configuration.
const (
	actionMask = "mask"
	actionHash = "hash"
	actionDrop = "drop"
	actionOff  = "off"

	mediaDrop = "drop"
	mediaKeep = "keep"

	stackFull    = "full"
	stackSummary = "summary"
	stackDrop    = "drop"
)

// Unmarshal reads strictly: unknown keys and wrong types are reported by Validate, with everything else that is wrong.
func (c *Config) Unmarshal(conf *confmap.Conf) error {
	c.problems = settings.Read(conf, c)
	return nil
}

func createDefaultConfig() component.Config {
	return &Config{Content: keepContent(), Media: mediaDrop, Stacktrace: stackSummary}
}

// Validate reports everything that is wrong at once.
func (c *Config) Validate() error {
	_, err := c.compile()
	return errors.Join(c.problems, c.Hash.validate(), err, c.Content.validate(),
		oneOf("media", c.Media, mediaDrop, mediaKeep),
		oneOf("stacktrace", c.Stacktrace, stackFull, stackSummary, stackDrop), c.checkMaxValue())
}

func (c *Config) checkMaxValue() error {
	if c.MaxValue != 0 && c.MaxValue < replace.LeastLimit {
		return fmt.Errorf("max_value: must be 0 or at least %d bytes, is %d", replace.LeastLimit, c.MaxValue)
	}
	return nil
}

func oneOf(setting, value string, words ...string) error {
	if slices.Contains(words, value) {
		return nil
	}
	return fmt.Errorf("%s: must be one of %q, is %q", setting, words, value)
}
