// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/replace"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/walk"
)

const (
	// leastWord is the shortest identifier that is looked for elsewhere in the call: shorter ones are found in ordinary
	// words.
	leastWord = 6
	// maxWords bounds how many are looked for, since each costs a pass over every text.
	maxWords = 16
	// maxIdentifier bounds what is taken for an identifier and looked for elsewhere.
	maxIdentifier = 256
)

// identify hashes the value of an attribute that names somebody; of a list each item.
func (r *redactor) identify(at walk.Place, c class, val pcommon.Value) walk.Verdict {
	switch val.Type() {
	case pcommon.ValueTypeMap, pcommon.ValueTypeEmpty, pcommon.ValueTypeBool:
		return walk.Verdict{}
	case pcommon.ValueTypeSlice:
		for _, item := range val.Slice().All() {
			if verdict := r.identify(at, c, item); verdict.Do == walk.Set {
				item.SetStr(verdict.New)
			}
		}
		return walk.Verdict{}
	}
	token, ok := r.token(c, val.AsString())
	if !ok {
		return walk.Verdict{}
	}
	r.tally.hashed[c]++
	return walk.Verdict{Do: walk.Set, New: token}
}

// token returns the hash of an identifier, or false for one that stays: an empty one, one that was drawn at random,
// one of our own tokens.
func (r *redactor) token(c class, id string) (string, bool) {
	if strings.TrimSpace(id) == "" || r.hasher.Own(id) || c == classSession && isMachineMade(id) {
		return "", false
	}
	return r.hasher.Token(c.String(), id), true
}

// collect remembers an identifier of this call, to be replaced wherever it stands in a text.
func (r *redactor) collect(key string, val pcommon.Value) {
	info := r.keys.of(key, r)
	if info.class == noClass || len(r.words) >= maxWords || val.Type() != pcommon.ValueTypeStr {
		return
	}
	id := val.Str()
	if len(id) < leastWord || len(id) > maxIdentifier || !isTelling(id) {
		return
	}
	if slices.ContainsFunc(r.words, func(w replace.Word) bool { return w.Old == id }) {
		return
	}
	if token, ok := r.token(info.class, id); ok {
		r.words = append(r.words, replace.Word{Old: id, New: token})
	}
}

// isTelling tells an identifier from a word that may stand in any sentence (anonymous, default) and from a number,
// which may be one of JSON.
func isTelling(id string) bool {
	return !only(id, isLetter) && !only(id, func(c byte) bool { return !isLetter(c) })
}

// sortWords puts longer identifiers first, as they may contain shorter ones.
func (r *redactor) sortWords() {
	slices.SortFunc(r.words, func(a, b replace.Word) int {
		if d := len(b.Old) - len(a.Old); d != 0 {
			return d
		}
		return strings.Compare(a.Old, b.Old)
	})
}
