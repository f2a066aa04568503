// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// sumOf adds up the points of a metric that carry all the given attributes.
func sumOf(t *testing.T, telemetry *componenttest.Telemetry, name string, attributes []string) float64 {
	t.Helper()
	var all metricdata.ResourceMetrics
	require.NoError(t, telemetry.Reader.Collect(context.Background(), &all))
	var sum float64
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			if m.Name != name {
				continue
			}
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, p := range data.DataPoints {
					sum += matching(t, p.Attributes, float64(p.Value), attributes)
				}
			case metricdata.Sum[float64]:
				for _, p := range data.DataPoints {
					sum += matching(t, p.Attributes, p.Value, attributes)
				}
			case metricdata.Gauge[int64]:
				for _, p := range data.DataPoints {
					sum += matching(t, p.Attributes, float64(p.Value), attributes)
				}
			}
		}
	}
	return sum
}

func matching(t *testing.T, set attribute.Set, value float64, attributes []string) float64 {
	t.Helper()
	_, ok := set.Value("processor")
	require.True(t, ok, "every point names its processor")
	for i := 0; i < len(attributes); i += 2 {
		if v, _ := set.Value(attribute.Key(attributes[i])); v.String() != attributes[i+1] {
			return 0
		}
	}
	return value
}
