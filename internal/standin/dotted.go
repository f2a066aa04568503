// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"strings"
	"time"
)

// dottedLayout is the time of a segment: six digits of a second, written without their dot. The server reads it with
// the dot put back.
const (
	dottedLayout = "20060102T150405.000000"
	dottedWhole  = len("20060102T150405")
	// maxSegments bounds the depth of a path. A run deeper than this is a loop.
	maxSegments = 10_000
)

// segment writes a run's part of the dotted order, the time cut to microseconds.
func segment(start time.Time, id string) string {
	stamp := start.UTC().Truncate(time.Microsecond).Format(dottedLayout)
	return stamp[:dottedWhole] + stamp[dottedWhole+1:] + "Z" + id
}

type dottedPart struct {
	stamp string
	at    time.Time
	id    string
}

// checkPlace holds a run's ids against its dotted order, with LangSmith's own words where they are known.
func checkPlace(p Place) *refusal {
	parts, refused := parseDotted(p.DottedOrder)
	if refused != nil {
		return refused
	}
	if parts[0].id != p.TraceID {
		return badRequest("trace_id %s does not match first part of dotted_order %s", p.TraceID, p.DottedOrder)
	}
	if p.ParentID == "" {
		return checkRoot(p, parts)
	}
	return checkChild(p, parts)
}

func checkRoot(p Place, parts []dottedPart) *refusal {
	if len(parts) > 1 || p.ID != p.TraceID {
		return badRequest("invalid 'dotted_order': dotted_order must contain a single part for root runs "+
			"for run_id:%s trace_id:%s dotted_order:%s parent_run_id:None", p.ID, p.TraceID, p.DottedOrder)
	}
	return nil
}

func checkChild(p Place, parts []dottedPart) *refusal {
	n := len(parts)
	switch {
	case n < 2:
		return badRequest("invalid 'dotted_order': dotted_order must contain at least two parts for child runs "+
			"for run_id:%s trace_id:%s dotted_order:%s parent_run_id:%s", p.ID, p.TraceID, p.DottedOrder, p.ParentID)
	case parts[n-1].id != p.ID:
		return badRequest("run_id %s does not match last part of dotted_order %s", p.ID, p.DottedOrder)
	case parts[n-2].id != p.ParentID:
		return badRequest("parent_run_id %s does not match second last part of dotted_order %s", p.ParentID, p.DottedOrder)
	}
	for i := 1; i < n; i++ {
		if parts[i].at.Before(parts[i-1].at) {
			return badRequest("dotted_order has timestamp %s earlier than parent timestamp %s", parts[i].stamp, parts[i-1].stamp)
		}
	}
	return nil
}

func parseDotted(s string) ([]dottedPart, *refusal) {
	if s == "" {
		return nil, unprocessable("dotted_order: field required")
	}
	if strings.Count(s, ".") >= maxSegments {
		return nil, badRequest("invalid 'dotted_order': more than %d parts", maxSegments)
	}
	var parts []dottedPart
	for text := range strings.SplitSeq(s, ".") {
		part, refused := parseSegment(text)
		if refused != nil {
			return nil, refused
		}
		parts = append(parts, part)
	}
	return parts, nil
}

func parseSegment(text string) (dottedPart, *refusal) {
	stamp, id, found := strings.Cut(text, "Z")
	if !found {
		return dottedPart{}, badRequest("invalid 'dotted_order': part %q has no Z between timestamp and run id", text)
	}
	at, refused := parseStamp(stamp)
	if refused != nil {
		return dottedPart{}, refused
	}
	if lower, ok := parseUUID(id); !ok || lower != id {
		return dottedPart{}, badRequest("invalid 'dotted_order': %q is not a run id", id)
	}
	return dottedPart{stamp: stamp, at: at, id: id}, nil
}

func parseStamp(stamp string) (time.Time, *refusal) {
	if len(stamp) < dottedWhole {
		return time.Time{}, badStamp(stamp, dottedLayout)
	}
	whole, fraction := stamp[:dottedWhole], "."+stamp[dottedWhole:]
	if len(fraction) != len(".000000") {
		return time.Time{}, badStamp(fraction, ".000000")
	}
	at, err := time.Parse(dottedLayout, whole+fraction)
	if err != nil {
		return time.Time{}, badStamp(stamp, dottedLayout)
	}
	return at, nil
}

func badStamp(stamp, layout string) *refusal {
	return badRequest("invalid timestamp format in dotted_order: cannot parse '%s' as '%s'", stamp, layout)
}
