// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "hash/maphash"

// keyCache remembers what short keys announce, since those of JSON come back with every object. It has a fixed size,
// where a new key takes the place of the older one of two, and holds copies, so that no text lives on in it.
type keyCache struct {
	short [1 << cacheBits]cachedKey
	long  [1 << longBits]uint64
}

const (
	cacheBits = 9
	longBits  = 6
	// maxCached makes a slot of 32 bytes. Few keys are longer.
	maxCached = 30
)

type cachedKey struct {
	name [maxCached]byte
	size uint8
	kind Kind
}

// kind is KeyKind with a memory.
func (c *keyCache) kind(key string) Kind {
	if kind := c.judge(key); kind != KindMember {
		return kind
	}
	return KindNone
}

// judge is kind, but for KindMember. What ends in a digit is mostly a time of day, which comes once and announces
// nothing.
func (c *keyCache) judge(key string) Kind {
	if len(key) == 0 || isLetter(key[len(key)-1]) && !wordTails.mayEnd(key, len(key)) {
		return KindNone
	}
	if len(key) > maxCached {
		return c.longKind(key)
	}
	if !isLetter(key[len(key)-1]) && !mayAnnounce(key) {
		return KindNone
	}
	slot := cacheSlot(key) &^ 1
	k, second := &c.short[slot], &c.short[slot+1]
	switch {
	case string(k.name[:k.size]) == key:
		return k.kind
	case string(second.name[:second.size]) == key:
		return second.kind
	}
	*second = *k
	k.kind, k.size = memberKind(key), uint8(copy(k.name[:], key))
	return k.kind
}

// longKind is kind for a key that is too long for a slot of its own: mostly a sentence before a colon. As for values, sums
// are remembered; the lowest bits of a slot are the kind.
func (c *keyCache) longKind(key string) Kind {
	const kinds = 1<<8 - 1
	key = key[max(0, len(key)-maxKey):]
	sum := maphash.String(verdictSeed, key) &^ kinds
	slot := &c.long[sum>>(64-longBits)]
	if *slot&^kinds != sum {
		*slot = sum | uint64(memberKind(key))
	}
	return Kind(*slot & kinds)
}

// cacheSlot spreads keys by their length, their beginning and their end.
func cacheSlot(key string) uint32 {
	h := uint32(len(key))
	if len(key) >= 4 {
		first, last := key[:4], key[len(key)-4:]
		h ^= (uint32(first[0]) | uint32(first[1])<<8 | uint32(first[2])<<16 | uint32(first[3])<<24) * 0x9e3779b1
		h ^= (uint32(last[0]) | uint32(last[1])<<8 | uint32(last[2])<<16 | uint32(last[3])<<24) * 0x85ebca6b
	} else {
		for i := range len(key) {
			h = h<<8 | uint32(key[i])
		}
	}
	return h * 0xc2b2ae35 >> (32 - cacheBits)
}

// memberKind is KeyKind with KindMember.
func memberKind(key string) Kind {
	if kind := KeyKind(key); kind != KindNone || !endsInID(key) {
		return kind
	}
	return KindMember
}
