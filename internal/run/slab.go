// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package run

// Slab holds the values of many runs in few pieces of memory. Each piece lives as long as any of its runs.
type Slab struct {
	free  []Named
	piece int
}

const (
	// usualValues is how many values a run has as a rule, with its parameters.
	usualValues = 32
	// maxPiece is the number of values in one piece: those of some twenty runs.
	maxPiece = 512
)

// NewSlab returns a slab for so many runs.
func NewSlab(runs int) Slab { return Slab{piece: min(runs, maxPiece/usualValues) * usualValues} }

// Keep returns a copy of vs. Appending to it leaves its neighbours alone.
func (s *Slab) Keep(vs Values) Values {
	if len(vs) == 0 {
		return nil
	}
	if len(vs) > len(s.free) {
		s.free = make([]Named, max(s.piece, len(vs)))
	}
	kept := s.free[:len(vs):len(vs)]
	s.free = s.free[len(vs):]
	copy(kept, vs)
	return kept
}
