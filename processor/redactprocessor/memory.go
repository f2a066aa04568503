// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"strings"
	"unicode/utf8"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/detect"
)

// keyInfo is what the rules say about a key.
type keyInfo struct {
	kind    detect.Kind
	class   class
	content contentKind
	input   bool // content that goes into a model or tool
	stack   bool
	bag     bool // metadata in one JSON object
	tool    bool // what a tool took or gave
	person  bool // a map under it describes somebody
	counts  bool // a number under it is one
	model   bool // it names a model
	clean   bool // nothing was found in the key itself
}

// keyMemory remembers keys, which are few and come back on every span, mostly in the same order.
type keyMemory struct {
	slots [keySlots]*knownKey
	known map[string]*knownKey
	last  *knownKey // what was asked for last
}

// knownKey is a key that was asked for before.
type knownKey struct {
	key  string
	info keyInfo
	next *knownKey // what was asked for behind it the last time
}

const (
	// keySlots is a power of two well above the number of keys that one library uses. A slot saves most of what a look-up
	// in the map costs.
	keySlots = 1024
	// maxRemembered is how many keys are remembered: several times what the instrumentations of one service use.
	maxRemembered = 4096
	// maxRememberedKey is the longest key that is remembered.
	maxRememberedKey = 256
)

// slotOf spreads keys by their length and ends, and by their middle, where indices stand.
func slotOf(key string) uint {
	n := len(key)
	if n < 8 {
		x := uint64(n)
		for i := range n {
			x = x<<8 | uint64(key[i])
		}
		return uint(x * 0xc4ceb9fe1a85ec53 >> 54)
	}
	first, last := word(key, 0), word(key, n-8)
	middle := word(key, (n-8)/2)
	x := (first ^ middle*0x9e3779b97f4a7c15 ^ last*0xff51afd7ed558ccd) + uint64(n)
	return uint(x * 0xc4ceb9fe1a85ec53 >> 54)
}

// word reads eight bytes.
func word(s string, i int) uint64 {
	s = s[i : i+8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// of returns what is known of a key, by the order of keys where that holds, which saves most of a look-up.
func (m *keyMemory) of(key string, r *redactor) *knownKey {
	if last := m.last; last != nil && last.next != nil && last.next.key == key {
		m.last = last.next
		return last.next
	}
	k := m.find(key, r)
	if len(key) > maxRememberedKey {
		return k
	}
	if m.last != nil { // not forgotten by find
		m.last.next = k
	}
	m.last = k
	return k
}

func (m *keyMemory) find(key string, r *redactor) *knownKey {
	at := slotOf(key)
	first, second := m.slots[at], m.slots[at^1]
	if first != nil && first.key == key {
		return first
	}
	if second != nil && second.key == key {
		return second
	}
	k, ok := m.known[key]
	if !ok {
		k = &knownKey{key: strings.Clone(key), info: r.learn(key)}
		if len(key) > maxRememberedKey {
			return k
		}
		if m.known == nil || len(m.known) >= maxRemembered { // keys that were made up do not crowd out those in use for good
			*m = keyMemory{known: map[string]*knownKey{}}
			first = nil
		}
		m.known[k.key] = k
	}
	m.slots[at], m.slots[at^1] = k, first
	return k
}

// learn asks the rules about a key.
func (r *redactor) learn(key string) keyInfo {
	info := keyInfo{
		kind:    detect.KeyKind(key),
		class:   r.identities.of(key),
		content: contentOf(key),
		stack:   stackKeys[key],
		bag:     isBag(key),
		tool:    isToolKey(key),
		person:  isPersonKey(key),
		clean:   len(r.scanner.Scan(key)) == 0,
	}
	words := keyWords(key)
	info.counts, info.model = counts(words) || endsIn(words, numberWords), endsIn(words, modelWords)
	info.input = info.content != notContent && isInputKey(key)
	if info.kind == detect.KindQuery {
		info.kind = detect.KindNone // such words announce a secret in URLs only
	}
	return info
}

// isMostlyText tells text in some encoding from the data of an image or sound.
func isMostlyText(raw []byte) bool {
	raw = raw[:min(len(raw), leastAttachment)]
	odd := 0
	for i := 0; i < len(raw); {
		c, size := utf8.DecodeRune(raw[i:])
		if c == utf8.RuneError || c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			odd++
		}
		i += size
	}
	return odd*8 < len(raw)
}
