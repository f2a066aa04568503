// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// counters are the Collector's own metrics at one moment.
type counters map[string]*dto.MetricFamily

// settleLimit is how long the demo waits until nothing is held any more: the sampler's max of the overlay, and some.
const settleLimit = 40 * time.Second

func scrape(ctx context.Context, url string) (counters, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("read the Collector's metrics: %w", err)
	}
	defer resp.Body.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("parse the Collector's metrics: %w", err)
	}
	return families, nil
}

// sum adds the samples of a counter or gauge whose labels match, given as name and value in turn.
func (c counters) sum(name string, labels ...string) float64 {
	total := 0.0
	for _, m := range c[name].GetMetric() {
		if matches(m, labels) {
			total += m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	return total
}

// by adds the samples of a counter for each value of one label; the result is sorted, largest first.
func (c counters) by(name, label string, labels ...string) []share {
	sums := map[string]float64{}
	for _, m := range c[name].GetMetric() {
		if matches(m, labels) {
			sums[labelOf(m, label)] += m.GetCounter().GetValue()
		}
	}
	shares := make([]share, 0, len(sums))
	for _, value := range slices.Sorted(maps.Keys(sums)) {
		shares = append(shares, share{value, int(sums[value])})
	}
	slices.SortStableFunc(shares, func(a, b share) int { return b.count - a.count })
	return shares
}

type share struct {
	of    string
	count int
}

func list(shares []share) string {
	parts := make([]string, len(shares))
	for i, s := range shares {
		parts[i] = fmt.Sprintf("%s %d", s.of, s.count)
	}
	return strings.Join(parts, ", ")
}

func matches(m *dto.Metric, labels []string) bool {
	for i := 0; i+1 < len(labels); i += 2 {
		if labelOf(m, labels[i]) != labels[i+1] {
			return false
		}
	}
	return true
}

func labelOf(m *dto.Metric, name string) string {
	for _, l := range m.GetLabel() {
		if l.GetName() == name {
			return l.GetValue()
		}
	}
	return ""
}

// settle waits until every trace is decided and every run that left has been answered, and returns the counters.
func settle(ctx context.Context, c *collector, at addresses) (counters, error) {
	ctx, cancel := context.WithTimeout(ctx, settleLimit)
	defer cancel()
	previous := -1.0
	for {
		now, err := scrape(ctx, at.metrics())
		if err != nil {
			return nil, err
		}
		sent := now.sum("otelcol_exporter_langsmith_runs_sent")
		idle := now.sum("otelcol_processor_sampling_traces_held") == 0 && now.sum("otelcol_exporter_queue_size") == 0
		if idle && sent > 0 && sent == previous {
			return now, nil
		}
		previous = sent
		select {
		case <-c.done:
			return nil, fmt.Errorf("the Collector ended (%w):\n%s", c.err, c.log)
		case <-ctx.Done():
			return nil, fmt.Errorf("traces were still waiting after %s", settleLimit)
		case <-time.After(time.Second):
		}
	}
}
