// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/detect"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/metadata"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/walk"
)

// Groups of replacements that no detector makes.
const (
	groupContent = "content"
	groupStack   = "stacktrace"
	// groupTruncate is what was longer than max_value.
	groupTruncate = "max_value"
	actionCut     = "truncate"
)

// tally counts within one call. It holds no text.
type tally struct {
	byDetector map[detectorCount]int64
	last       detectorCount // what was found last, and how often in a row: one text holds many of a kind
	row        int64
	byGroup    map[groupCount]int64
	hashed     [classes]int64
	inSpan     map[detect.ID]int64 // what was found in the span or record at hand; nil when nobody asks
	scanned    int64
	failures   int64
}

type detectorCount struct {
	id     detect.ID
	site   walk.Site
	action detect.Action
}

type groupCount struct {
	group, action string
	site          walk.Site
}

func newTally() tally {
	return tally{byDetector: map[detectorCount]int64{}, byGroup: map[groupCount]int64{}}
}

func (t *tally) reset() {
	clear(t.byDetector)
	t.row = 0
	clear(t.byGroup)
	t.hashed, t.scanned, t.failures = [classes]int64{}, 0, 0
}

func (t *tally) found(id detect.ID, site walk.Site, action detect.Action) {
	if next := (detectorCount{id, site, action}); next != t.last {
		t.endRow()
		t.last = next
	}
	t.row++
	if t.inSpan != nil {
		t.inSpan[id]++
	}
}

// endRow adds what was found last to what was found before.
func (t *tally) endRow() {
	if t.row > 0 {
		t.byDetector[t.last] += t.row
		t.row = 0
	}
}

// beginSummary forgets what was found in the span before.
func (t *tally) beginSummary(wanted bool) {
	if wanted && t.inSpan == nil {
		t.inSpan = map[detect.ID]int64{}
	}
	clear(t.inSpan)
}

// summaryAttribute tells on a span how much was found in it, by detector. It names no attribute and no value.
const summaryAttribute = "redact.summary"

// summary is "card=1 email=2", or nothing.
func (t *tally) summary(set *detect.Set) string {
	if len(t.inSpan) == 0 {
		return ""
	}
	var parts []string
	for id, n := range t.inSpan {
		parts = append(parts, set.Detectors()[id].ID+"="+strconv.FormatInt(n, 10))
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

func (t *tally) count(group string, site walk.Site, action string) {
	t.byGroup[groupCount{group, action, site}]++
}

// meter writes tallies to the Collector's own metrics.
type meter struct {
	builder  *metadata.TelemetryBuilder
	instance attribute.KeyValue
	own      metric.MeasurementOption
	set      *detect.Set
	// labels remembers the attributes of each count: there are as many as detectors, sites and actions, all from closed
	// lists.
	labels sync.Map
}

func newMeter(settings component.TelemetrySettings, id component.ID, set *detect.Set) (*meter, error) {
	builder, err := metadata.NewTelemetryBuilder(settings)
	instance := attribute.String("processor", id.String())
	own := metric.WithAttributeSet(attribute.NewSet(instance))
	return &meter{builder: builder, instance: instance, own: own, set: set}, err
}

var actionNames = [...]string{
	detect.Mask: actionMask, detect.Hash: actionHash, detect.Drop: actionDrop, detect.Off: actionOff,
}

func (m *meter) write(ctx context.Context, t *tally) {
	t.endRow()
	for c, n := range t.byDetector {
		m.builder.ProcessorRedactReplacements.Add(ctx, n, m.labelsOf(c, func() []attribute.KeyValue {
			d := m.set.Detectors()[c.id]
			return replacement(d.ID, d.Group, c.site, actionNames[c.action])
		}))
	}
	for c, n := range t.byGroup {
		m.builder.ProcessorRedactReplacements.Add(ctx, n, m.labelsOf(c, func() []attribute.KeyValue {
			return replacement(c.group, c.group, c.site, c.action)
		}))
	}
	for c, n := range t.hashed {
		if n > 0 {
			m.builder.ProcessorRedactHashed.Add(ctx, n, m.labelsOf(class(c), func() []attribute.KeyValue {
				return []attribute.KeyValue{attribute.String("class", class(c).String())}
			}))
		}
	}
	if t.failures > 0 {
		m.builder.ProcessorRedactFailures.Add(ctx, t.failures, m.own)
	}
	m.builder.ProcessorRedactScannedBytes.Add(ctx, t.scanned, m.own)
}

func replacement(detector, group string, site walk.Site, action string) []attribute.KeyValue {
	return []attribute.KeyValue{
		attribute.String("detector", detector), attribute.String("group", group),
		attribute.String("site", site.String()), attribute.String("action", action),
	}
}

// labelsOf returns the attributes of a count, with the name of the processor.
func (m *meter) labelsOf(count any, list func() []attribute.KeyValue) metric.MeasurementOption {
	if known, ok := m.labels.Load(count); ok {
		return known.(metric.MeasurementOption)
	}
	made := metric.WithAttributeSet(attribute.NewSet(append(list(), m.instance)...))
	m.labels.Store(count, made)
	return made
}
