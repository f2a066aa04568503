// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

func TestMap_linkToTheSpanElsewhere(t *testing.T) {
	f := func(template, want string) {
		t.Helper()
		apm, err := runmap.ParseURLTemplate(template)
		require.NoError(t, err, template)
		runs := mapped(t, runmap.Options{APM: apm},
			node{id: 1, name: "root", attributes: map[string]any{"tenant": "a/b&c"}},
			node{id: 2, parent: 1, name: "step", start: 7, resource: map[string]any{"service.name": "my shop"}})
		assert.Equal(t, want, runs["step"].Metadata.Text("apm_url"), template)
	}
	const trace = "00000000000000000000000000000001"
	f("https://apm.example/trace/{trace_id}", "https://apm.example/trace/"+trace)
	f("https://apm.example/{ trace_id }?span={span_id}&from={start_ms}&to={end_ms}",
		"https://apm.example/"+trace+"?span=0000000000000002&from=7&to=8")
	f("http://apm.example/{service.name}/{trace_id}?t={tenant}&x={missing}",
		"http://apm.example/my+shop/"+trace+"?t=a%2Fb%26c&x=")
}

func TestMap_linkOfTheApplicationStays(t *testing.T) {
	apm, err := runmap.ParseURLTemplate("https://apm.example/{trace_id}")
	require.NoError(t, err)
	runs := mapped(t, runmap.Options{APM: apm},
		node{id: 1, name: "root", attributes: map[string]any{"langsmith.metadata.apm_url": "mine"}})
	assert.Equal(t, "mine", runs["root"].Metadata.Text("apm_url"))
}

func TestParseURLTemplate_mistakes(t *testing.T) {
	for template, want := range map[string]string{
		"https://apm.example/":               "{trace_id}",
		"https://apm.example/{span_id}":      "{trace_id}",
		"apm.example/{trace_id}":             "URL",
		"javascript:alert({trace_id})":       "URL",
		"https://a:b@apm.example/{trace_id}": "user",
		"https://apm.example/{trace_id":      "between",
		"https://apm.example/trace_id}":      "between",
		"https://apm.example/{}{trace_id}":   "between",
	} {
		_, err := runmap.ParseURLTemplate(template)
		require.ErrorContains(t, err, want, template)
	}
}

func TestMap_linksAreNamed(t *testing.T) {
	f := func(n int, want string) {
		t.Helper()
		td := build(t, node{id: 1, name: "consumer"})
		for i := range n {
			link := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).Links().AppendEmpty()
			link.SetTraceID(pcommon.TraceID{15: byte(i + 1)})
			link.SetSpanID(spanID(byte(i + 2)))
		}
		assert.Equal(t, want, runmap.Map(td, runmap.Options{})[0].Runs[0].Metadata.Text("otel.span.links"))
	}
	const one = "00000000000000000000000000000001:0000000000000002"
	f(0, "")
	f(1, one)
	f(2, one+",00000000000000000000000000000002:0000000000000003")
	td := build(t, node{id: 1, name: "consumer"})
	for range 100 {
		td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).Links().AppendEmpty()
	}
	all := runmap.Map(td, runmap.Options{})[0].Runs[0].Metadata.Text("otel.span.links")
	assert.Len(t, strings.Split(all, ","), 16)
}
