// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/api"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

// target is where a destination lies: an endpoint, a key and a workspace.
type target struct {
	endpoint  string
	key       string
	keyFile   string
	workspace string
}

// router finds the destination and the project template of a trace.
type router struct {
	targets []target // each once
	names   []string // of the targets
	routes  []route
	project template // for traces that no route names a project for

	fallback int // target of unmatched traces, or unrouted
}

// generalName is the name of the target without routes: its queue is that of the exporter.
const generalName = ""

// unrouted is the target of a trace that goes nowhere.
const unrouted = -1

type route struct {
	conditions []condition
	project    template // nil: the general one
	target     int
}

// condition compares one attribute of the root span, or of its resource.
type condition struct {
	resource bool
	attr     string
	values   []string
}

// newRouter reads the routes of c, and returns everything that is wrong with them.
func newRouter(c *Config) (*router, error) {
	r := &router{fallback: unrouted}
	r.project, _ = parseTemplate(cmp.Or(c.Project, defaultTemplate)) // Validate reports it under its name
	general := c.target()
	if c.usesDefault() {
		r.fallback = r.add(general, generalName)
	}
	var errs error
	if len(c.Routes) > maxRoutes {
		errs = fmt.Errorf("routes: must be at most %d, are %d", maxRoutes, len(c.Routes))
	}
	for i := range c.Routes {
		if err := r.addRoute(c, &c.Routes[i], general); err != nil {
			errs = errors.Join(errs, prefixEach(fmt.Sprintf("routes::%d", i), err))
		}
	}
	return r, errs
}

// prefixEach names each of joined errors on its own line.
func prefixEach(name string, err error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return fmt.Errorf("%s::%w", name, err)
	}
	var errs error
	for _, e := range joined.Unwrap() {
		errs = errors.Join(errs, fmt.Errorf("%s::%w", name, e))
	}
	return errs
}

func (c *Config) target() target {
	return target{
		endpoint:  cleanEndpoint(c.ClientConfig.Endpoint),
		key:       api.CleanKey(string(c.APIKey)),
		keyFile:   c.APIKeyFile,
		workspace: strings.TrimSpace(c.WorkspaceID),
	}
}

func (r *router) addRoute(c *Config, in *Route, general target) error {
	conditions, errMatch := parseMatch(in.Match)
	out := route{conditions: conditions}
	var errProject error
	if in.Project != "" {
		out.project, _ = parseTemplate(in.Project)
		errProject = prefix("project", validateProject(in.Project))
	}
	t, errTarget := c.routeTarget(in, general)
	if err := errors.Join(errMatch, errProject, errTarget); err != nil {
		return err
	}
	name := generalName
	if t != general {
		name = r.identity(t)
	}
	out.target = r.add(t, name)
	r.routes = append(r.routes, out)
	return nil
}

// routeTarget fills in what a route leaves out. Key and workspace belong together, and neither is given to another
// host.
func (c *Config) routeTarget(in *Route, general target) (target, error) {
	t := general
	var errs error
	if in.Endpoint != "" {
		t = target{endpoint: cleanEndpoint(in.Endpoint)}
		u, err := parseEndpoint(in.Endpoint)
		if err == nil {
			err = c.validateScheme(u)
		}
		errs = prefix("endpoint", err)
	}
	if in.APIKey != "" || in.APIKeyFile != "" {
		t.key, t.keyFile, t.workspace = api.CleanKey(string(in.APIKey)), in.APIKeyFile, ""
	}
	if in.WorkspaceID != "" {
		t.workspace = strings.TrimSpace(in.WorkspaceID)
	}
	if in.APIKey != "" && in.APIKeyFile != "" {
		errs = errors.Join(errs, errors.New("api_key: must not be set together with api_key_file"))
	}
	if err := checkKey(string(in.APIKey)); err != nil {
		errs = errors.Join(errs, prefix("api_key", err))
	}
	if t.key == "" && t.keyFile == "" && !c.ClientConfig.Auth.HasValue() && !loopbackEndpoint(t.endpoint) {
		errs = errors.Join(errs, errors.New("api_key: must not be empty: the general key is not given to another endpoint"))
	}
	return t, errs
}

