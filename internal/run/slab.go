// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package run

import "cmp"

// Slab holds the values of many runs in few pieces of memory. The zero Slab is for very many.
type Slab struct {
	piece  int
	pieces [][]Named
	at     int // the piece that is being filled
}

const (
	// usualValues is how many values a run has as a rule, with its parameters and room for more.
	usualValues = 32
	// maxPiece is the number of values in one piece: those of some thirty runs.
	maxPiece = 1024
	// maxPieces is how many pieces are used again. A trace that needs more is a giant.
	maxPieces = 64
)

// NewSlab returns a slab for so many runs.
func NewSlab(runs int) Slab { return Slab{piece: min(runs, maxPiece/usualValues) * usualValues} }

// Keep returns a copy of vs with room for so many more. Appending to it leaves its neighbours alone.
func (s *Slab) Keep(vs Values, more int) Values {
	n := len(vs) + more
	if n == 0 {
		return nil
	}
	for s.at < len(s.pieces) && cap(s.pieces[s.at])-len(s.pieces[s.at]) < n {
		s.at++
	}
	if s.at == len(s.pieces) {
		s.pieces = append(s.pieces, make([]Named, 0, max(cmp.Or(s.piece, maxPiece), n)))
	}
	start := len(s.pieces[s.at])
	piece := s.pieces[s.at][:start+n]
	s.pieces[s.at] = piece
	copy(piece[start:], vs)
	return piece[start : start+len(vs) : len(piece)]
}

// Reset makes the memory free for other runs: what has been kept is valid no longer.
func (s *Slab) Reset() {
	s.pieces = s.pieces[:min(len(s.pieces), maxPieces)]
	for i, piece := range s.pieces {
		clear(piece)
		s.pieces[i] = piece[:0]
	}
	s.at = 0
}
