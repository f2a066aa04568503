// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package replace

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
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
	// checkLabel separates the key of the check from that of the hash.
	checkLabel = "otelcol-langsmith token check v1"
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

// state is a pair of HMACs and the room for one token.
type state struct {
	value, check hash.Hash
	sum          [sha256.Size]byte
	token        []byte
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
		derived.Write([]byte(checkLabel))
		second := derived.Sum(nil)
		h.keys = append(h.keys, keyed{id: k.ID, start: prefix + k.ID + ":", idle: &sync.Pool{New: func() any {
			return &state{value: hmac.New(sha256.New, secret), check: hmac.New(sha256.New, second)}
		}}})
	}
	return h, nil
}

// Token returns the token of a value. Values of one class are told apart from equal ones of another.
func (h *Hasher) Token(class, value string) string {
	k := &h.keys[0]
	s := k.idle.Get().(*state)
	s.value.Reset()
	t := append(s.token[:0], class...)
	t = append(t, 0)
	t = append(t, value...)
	s.value.Write(t)
	sum := s.value.Sum(s.sum[:0])
	t = append(t[:0], k.start...)
	t = hex.AppendEncode(t, sum[:hashSize])
	t = s.appendCheck(t)
	s.token = t
	token := string(t)
	if cap(t) > maxKeptBuffer {
		s.token = nil
	}
	k.idle.Put(s)
	return token
}

// appendCheck appends the check of the token so far.
func (s *state) appendCheck(t []byte) []byte {
	s.check.Reset()
	s.check.Write(t)
	sum := s.check.Sum(s.sum[:0])
	t = append(t, '.')
	return hex.AppendEncode(t, sum[:checkSize])
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
	body := len(token) - 1 - 2*checkSize
	s.token = s.appendCheck(append(s.token[:0], token[:body]...))
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
