// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

// traceOf is a trace of one run, with attributes on the root and on the resource.
func traceOf(t *testing.T, root, resource map[string]any) *runmap.Trace {
	t.Helper()
	trace := &runmap.Trace{Root: pcommon.NewMap(), Resource: pcommon.NewMap(), Runs: make([]run.Run, 1)}
	require.NoError(t, trace.Root.FromRaw(root))
	require.NoError(t, trace.Resource.FromRaw(resource))
	return trace
}

type attrs = map[string]any

func TestFind_firstMatchWins(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	cfg.APIKey, cfg.Project = "k", "general"
	cfg.Routes = []Route{
		{Match: attrs{`resource["team"]`: "search", "tier": 1}, Project: "first"},
		{Match: attrs{`resource["team"]`: []any{"search", "ads"}}, Project: "second"},
		{Match: attrs{"attributes['vip']": true}},
	}
	r, err := newRouter(cfg)
	require.NoError(t, err)
	f := func(root, resource attrs, project string, matched bool) {
		t.Helper()
		i, tmpl, ok := r.find(traceOf(t, root, resource))
		assert.Equal(t, matched, ok)
		assert.Equal(t, project, tmpl.render(nil))
		assert.Equal(t, !matched, i == unrouted)
	}
	f(attrs{"tier": 1}, attrs{"team": "search"}, "first", true)
	f(attrs{"tier": "1"}, attrs{"team": "search"}, "first", true)
	f(attrs{"tier": 2}, attrs{"team": "search"}, "second", true)
	f(attrs{"vip": true}, attrs{"team": "ads"}, "second", true)
	f(attrs{"vip": true}, attrs{}, "general", true)
	f(attrs{}, attrs{"vip": true}, "general", false)
	f(attrs{"team": "search"}, attrs{}, "general", false)

	cfg.Unmatched = useDefault
	r, err = newRouter(cfg)
	require.NoError(t, err)
	i, _, matched := r.find(&runmap.Trace{}) // maps that were never set
	assert.False(t, matched)
	assert.Equal(t, 0, i)
}

func TestNewRouter_emptyProjectIsTheDefault(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	cfg.APIKey = "k"
	want, err := newRouter(cfg)
	require.NoError(t, err)
	cfg.Project = ""
	got, err := newRouter(cfg)
	require.NoError(t, err)
	assert.Equal(t, want.project, got.project)
}

func TestNewRouter_oneDestinationForEachEndpointKeyAndWorkspace(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	cfg.APIKey, cfg.WorkspaceID, cfg.Unmatched = "k", "w", useDefault
	match := attrs{"a": "b"}
	cfg.Routes = []Route{
		{Match: match, Project: "same place"},
		{Match: match, WorkspaceID: "w2"},
		{Match: match, APIKey: "k2"},
		{Match: match, APIKey: "k2", Project: "again"},
		{Match: match, APIKeyFile: "/k"},
		{Match: match, Endpoint: "https://eu.api.smith.langchain.com/", APIKey: "k3"},
	}
	r, err := newRouter(cfg)
	require.NoError(t, err)
	assert.Equal(t, []target{
		{endpoint: defaultEndpoint, key: "k", workspace: "w"},
		{endpoint: defaultEndpoint, key: "k", workspace: "w2"},
		{endpoint: defaultEndpoint, key: "k2"},
		{endpoint: defaultEndpoint, keyFile: "/k"},
		{endpoint: "https://eu.api.smith.langchain.com", key: "k3"},
	}, r.targets)
	var indexes []int
	for _, rt := range r.routes {
		indexes = append(indexes, rt.target)
	}
	assert.Equal(t, []int{0, 1, 2, 2, 3, 4}, indexes)
	assert.Len(t, r.names, 5)
	assert.Empty(t, r.names[0])
}

// names are the names of the queues that keys bring about, in order of the routes.
func names(t *testing.T, change func(*Config)) []string {
	t.Helper()
	cfg := createDefaultConfig().(*Config)
	cfg.APIKey = "k"
	for i, key := range []string{"one", "two"} {
		cfg.Routes = append(cfg.Routes, Route{
			Match: attrs{"a": "b"}, APIKey: configopaque.String(key), WorkspaceID: fmt.Sprint("w", i),
		})
	}
	change(cfg)
	r, err := newRouter(cfg)
	require.NoError(t, err)
	return r.names
}

