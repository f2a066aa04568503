// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestUnknownAttributes_areThoseThatNothingHas(t *testing.T) {
	td := span(map[string]any{"team": "search", "resource.zone": "eu"})
	rules := []Rule{
		{Name: "a", When: &When{Attributes: map[string]any{"team": "search", "teem": "search", `resource["team"]`: "search"}}},
		{Name: "b", When: &When{Any: &[]When{{Attributes: map[string]any{"zone": "eu"}}, {Not: &When{Attributes: map[string]any{"sone": "eu"}}}}}},
		{Name: "c", When: &When{NewRelease: &NewRelease{Attributes: []string{"service.version"}}}},
		{Name: "d"},
	}
	assert.Equal(t, []Unknown{
		{"a", `resource["team"]`}, {"a", "teem"}, {"b", "sone"}, {"c", "service.version"},
	}, UnknownAttributes(rules, td))
	assert.Empty(t, UnknownAttributes(rules[3:], td))
}
