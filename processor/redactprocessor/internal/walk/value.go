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
func (w *walker) entries(m pcommon.Map, depth int) {
	var removed, renamed map[string]string
	for key, val := range m.All() {
		if depth == 0 {
			w.at.Key = key
		}
		verdict := w.v.Entry(&w.at, key, val)
		switch verdict.Do {
		case Set:
			val.SetStr(verdict.New)
		case Remove:
			removed = note(removed, key, "")
			continue
		case Into:
			w.below(key, verdict.Arm, val, depth)
		}
		if verdict.Named {
			continue
		}
		if name, ok := w.v.Name(&w.at, key); ok {
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

// below walks a value, under its key and what that announced.
func (w *walker) below(key string, arm uint8, val pcommon.Value, depth int) {
	nested := isNested(val)
	if arm == 0 && !nested {
		w.value(val, depth)
		return
	}
	above, before := w.at.Above, w.at.Arm
	if nested {
		w.at.Above = key
	}
	if arm != 0 {
		w.at.Arm = arm
	}
	w.value(val, depth)
	w.at.Above, w.at.Arm = above, before
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
func (w *walker) value(val pcommon.Value, depth int) {
	if depth >= MaxDepth {
		val.SetStr(w.v.TooDeep(&w.at))
		return
	}
	switch val.Type() {
	case pcommon.ValueTypeStr:
		if s := val.Str(); s != "" {
			if changed, ok := w.v.Text(&w.at, s); ok {
				val.SetStr(changed)
			}
		}
	case pcommon.ValueTypeMap:
		w.entries(val.Map(), depth+1)
	case pcommon.ValueTypeSlice:
		for _, item := range val.Slice().All() {
			w.value(item, depth+1)
		}
	case pcommon.ValueTypeBytes:
		w.bytes(val)
	case pcommon.ValueTypeInt:
		if n := val.Int(); w.at.Arm != 0 || n >= leastNumber || n <= -leastNumber {
			w.number(val, strconv.FormatInt(n, 10))
		}
	case pcommon.ValueTypeDouble:
		w.double(val)
	}
}

// bytes shows bytes: most that are not text hold nothing that a detector wakes up for, and some hold text in
// between. New ones are put beside the old: copies of a message share the bytes of their values, and to write into them
// would change what other pipelines have.
func (w *walker) bytes(val pcommon.Value) {
	b := val.Bytes()
	if b.Len() == 0 {
		return
	}
	if changed, ok := w.v.Bytes(&w.at, string(b.AsRaw())); ok {
		val.SetEmptyBytes().FromRaw([]byte(changed))
	}
}

// double shows a number that is a whole one: some SDKs send every number so.
func (w *walker) double(val pcommon.Value) {
	d := val.Double()
	if whole := d == math.Trunc(d) && math.Abs(d) < 1<<63; !whole {
		if w.at.Arm != 0 {
			w.number(val, strconv.FormatFloat(d, 'g', -1, 64))
		}
		return
	}
	if w.at.Arm != 0 || math.Abs(d) >= leastNumber {
		w.number(val, strconv.FormatFloat(d, 'f', -1, 64))
	}
}

// number shows a number as text; it becomes a text only when the visitor changes it.
func (w *walker) number(val pcommon.Value, shown string) {
	if changed, ok := w.v.Text(&w.at, shown); ok {
		val.SetStr(changed)
	}
}
