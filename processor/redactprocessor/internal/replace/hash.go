// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package replace

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strings"
	"sync"
)

// Key is a secret with the name by which tokens refer to it.
type Key struct {
	ID     string
	Secret []byte
}

// Sizes of the parts of a token, in bytes. 96 bits keep collisions negligible for as many values as there can be; 32
// bits of check let one forged token in four thousand million pass, each of which is a guess of its own.
const (
	hashSize  = 12
	checkSize = 4
)

const (
	prefix = "hash:"
	// checkLabel separates the key of the check from that of the hash. The name of the key follows it, so that a token
	// cannot be passed off as one of another key.
	checkLabel = "otelcol-langsmith token check v2 "
)

// What follows the class in what is hashed. No class holds such a byte.
const (
	unscoped = 0
	scoped   = 1
)

// Hasher writes and recognises hash tokens. It may be used by any number of goroutines.
type Hasher struct {
	keys []keyed // newest first
}

// keyed is a key and its idle states.
type keyed struct {
	id    string
	idle  *sync.Pool
	start string // "hash:<id>:"
}

// state is what one token at a time is made with.
type state struct {
	value hash.Hash // HMAC-SHA256 under the secret
	// check is a block cipher under a derived key. What it turns a hash into is as good as a message authentication code,
	// as hashes have one length that fits a block, and costs a tenth of a second HMAC.
	check cipher.Block
	block [aes.BlockSize]byte
	sum   [sha256.Size]byte
	token []byte
}

// NewHasher takes the keys, newest first: tokens are written with the first and recognised with all.
func NewHasher(keys []Key) (*Hasher, error) {
	if len(keys) == 0 {
		return nil, errors.New("no keys")
	}
	h := &Hasher{}
	for _, k := range keys {
		if len(k.Secret) == 0 {
			return nil, fmt.Errorf("key %q is empty", k.ID)
		}
		secret := append([]byte(nil), k.Secret...)
		derived := hmac.New(sha256.New, secret)
		derived.Write([]byte(checkLabel + k.ID))
		check, err := aes.NewCipher(derived.Sum(nil))
		if err != nil {
			return nil, fmt.Errorf("derive the check of key %q: %w", k.ID, err)
		}
		h.keys = append(h.keys, keyed{id: k.ID, start: prefix + k.ID + ":", idle: &sync.Pool{New: func() any {
			return &state{value: hmac.New(sha256.New, secret), check: check}
		}}})
	}
	return h, nil
}

// Token returns the token of a value. Values of one class are told apart from equal ones of another.
func (h *Hasher) Token(class, value string) string { return h.Scoped(class, "", value) }

// Scoped is Token for a value that means something within a scope only, such as one tenant: equal values of different
// scopes get different tokens. An empty scope is none.
func (h *Hasher) Scoped(class, scope, value string) string {
	k := &h.keys[0]
	s := k.idle.Get().(*state)
	t := s.token[:0]
	t = append(t, class...)
	if scope == "" {
		t = append(t, unscoped)
	} else { // the length makes it impossible to shift bytes between scope and value
		t = append(t, scoped)
		t = binary.BigEndian.AppendUint32(t, uint32(len(scope)))
		t = append(t, scope...)
	}
	t = append(t, value...)
	s.value.Reset()
	s.value.Write(t)
	s.value.Sum(s.sum[:0])
	t = append(t[:0], k.start...)
	t = s.appendToken(t, s.sum[:hashSize])
	token := string(t)
	if s.token = t; cap(t) > maxKeptBuffer {
		s.token = nil
	}
	k.idle.Put(s)
	return token
}

// appendToken appends a hash and its check.
func (s *state) appendToken(t, sum []byte) []byte {
	t = hex.AppendEncode(t, sum)
	s.block = [aes.BlockSize]byte{}
	copy(s.block[:], sum)
	s.check.Encrypt(s.block[:], s.block[:])
	t = append(t, '.')
	return hex.AppendEncode(t, s.block[:checkSize])
}

// Own tells whether token was written with one of the keys.
func (h *Hasher) Own(token string) bool {
	if !strings.HasPrefix(token, prefix) {
		return false
	}
	for i := range h.keys {
		k := &h.keys[i]
		if strings.HasPrefix(token, k.start) && len(token) == len(k.start)+2*hashSize+1+2*checkSize {
			return k.verify(token)
		}
	}
	return false
}

func (k *keyed) verify(token string) bool {
	s := k.idle.Get().(*state)
	defer k.idle.Put(s)
	sum := s.sum[:hashSize]
	if _, err := hex.Decode(sum, []byte(token[len(k.start):len(k.start)+2*hashSize])); err != nil {
		return false
	}
	s.token = s.appendToken(append(s.token[:0], k.start...), sum)
	return subtle.ConstantTimeCompare(s.token, []byte(token)) == 1
}

// IDs lists the names of the keys, newest first.
func (h *Hasher) IDs() []string {
	ids := make([]string, len(h.keys))
	for i, k := range h.keys {
		ids[i] = k.id
	}
	return ids
}