func loopbackEndpoint(endpoint string) bool {
	u, err := url.Parse(endpoint)
	return err == nil && isLoopback(u)
}

// add returns the index of t, which is new or known.
func (r *router) add(t target, name string) int {
	if i := slices.Index(r.targets, t); i >= 0 {
		return i
	}
	r.targets = append(r.targets, t)
	r.names = append(r.names, name)
	return len(r.targets) - 1
}

// identity names a target's queue. It is the same after a restart, after another route has come before it and after a
// new key, and says nothing of the key: keys in the configuration are told apart by their order alone.
func (r *router) identity(t target) string {
	source := "file " + t.keyFile
	if t.keyFile == "" {
		n := 0
		for i, other := range r.targets {
			sameKind := other.endpoint == t.endpoint && other.workspace == t.workspace && other.keyFile == ""
			if sameKind && r.names[i] != generalName {
				n++
			}
		}
		source = fmt.Sprintf("key %d", n)
	}
	sum := sha256.Sum256([]byte(t.endpoint + "\n" + t.workspace + "\n" + source))
	return hex.EncodeToString(sum[:6])
}

// bracketed is resource["name"] or attributes["name"].
var bracketed = regexp.MustCompile(`^(\w+)\[(?:"([^"]+)"|'([^']+)')\]$`)

func parseMatch(match map[string]any) ([]condition, error) {
	if len(match) == 0 {
		return nil, errors.New("match: must not be empty")
	}
	var errs error
	conditions := make([]condition, 0, len(match))
	for _, key := range slices.Sorted(maps.Keys(match)) {
		cond, err := parseCondition(key, match[key])
		if err != nil {
			errs = errors.Join(errs, fmt.Errorf("match::%s: %w", key, err))
		}
		conditions = append(conditions, cond)
	}
	return conditions, errs
}

func parseCondition(key string, value any) (condition, error) {
	cond := condition{attr: key}
	if m := bracketed.FindStringSubmatch(key); m != nil {
		cond.attr = m[2] + m[3]
		switch m[1] {
		case "resource":
			cond.resource = true
		case "attributes":
		default:
			return cond, fmt.Errorf("must be resource[%q], or the name alone for an attribute of the root span", cond.attr)
		}
	}
	values, ok := value.([]any)
	if !ok {
		values = []any{value}
	}
	for _, v := range values {
		switch v.(type) {
		case string, bool, int, int64, uint64, float64:
		default:
			return cond, errors.New("must be a value or a list of values")
		}
		raw := pcommon.NewValueEmpty()
		if err := raw.FromRaw(v); err != nil {
			return cond, errors.New("must be a value or a list of values")
		}
		cond.values = append(cond.values, raw.AsString())
	}
	if len(cond.values) == 0 {
		return cond, errors.New("must not be an empty list")
	}
	return cond, nil
}

// find returns the target of trace and its project's template, and whether a route has matched.
func (r *router) find(trace *runmap.Trace) (target int, project template, matched bool) {
	for i := range r.routes {
		rt := &r.routes[i]
		if !rt.matches(trace) {
			continue
		}
		if rt.project != nil {
			return rt.target, rt.project, true
		}
		return rt.target, r.project, true
	}
	return r.fallback, r.project, false
}

func (rt *route) matches(trace *runmap.Trace) bool {
	for _, cond := range rt.conditions {
		attrs := trace.Root
		if cond.resource {
			attrs = trace.Resource
		}
		v, ok := get(attrs, cond.attr)
		if !ok || !slices.Contains(cond.values, v.AsString()) {
			return false
		}
	}
	return true
}
