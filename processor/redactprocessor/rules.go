// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/detect"
)

// Bounds of custom patterns: each one costs a pass over every text.
const (
	maxCustom  = 64
	maxPattern = 2000
)

// rules are the configuration made ready: nothing in them changes any more.
type rules struct {
	options    detect.Options
	identities identities
	content    Content
	stacktrace string
	dropMedia  bool
	dryRun     bool
	perTenant  bool
	maxValue   int // 0: no limit
	summary    bool
}

// compile makes the rules, or says everything that is wrong with them.
func (c *Config) compile() (*rules, error) {
	actions, errs := c.Detect.compile()
	actions[detect.Media] = detect.Off
	if c.Media == mediaDrop {
		actions[detect.Media] = detect.Mask
	}
	r := &rules{
		options:    detect.Options{Actions: actions},
		identities: newIdentities(&c.Hash),
		content:    c.Content,
		stacktrace: c.Stacktrace,
		dropMedia:  c.Media == mediaDrop,
		dryRun:     c.DryRun,
		perTenant:  c.Hash.PerTenant,
		maxValue:   int(c.MaxValue),
		summary:    c.Summary,
	}
	for _, a := range r.identities.add {
		errs = errors.Join(errs, checkGlob("hash::add::"+a.class.String(), a.glob))
	}
	for _, k := range r.identities.keep {
		errs = errors.Join(errs, checkGlob("hash::keep", k))
	}
	custom, err := compileCustom(c.Custom)
	r.options.Custom = custom
	return r, errors.Join(errs, err)
}

func checkGlob(setting, glob string) error {
	if _, err := path.Match(glob, ""); err != nil || glob == "" {
		return fmt.Errorf("%s: %q is not a pattern of attribute names", setting, glob)
	}
	return nil
}

// parseAction reads mask, hash, drop or off.
func parseAction(word string) (detect.Action, error) {
	i := slices.Index([]string{actionMask, actionHash, actionDrop, actionOff}, word)
	if i < 0 {
		return 0, fmt.Errorf("must be mask, hash, drop or off, is %q", word)
	}
	return detect.Action(i), nil
}

// compile resolves groups and ids: an id says more than the group that it belongs to.
func (a Actions) compile() (map[detect.ID]detect.Action, error) {
	var errs error
	byID := map[detect.ID]detect.Action{}
	groups := map[string]detect.Action{}
	for _, name := range sortedNames(a) {
		action, err := parseAction(a[name])
		if err != nil {
			errs = errors.Join(errs, fmt.Errorf("detect::%s: %w", name, err))
			continue
		}
		id, isDetector := detect.Lookup(name)
		switch {
		case name == detect.GroupSecrets || name == detect.GroupPersonal || name == detect.GroupAddress:
			groups[name] = action
		case isDetector && detect.Catalog()[id].Group != detect.GroupInternal && id != detect.Media:
			byID[id] = action
		default:
			errs = errors.Join(errs, fmt.Errorf("detect::%s: no such detector or group", name))
		}
	}
	for i, d := range detect.Catalog() {
		id := detect.ID(i)
		if action, ok := groups[d.Group]; ok {
			if _, own := byID[id]; !own {
				byID[id] = action
			}
		}
	}
	return byID, errs
}

func sortedNames(a Actions) []string {
	names := make([]string, 0, len(a))
	for name := range a {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

var customID = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

func compileCustom(list []CustomConfig) ([]detect.Pattern, error) {
	var errs error
	if len(list) > maxCustom {
		errs = fmt.Errorf("custom: %d patterns, at most %d are allowed: each one costs a pass over every text",
			len(list), maxCustom)
	}
	var patterns []detect.Pattern
	seen := map[string]bool{}
	for i, c := range list {
		p, err := c.compile()
		if c.ID != "" && seen[c.ID] {
			err = errors.Join(err, fmt.Errorf("id: %q is given twice", c.ID))
		}
		seen[c.ID] = true
		if err != nil {
			errs = errors.Join(errs, prefixed(fmt.Sprintf("custom::%d::", i), err))
			continue
		}
		patterns = append(patterns, p)
	}
	return patterns, errs
}

// prefixed puts the path of a setting before each of the joined errors.
func prefixed(path string, err error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return fmt.Errorf("%s%w", path, err)
	}
	var errs error
	for _, e := range joined.Unwrap() {
		errs = errors.Join(errs, prefixed(path, e))
	}
	return errs
}

func (c *CustomConfig) compile() (detect.Pattern, error) {
	var errs error
	if !customID.MatchString(c.ID) {
		errs = errors.Join(errs, fmt.Errorf("id: %q must be small letters, digits and _", c.ID))
	}
	if _, taken := detect.Lookup(c.ID); taken || isGroup(c.ID) {
		errs = errors.Join(errs, fmt.Errorf("id: %q is the name of a built-in detector or group", c.ID))
	}
	action := detect.Mask
	if c.Action != "" {
		var err error
		if action, err = parseAction(c.Action); err != nil {
			errs = errors.Join(errs, fmt.Errorf("action: %w", err))
		}
	}
	pattern, err := compilePattern(c.Pattern)
	return detect.Pattern{ID: c.ID, Regexp: pattern, Action: action}, errors.Join(errs, err)
}

func isGroup(name string) bool {
	switch name {
	case detect.GroupSecrets, detect.GroupPersonal, detect.GroupAddress, detect.GroupMedia, detect.GroupCustom,
		detect.GroupInternal:
		return true
	}
	return false
}

// policyDigits is how much of the hash of the configuration is shown.
const policyDigits = 16

// policy returns the hash of all that decides what leaves: of keys only the names.
func (c *Config) policy(keyIDs []string) string {
	r, err := c.compile()
	if err != nil {
		return ""
	}
	set := detect.New(r.options)
	actions := map[string]detect.Action{}
	for _, d := range set.Detectors() {
		actions[d.ID] = d.Action
	}
	patterns := map[string]string{}
	for _, p := range c.Custom {
		patterns[p.ID] = p.Pattern
	}
	content := map[string]string{}
	for name, rule := range c.Content.rules {
		content[name] = fmt.Sprintf("%s %g %t", rule.do, rule.percent, rule.errors)
	}
	text, _ := json.Marshal(map[string]any{ // maps are written in the order of their keys
		"actions": actions, "custom": patterns, "content": content, "media": c.Media, "stacktrace": c.Stacktrace,
		"keys": keyIDs, "add": c.Hash.Add, "keep": c.Hash.Keep, "per_tenant": c.Hash.PerTenant, "max_value": c.MaxValue,
	})
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])[:policyDigits]
}
