// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package run

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// Judge is who has judged a run: LangSmith's feedback_source.type.
type Judge string

// The judges of feedback.
const (
	ByModel  Judge = "model"
	ByCode   Judge = "api"
	ByPerson Judge = "app"
)

// Feedback is what somebody thinks of a run. Score, value and comment are independent of each other, and at least one
// of them is there.
type Feedback struct {
	ID      ID // of the feedback, always the same for the same judgement
	Key     string
	Score   Value // a number or a bool, or absent
	Value   string
	Comment string
	Judge   Judge
	Failed  bool // there is no judgement, as the judge has failed
	At      time.Time
}

// Derive returns an id that follows from id and texts alone, so that whoever sends the same twice names it the same.
// It is a UUIDv8 (RFC 9562 §5.8).
func (id ID) Derive(texts ...string) ID {
	b := append(make([]byte, 0, 256), id[:]...)
	for _, text := range texts {
		b = binary.AppendUvarint(b, uint64(len(text)))
		b = append(b, text...)
	}
	sum := sha256.Sum256(b)
	derived := ID(sum[:16])
	derived[6] = derived[6]&0x0f | 0x80
	derived[8] = derived[8]&0x3f | 0x80
	return derived
}
