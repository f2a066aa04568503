// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

const (
	idA = "018f3c9e-7d2a-7c11-8a55-0242ac12000a"
	idB = "018f3c9e-7d2a-7c11-8a55-0242ac12000b"
	idC = "018f3c9e-7d2a-7c11-8a55-0242ac12000c"

	stamp1 = "20260821T101112123456Z"
	stamp2 = "20260821T101112123457Z"
)

func TestSegment_cutsToMicroseconds(t *testing.T) {
	at := time.Date(2026, 8, 21, 12, 11, 12, 123456999, time.FixedZone("", 2*3600))
	assert.Equal(t, stamp1+idA, segment(at, idA))
}

func TestCheckPlace(t *testing.T) {
	f := func(p Place, want string) {
		t.Helper()
		got := ""
		if refused := checkPlace(p); refused != nil {
			got = refused.text
		}
		if want == "" {
			assert.Empty(t, got)
			return
		}
		assert.Contains(t, got, want)
	}
	root := stamp1 + idA
	f(Place{ID: idA, TraceID: idA, DottedOrder: root}, "")
	f(Place{ID: idB, TraceID: idA, ParentID: idA, DottedOrder: root + "." + stamp1 + idB}, "")
	f(Place{ID: idC, TraceID: idA, ParentID: idB, DottedOrder: root + "." + stamp1 + idB + "." + stamp2 + idC}, "")

	f(Place{ID: idA, TraceID: idA}, "dotted_order: field required")
	f(Place{ID: idA, TraceID: idB, DottedOrder: root}, "Bad request: trace_id "+idB+" does not match first part of dotted_order "+root)
	f(Place{ID: idB, TraceID: idA, DottedOrder: root + "." + stamp1 + idB},
		"Bad request: invalid 'dotted_order': dotted_order must contain a single part for root runs for run_id:"+idB+
			" trace_id:"+idA+" dotted_order:"+root+"."+stamp1+idB+" parent_run_id:None")
	f(Place{ID: idB, TraceID: idA, DottedOrder: root}, "must contain a single part for root runs")
	f(Place{ID: idA, TraceID: idA, ParentID: idB, DottedOrder: root}, "dotted_order must contain at least two parts for child runs")
	f(Place{ID: idC, TraceID: idA, ParentID: idA, DottedOrder: root + "." + stamp1 + idB}, "run_id "+idC+" does not match last part")
	f(Place{ID: idC, TraceID: idA, ParentID: idA, DottedOrder: root + "." + stamp1 + idB + "." + stamp1 + idC},
		"parent_run_id "+idA+" does not match second last part")
	f(Place{ID: idB, TraceID: idA, ParentID: idA, DottedOrder: stamp2 + idA + "." + stamp1 + idB},
		"Bad request: dotted_order has timestamp 20260821T101112123456 earlier than parent timestamp 20260821T101112123457")
}

func TestParseDotted_timestamps(t *testing.T) {
	f := func(dotted, want string) {
		t.Helper()
		_, refused := parseDotted(dotted)
		if want == "" {
			assert.Nil(t, refused)
			return
		}
		assert.Contains(t, refused.text, want)
	}
	f(stamp1+idA, "")
	f("20260821T101112111Z"+idA, "invalid timestamp format in dotted_order: cannot parse '.111' as '.000000'")
	f("20260821T101112111222333Z"+idA, "cannot parse '.111222333' as '.000000'")
	f("20240101T000000Z"+idA, "cannot parse '.' as '.000000'")
	f("2024Z"+idA, "cannot parse '2024' as '20060102T150405.000000'")
	f("20261321T101112123456Z"+idA, "invalid timestamp format")
	f("20260821T101112.123456Z"+idA, "has no Z between")
	f(stamp1+strings.ToUpper(idA), "is not a run id")
	f(stamp1+idA+".", "has no Z between")
	f(stamp1+"nonsense", "is not a run id")
	f(strings.Repeat(stamp1+idA+".", maxSegments)+stamp1+idA, "more than 10000 parts")
}
