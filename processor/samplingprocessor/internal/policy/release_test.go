// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// releasePolicy keeps new releases for 30 minutes or 3 traces, and nothing else; the first 10 minutes are for learning.
func releasePolicy(t *testing.T) func(version string, minute int) bool {
	t.Helper()
	p := compile(t, Options{},
		Rule{Name: "new", Keep: percent(100), When: &When{NewRelease: &NewRelease{
			Attributes: []string{"service.version"}, For: 30 * time.Minute, Traces: 3,
		}}},
		Rule{Name: "rest", Keep: percent(0)})
	return func(version string, minute int) bool {
		attributes := map[string]any{"resource.service.name": "shop"}
		if version != "" {
			attributes["resource.service.version"] = version
		}
		e := p.Observe(span(attributes))
		return p.Decide([16]byte{1}, &e, now.Add(time.Duration(minute)*time.Minute)).Keep
	}
}

func TestNewRelease_learnsWhatWasThereBefore(t *testing.T) {
	kept := releasePolicy(t)
	assert.False(t, kept("1.0", 0))
	assert.False(t, kept("1.1", 9))
	assert.False(t, kept("1.0", 60))
	assert.True(t, kept("2.0", 60))
}

func TestNewRelease_windowEndsByTimeOrByTraces(t *testing.T) {
	kept := releasePolicy(t)
	assert.True(t, kept("2", 20))
	assert.True(t, kept("2", 21))
	assert.True(t, kept("2", 43))
	assert.False(t, kept("2", 43), "three traces")
	assert.True(t, kept("3", 60))
	assert.False(t, kept("3", 90), "thirty minutes")
	assert.False(t, kept("3", 91))
}

func TestNewRelease_flappingAndRollbackAreNotNew(t *testing.T) {
	kept := releasePolicy(t)
	assert.False(t, kept("A", 1))
	assert.True(t, kept("B", 20))
	assert.False(t, kept("A", 21))
	assert.True(t, kept("B", 22))
	assert.False(t, kept("A", 23))
	assert.False(t, kept("", 24), "no version is no release")
}

func TestNewRelease_aThousandVersionsDoNotDefeatTheSampling(t *testing.T) {
	kept := releasePolicy(t)
	n := 0
	for i := range 5000 {
		if kept(fmt.Sprint("build-", i), 20) {
			n++
		}
	}
	assert.Equal(t, maxReleaseWindows, n)
}

func TestNewRelease_servicesCountForThemselves(t *testing.T) {
	p := compile(t, Options{}, Rule{Name: "new", Keep: percent(100), When: &When{NewRelease: &NewRelease{
		Attributes: []string{"service.version"}, For: time.Hour, Traces: 9,
	}}})
	observe := func(service string, minute int) bool {
		e := p.Observe(span(map[string]any{"resource.service.name": service, "resource.service.version": "1"}))
		return p.Decide([16]byte{1}, &e, now.Add(time.Duration(minute)*time.Minute)).Keep
	}
	assert.False(t, observe("shop", 0))
	assert.True(t, observe("till", 30))
	assert.False(t, observe("shop", 30))
}

func TestNewRelease_attributeOfSpans(t *testing.T) {
	p := compile(t, Options{}, Rule{Name: "new", Keep: percent(100), When: &When{NewRelease: &NewRelease{
		Attributes: []string{"app.version"}, For: time.Hour, Traces: 9, Learn: new(time.Duration),
	}}})
	e := p.Observe(span(map[string]any{"app.version": "7"}))
	assert.True(t, p.Decide([16]byte{1}, &e, now).Keep)
}
