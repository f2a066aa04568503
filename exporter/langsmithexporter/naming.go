// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"errors"
	"fmt"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

// naming reads how runs are to be called, and returns all mistakes together with what is right.
func (c *Config) naming() (runmap.Names, []runmap.Rename, error) {
	names, err := runmap.ParseNames(c.Names)
	errs := prefix("names", err)
	if len(c.Rename) > runmap.MaxRenames {
		errs = errors.Join(errs, fmt.Errorf("rename: must have at most %d rules, has %d", runmap.MaxRenames, len(c.Rename)))
	}
	var rules []runmap.Rename
	for i, r := range c.Rename {
		rule, err := runmap.NewRename(r.Match, r.Name)
		if err != nil {
			errs = errors.Join(errs, prefix(fmt.Sprintf("rename[%d]", i), err))
			continue
		}
		rules = append(rules, rule)
	}
	return names, rules, errs
}