func TestIdentity_isStable(t *testing.T) {
	want := names(t, func(*Config) {})
	require.Len(t, want, 2)
	assert.NotEqual(t, want[0], want[1])
	assert.Equal(t, want, names(t, func(c *Config) { c.Routes[0].APIKey = "rotated" }), "after a new key")
	assert.Equal(t, want[1], names(t, func(c *Config) { c.Routes = c.Routes[1:] })[0], "without the route before")
	assert.Equal(t, want, names(t, func(c *Config) { c.Unmatched = useDefault })[1:], "with the general destination")
	assert.NotEqual(t, want[0], names(t, func(c *Config) { c.Routes[0].WorkspaceID = "other" })[0])

	same := names(t, func(c *Config) { c.Routes[1].WorkspaceID = "w0" })
	assert.NotEqual(t, same[0], same[1], "two keys in one workspace")
	general := names(t, func(c *Config) { c.Routes = append(c.Routes, Route{Match: attrs{"a": "b"}}) })
	assert.Equal(t, generalName, general[2], "the exporter's own queue, whether or not unmatched traces go there")
}

func TestTemplate_missingPartsFallAway(t *testing.T) {
	f := func(tmpl, want string, pairs ...string) {
		t.Helper()
		parsed, err := parseTemplate(tmpl)
		require.NoError(t, err)
		got := parsed.render(func(attr string) string {
			for i := 0; i < len(pairs); i += 2 {
				if pairs[i] == attr {
					return pairs[i+1]
				}
			}
			return ""
		})
		assert.Equal(t, want, got)
	}
	f("{a}-{b}", "x-y", "a", "x", "b", "y")
	f("{a}-{b}", "x", "a", "x")
	f("{a}-{b}", "y", "b", "y")
	f("{a}-{b}", "")
	f("team-{a}-{b}", "team-y", "b", "y")
	f("team-{a}-{b}", "team")
	f("{a} / {b} / {c}", "x / z", "a", "x", "c", "z")
	f("{a}-prod", "x-prod", "a", "x")
	f("{a}-prod", "prod")
	f("[{a}]", "[x]", "a", "x")
	f("{ a }{b}", "xy", "a", "x", "b", "y")
	f("-fixed-", "-fixed-")
	f("", "")
}

func TestName_ofAProject(t *testing.T) {
	f := func(tmpl, want string, root, resource attrs, own string) {
		t.Helper()
		parsed, err := parseTemplate(tmpl)
		require.NoError(t, err)
		trace := traceOf(t, root, resource)
		trace.Runs[0].Project = own
		got, overflow := new(projects).name(parsed, trace, true)
		assert.Equal(t, want, got)
		assert.False(t, overflow)
	}
	standard := defaultTemplate
	f(standard, "shop-prod", nil, attrs{"service.name": "shop", "deployment.environment.name": "prod"}, "")
	f(standard, "shop-dev", nil, attrs{"service.name": "shop", "deployment.environment": "dev"}, "")
	f(standard, "shop", nil, attrs{"service.name": "shop"}, "")
	f(standard, "default", nil, nil, "")
	f(standard, "mine", nil, attrs{"service.name": "shop"}, "mine")
	f("fixed", "fixed", nil, attrs{"service.name": "shop"}, "mine")
	f("", "default", nil, nil, "mine")
	f("{tenant}", "root", attrs{"tenant": "root"}, nil, "")
	f("{tenant}", "resource", attrs{"tenant": "root"}, attrs{"tenant": "resource"}, "")
	f("{n}", "7", attrs{"n": 7}, nil, "")
	f("{a}-{b}", "x_y-z", attrs{"a": " x\ny-", "b": "z"}, nil, "")
	f("{a}", strings.Repeat("é", maxProject), attrs{"a": strings.Repeat("é", 200)}, nil, "")
}

func TestName_attributesMakeNotMoreThanFiftyProjects(t *testing.T) {
	tmpl, err := parseTemplate("{id}")
	require.NoError(t, err)
	p := &projects{}
	for i := range maxProjects {
		got, overflow := p.name(tmpl, traceOf(t, attrs{"id": fmt.Sprint("p", i)}, nil), true)
		assert.Equal(t, fmt.Sprint("p", i), got)
		assert.False(t, overflow)
	}
	got, overflow := p.name(tmpl, traceOf(t, attrs{"id": "one more"}, nil), true)
	assert.Equal(t, defaultProject, got)
	assert.True(t, overflow)
	got, overflow = p.name(tmpl, traceOf(t, attrs{"id": "p7"}, nil), true)
	assert.Equal(t, "p7", got)
	assert.False(t, overflow)
}

func FuzzParseTemplate(f *testing.F) {
	f.Add("{service.name}-{deployment.environment.name}")
	f.Add("a{b}c}{")
	f.Fuzz(func(t *testing.T, s string) {
		tmpl, err := parseTemplate(s)
		if err != nil {
			return
		}
		name := cleanProject(tmpl.render(func(a string) string { return a }))
		if len([]rune(name)) > maxProject || strings.ContainsFunc(name, isControl) {
			t.Fatalf("%q gives %q", s, name)
		}
	})
}
