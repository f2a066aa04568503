// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

// keyCache remembers what short keys announce, since those of JSON come back with every object. It has a fixed size,
// where a new key takes the place of the older one of two, and holds copies, so that no text lives on in it.
type keyCache [1 << cacheBits]cachedKey

const (
	cacheBits = 8
	// maxCached makes a slot of 32 bytes. Few keys are longer.
	maxCached = 30
)

type cachedKey struct {
	name [maxCached]byte
	size uint8
	kind Kind
}

// kind is KeyKind with a memory. What ends in a digit is mostly a time of day, which comes once and announces nothing.
func (c *keyCache) kind(key string) Kind {
	if len(key) > maxCached || len(key) == 0 {
		return KeyKind(key)
	}
	if !isLetter(key[len(key)-1]) && !mayAnnounce(key) {
		return KindNone
	}
	slot := cacheSlot(key) &^ 1
	k, second := &c[slot], &c[slot+1]
	switch {
	case string(k.name[:k.size]) == key:
		return k.kind
	case string(second.name[:second.size]) == key:
		return second.kind
	}
	*second = *k
	k.kind, k.size = KeyKind(key), uint8(copy(k.name[:], key))
	return k.kind
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
