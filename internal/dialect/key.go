// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
)

// key is what the name of an attribute tells, whatever its value is.
type key struct {
	name  string
	place place
	slot  slot    // of an attribute that some dialect reads, or noSlot
	item  indexed // of a flattened list, without the value
	words words   // that become known with it

	branch  branch // in which it tells of the nature of a span
	failure bool   // it may tell of a failure
	mark    bool   // sampling has left it

	content bool     // see isContent
	told    interest // who finds something in it, of those who read attributes that no dialect knows
}

// place is where a view keeps an attribute.
type place uint8

const (
	nowhereElse place = iota // in its slot alone, or not at all
	inFamily
	inList
	inRest
)

const noSlot slot = -1

// readKey finds out what a name tells.
func readKey(name string) *key {
	k := &key{
		name: name, slot: noSlot, place: inRest,
		branch: branchOf(name), failure: canTellFailure(name),
		mark:    strings.HasPrefix(name, "sampling.") || strings.HasPrefix(name, "pruned."),
		content: isContent(name),
	}
	if s, ok := known[name]; ok {
		k.slot, k.place, k.words = s, nowhereElse, slotWords[s]
	}
	if isFamily(name) {
		k.place, k.words = inFamily, k.words|wordsOf(name)
		return k
	}
	if k.slot != noSlot {
		return k
	}
	if item, ok := readIndexed(name); ok {
		k.place, k.item = nowhereElse, item
		if item.list != noList {
			k.place, k.words = inList, listWords[item.list]
		}
		return k
	}
	if canJudge(name) {
		k.told |= ofFeedback
	}
	if isPlumbing(name) {
		return k
	}
	if endsIn(name, askingWords) {
		k.told |= ofAsking
	}
	if endsIn(name, answeringWords) {
		k.told |= ofAnswering
	}
	return k
}

// keys remembers what names tell: the same few hundred come with every span. Of names that share a place, the two that
// came last are remembered, so that names without end take time, as much as without a memory, but no more of it.
var keys [1024][2]atomic.Pointer[key]

// maxKey is longer than the names of attributes are: what is longer is looked into each time.
const maxKey = 128

var keySeed = maphash.MakeSeed()

// keyOf returns what a name tells.
func keyOf(name string) *key {
	if len(name) > maxKey {
		return readKey(name)
	}
	at := &keys[maphash.String(keySeed, name)%uint64(len(keys))]
	last := at[0].Load()
	if last != nil && last.name == name {
		return last
	}
	if k := at[1].Load(); k != nil && k.name == name {
		return k
	}
	k := readKey(strings.Clone(name)) // and none of the message that it came with
	at[1].Store(last)
	at[0].Store(k)
	return k
}
