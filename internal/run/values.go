// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package run

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Values is what a run carries under names of free choice, in the order in which it was added. A name stands once. A
// list and not a map, since a run has few of them and there are many runs.
type Values []Named

// Named is one of the values.
type Named struct {
	Name string
	Value
}

// ValueType says what a Value holds.
type ValueType uint8

// The types of values.
const (
	Absent ValueType = iota
	String
	Bool
	Int
	Float
	JSON // a text that is one valid JSON value
)

// Value is a scalar, or a piece of JSON. It is kept without the box that an interface would need.
type Value struct {
	text   string
	number uint64
	kind   ValueType
}

// Str makes a value of a text.
func Str(s string) Value { return Value{kind: String, text: s} }

// Repaired makes a value of a text whose bytes need not all be UTF-8.
func Repaired(s string) Value {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\ufffd")
	}
	return Str(s)
}

// RawJSON makes a value of a text that is known to be one valid JSON value.
func RawJSON(s string) Value { return Value{kind: JSON, text: s} }

// Integer makes a value of an integer.
func Integer(n int64) Value { return Value{kind: Int, number: uint64(n)} }

// Number makes a value of a floating-point number.
func Number(f float64) Value { return Value{kind: Float, number: math.Float64bits(f)} }

// Boolean makes a value of a bool.
func Boolean(b bool) Value {
	v := Value{kind: Bool}
	if b {
		v.number = 1
	}
	return v
}

// Type says what v holds.
func (v Value) Type() ValueType { return v.kind }

// Text returns the text of a String or JSON, and nothing otherwise.
func (v Value) Text() string { return v.text }

// Int returns the number of an Int.
func (v Value) Int() int64 { return int64(v.number) }

// Float returns the number of a Float.
func (v Value) Float() float64 { return math.Float64frombits(v.number) }

// Bool returns the value of a Bool.
func (v Value) Bool() bool { return v.number != 0 }

// Any returns what v holds as string, bool, int64, float64, or []byte for JSON.
func (v Value) Any() any {
	switch v.kind {
	case String:
		return v.text
	case Bool:
		return v.Bool()
	case Int:
		return v.Int()
	case Float:
		return v.Float()
	case JSON:
		return []byte(v.text)
	}
	return nil
}

// String writes what v holds as text, JSON as it is.
func (v Value) String() string {
	switch v.kind {
	case Bool:
		return strconv.FormatBool(v.Bool())
	case Int:
		return strconv.FormatInt(v.Int(), 10)
	case Float:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	}
	return v.text
}

// Get returns the value under a name, or an Absent one.
func (vs Values) Get(name string) Value {
	for i := range vs {
		if vs[i].Name == name {
			return vs[i].Value
		}
	}
	return Value{}
}

// Has reports whether there is a value under a name.
func (vs Values) Has(name string) bool { return vs.Get(name).kind != Absent }

// Text returns the text under a name, or nothing.
func (vs Values) Text(name string) string { return vs.Get(name).text }

// Add adds a value unless its name is taken.
func (vs *Values) Add(name string, v Value) {
	if v.kind != Absent && !vs.Has(name) {
		*vs = append(*vs, Named{name, v})
	}
}

// Names is a set of names that may seem to have more than were put in: it is enough to know that one is new.
type Names uint64

// Put puts a name in, and reports whether it may have been there before.
func (n *Names) Put(name string) bool {
	bit := Names(1)
	if last := len(name) - 1; last >= 0 {
		bit <<= (uint(last)*5 + uint(name[last])*3 + uint(name[last/2])) % 64
	}
	before := *n
	*n |= bit
	return before&bit != 0
}

// AddNamed is Add for a list whose names are all in names.
func (vs *Values) AddNamed(names *Names, name string, v Value) {
	switch {
	case v.kind == Absent:
	case names.Put(name):
		vs.Add(name, v)
	default:
		vs.push(name, v)
	}
}

// SetNamed is Set for a list whose names are all in names.
func (vs *Values) SetNamed(names *Names, name string, v Value) {
	if names.Put(name) {
		vs.Set(name, v)
		return
	}
	vs.push(name, v)
}

// push writes a value behind the others part by part: while the garbage collector runs, copying it as a whole takes several
// times as long.
func (vs *Values) push(name string, v Value) {
	n := len(*vs)
	*vs = slices.Grow(*vs, 1)[:n+1]
	last := &(*vs)[n]
	last.Name, last.text, last.number, last.kind = name, v.text, v.number, v.kind
}

// Set adds a value or replaces the one of that name.
func (vs *Values) Set(name string, v Value) {
	for i := range *vs {
		if (*vs)[i].Name == name {
			(*vs)[i].Value = v
			return
		}
	}
	vs.Add(name, v)
}

// Remove takes the values of some names out.
func (vs *Values) Remove(names ...string) {
	*vs = slices.DeleteFunc(*vs, func(v Named) bool { return slices.Contains(names, v.Name) })
}

// Map returns the values as a map.
func (vs Values) Map() map[string]any {
	m := make(map[string]any, len(vs))
	for _, v := range vs {
		m[v.Name] = v.Any()
	}
	return m
}

// ValuesOf makes values of a map, in the order of their names. What no Value can hold is left out.
func ValuesOf(m map[string]any) Values {
	vs := make(Values, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		vs.Add(name, valueOf(m[name]))
	}
	return vs
}

func valueOf(v any) Value {
	switch v := v.(type) {
	case string:
		return Str(v)
	case bool:
		return Boolean(v)
	case int64:
		return Integer(v)
	case int:
		return Integer(int64(v))
	case float64:
		return Number(v)
	case []byte:
		return RawJSON(string(v))
	}
	return Value{}
}
