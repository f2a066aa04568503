// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package repair

import (
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/sampling"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func FuzzParseStamp(f *testing.F) {
	threshold, err := sampling.ProbabilityToThreshold(0.1)
	require.NoError(f, err)
	for _, s := range []Stamp{
		{},
		{Rule: "few", Trigger: "root", Probability: 0.1, AdjustedCount: 10, Complete: true, Threshold: threshold},
		{Rule: "errors", Trigger: "late", Probability: 1, BroughtBack: true},
		{Rule: "errors", Trigger: "late", Probability: 1, BroughtBack: true, Incomplete: true, Lost: 5},
	} {
		b := s.AppendBinary(nil)
		got, err := ParseStamp(b)
		require.NoError(f, err)
		require.Equal(f, s, got)
		f.Add(b)
		f.Add(b[:len(b)/2])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ParseStamp(b)
		if err != nil {
			require.ErrorIs(t, err, errStamp)
			return
		}
		again, err := ParseStamp(s.AppendBinary(nil))
		require.NoError(t, err)
		assert.Equal(t, s.Rule+"/"+s.Trigger, again.Rule+"/"+again.Trigger)
	})
}
