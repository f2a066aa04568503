// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package walk

import (
	"math"
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// MaxDepth is how deep maps and slices are walked. Recorded values have less than ten levels; JSON parsers commonly
// stop at some hundreds. What lies deeper is replaced, not passed on unread.
const MaxDepth = 128

// leastNumber is the smallest number that is shown to the visitor without a key that asks for it: anything shorter is
// a count.
const leastNumber = 1_000_000

// entries walks a map: values, then keys. Entries whose key changed keep their place.
func entries(m pcommon.Map, v Visitor, at Place, depth int) {
	var removed, renamed map[string]string
	for key, val := range m.All() {
		if depth == 0 {
			at.Key = key
		}
		if entry(key, val, v, at, depth) {
			removed = note(removed, key, "")
		} else if name, ok := v.Name(at, key); ok {
			renamed = note(renamed, key, name)
		}
	}
	if removed != nil {
		m.RemoveIf(func(key string, _ pcommon.Value) bool {
			_, ok := removed[key]
			return ok
		})
	}
	if renamed != nil {
		rename(m, renamed)
	}
}

// entry deals with one entry, and tells whether it is to be removed.
func entry(key string, val pcommon.Value, v Visitor, at Place, depth int) bool {
	switch verdict := v.Entry(at, key, val); verdict.Do {
	case Set:
		val.SetStr(verdict.New)
	case Remove:
		return true
	case Into:
		if verdict.Arm != 0 {
			at.Arm = verdict.Arm
		}
		value(val, v, at, depth)
	}
	return false
}

func note(m map[string]string, key, name string) map[string]string {
	if m == nil {
		m = map[string]string{}
	}
	m[key] = name
	return m
}

// maxSuffix bounds the search for a free key. Beyond it entries with the same name replace each other.
const maxSuffix = 1000

// rename builds m anew, since keys cannot be changed in place. Keys that become equal get a number.
func rename(m pcommon.Map, names map[string]string) {
	fresh := pcommon.NewMap()
	fresh.EnsureCapacity(m.Len())
	for key, val := range m.All() {
		if name, ok := names[key]; ok {
			key = free(name, m, fresh)
		}
		val.MoveTo(fresh.PutEmpty(key))
	}
	fresh.MoveTo(m)
}

// free returns name, or name with a number, such that neither map has it.
func free(name string, old, fresh pcommon.Map) string {
	candidate := name
	for n := 2; n < maxSuffix; n++ {
		_, before := old.Get(candidate)
		if _, now := fresh.Get(candidate); !before && !now {
			return candidate
		}
		candidate = name + "#" + strconv.Itoa(n)
	}
	return candidate
}

// value walks one value of whatever type.
func value(val pcommon.Value, v Visitor, at Place, depth int) {
	if depth >= MaxDepth {
		val.SetStr(v.TooDeep(at))
		return
	}
	switch val.Type() {
	case pcommon.ValueTypeStr:
		if s := val.Str(); s != "" {
			if changed, ok := v.Text(at, s); ok {
				val.SetStr(changed)
			}
		}
	case pcommon.ValueTypeMap:
		entries(val.Map(), v, at, depth+1)
	case pcommon.ValueTypeSlice:
		for _, item := range val.Slice().All() {
			value(item, v, at, depth+1)
		}
	case pcommon.ValueTypeBytes:
		bytes(val.Bytes(), v, at)
	case pcommon.ValueTypeInt:
		if n := val.Int(); at.Arm != 0 || n >= leastNumber || n <= -leastNumber {
			number(val, strconv.FormatInt(n, 10), v, at)
		}
	case pcommon.ValueTypeDouble:
		double(val, v, at)
	}
}

// bytes shows bytes as text: most that are not text hold nothing that a detector wakes up for, and some hold text in
// between.
func bytes(b pcommon.ByteSlice, v Visitor, at Place) {
	if b.Len() == 0 {
		return
	}
	if changed, ok := v.Text(at, string(b.AsRaw())); ok {
		b.FromRaw([]byte(changed))
	}
}

// double shows a number that is a whole one: some SDKs send every number so.
func double(val pcommon.Value, v Visitor, at Place) {
	d := val.Double()
	if whole := d == math.Trunc(d) && math.Abs(d) < 1<<63; !whole {
		if at.Arm != 0 {
			number(val, strconv.FormatFloat(d, 'g', -1, 64), v, at)
		}
		return
	}
	if at.Arm != 0 || math.Abs(d) >= leastNumber {
		number(val, strconv.FormatFloat(d, 'f', -1, 64), v, at)
	}
}

// number shows a number as text; it becomes a text only when the visitor changes it.
func number(val pcommon.Value, shown string, v Visitor, at Place) {
	if changed, ok := v.Text(at, shown); ok {
		val.SetStr(changed)
	}
}
