// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// condition decides about a run.
type condition func(*found) bool

// compile makes a condition of a call.
func compile(c *call) (condition, error) {
	switch c.name {
	case "and":
		return compileAnd(c)
	case "or":
		return compileOr(c)
	case "search":
		if len(c.args) != 1 {
			return nil, fmt.Errorf("invalid filter: search takes one text")
		}
		return contains(c.args[0].text), nil
	}
	test, err := compileComparison(c)
	if err != nil {
		return nil, err
	}
	if test.metadata() {
		return func(r *found) bool { return anyPair(&r.Run, []comparison{test}) }, nil
	}
	return test.holds, nil
}

// compileAnd takes all that is said about metadata together: key and value must be of one pair.
func compileAnd(c *call) (condition, error) {
	var rest []condition
	var pairs []comparison
	for _, a := range c.args {
		if a.call == nil {
			return nil, fmt.Errorf("invalid filter: and takes comparisons")
		}
		if test, err := compileComparison(a.call); err == nil && test.metadata() {
			pairs = append(pairs, test)
			continue
		}
		one, err := compile(a.call)
		if err != nil {
			return nil, err
		}
		rest = append(rest, one)
	}
	return func(r *found) bool {
		for _, one := range rest {
			if !one(r) {
				return false
			}
		}
		return len(pairs) == 0 || anyPair(&r.Run, pairs)
	}, nil
}

func compileOr(c *call) (condition, error) {
	var list []condition
	for _, a := range c.args {
		if a.call == nil {
			return nil, fmt.Errorf("invalid filter: or takes comparisons")
		}
		one, err := compile(a.call)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return func(r *found) bool {
		return slices.ContainsFunc(list, func(one condition) bool { return one(r) })
	}, nil
}

// comparison is op(field, value).
type comparison struct {
	op, field string
	values    []string
}

var operators = []string{"eq", "neq", "gt", "gte", "lt", "lte", "has", "in"}

func compileComparison(c *call) (comparison, error) {
	if !slices.Contains(operators, c.name) {
		return comparison{}, fmt.Errorf("invalid filter: unknown comparison %q", c.name)
	}
	if len(c.args) != 2 || !c.args[0].bare || c.args[1].call != nil {
		return comparison{}, fmt.Errorf("invalid filter: %s takes a field and a value", c.name)
	}
	t := comparison{op: c.name, field: c.args[0].text, values: c.args[1].list}
	if !t.metadata() && t.field != "tags" && fieldOf(t.field) == nil {
		return t, fmt.Errorf("invalid filter: unknown field %q", t.field)
	}
	if c.name != "in" {
		t.values = []string{c.args[1].text}
	}
	return t, nil
}

func (t comparison) metadata() bool { return t.field == "metadata_key" || t.field == "metadata_value" }

func (t comparison) holds(r *found) bool {
	if t.field == "tags" {
		tagged := slices.ContainsFunc(t.values, func(v string) bool { return slices.Contains(r.Tags, v) })
		return tagged != (t.op == "neq")
	}
	return t.compare(fieldOf(t.field)(r))
}

func (t comparison) compare(have string) bool {
	want := t.values
	switch t.op {
	case "eq", "has":
		return have == want[0]
	case "neq":
		return have != want[0]
	case "in":
		return slices.Contains(want, have)
	}
	order := compareValues(have, want[0])
	switch t.op {
	case "gt":
		return order > 0
	case "gte":
		return order >= 0
	case "lt":
		return order < 0
	default:
		return order <= 0
	}
}

// compareValues compares as numbers, else as times, else as texts.
func compareValues(a, b string) int {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	if errX == nil && errY == nil {
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	}
	at, errX := time.Parse(time.RFC3339Nano, a)
	bt, errY := time.Parse(time.RFC3339Nano, b)
	if errX == nil && errY == nil {
		return at.Compare(bt)
	}
	return strings.Compare(a, b)
}

// fieldOf reads a field of a run as text; nil when there is no such field.
func fieldOf(name string) func(*found) string {
	switch name {
	case "id":
		return func(r *found) string { return r.ID }
	case "trace_id":
		return func(r *found) string { return r.TraceID }
	case "name":
		return func(r *found) string { return r.Name }
	case "run_type":
		return func(r *found) string { return r.Type }
	case "status":
		return func(r *found) string { return r.Status }
	case "error":
		return func(r *found) string { return strconv.FormatBool(r.Status == statusError) }
	case "is_root":
		return func(r *found) string { return strconv.FormatBool(r.IsRoot()) }
	case "start_time":
		return func(r *found) string { return r.Start.Format(time.RFC3339Nano) }
	case "end_time":
		return func(r *found) string { return r.End.Format(time.RFC3339Nano) }
	case "latency":
		return func(r *found) string { return strconv.FormatFloat(r.End.Sub(r.Start).Seconds(), 'f', -1, 64) }
	case "total_tokens":
		return func(r *found) string { return strconv.FormatInt(r.total.TotalTokens, 10) }
	case "trace_error_count":
		return func(r *found) string { return strconv.Itoa(r.traceErrors) }
	}
	return nil
}

// anyPair reports whether one pair of the run's metadata satisfies all tests.
func anyPair(r *Run, tests []comparison) bool {
	for key, value := range r.Metadata() {
		shown, isText := value.(string)
		if !isText {
			shown = fmt.Sprint(value)
		}
		ok := true
		for _, t := range tests {
			have := shown
			if t.field == "metadata_key" {
				have = key
			}
			ok = ok && t.compare(have)
		}
		if ok {
			return true
		}
	}
	return false
}

// contains looks for a text in name, error, inputs and outputs, in whatever case.
func contains(text string) condition {
	want := []byte(strings.ToLower(text))
	return func(r *found) bool {
		for _, have := range [][]byte{[]byte(r.Name), []byte(r.Error), r.Inputs, r.Outputs} {
			if bytes.Contains(bytes.ToLower(have), want) {
				return true
			}
		}
		return false
	}
}
