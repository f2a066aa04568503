// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package jsontext

import "math/bits"

// Texts are looked at eight bytes at a time, as one number. A mask has the highest bit set of each byte that is looked
// for, and perhaps of bytes behind the first of them: where that stands is all that may be asked.
const (
	wordSize = 8
	ones     = 0x0101010101010101
	highs    = 0x8080808080808080
)

// wordAt returns the eight bytes from i on.
func wordAt[T Text](s T, i int) uint64 {
	w := s[i:]
	_ = w[wordSize-1]
	return uint64(w[0]) | uint64(w[1])<<8 | uint64(w[2])<<16 | uint64(w[3])<<24 |
		uint64(w[4])<<32 | uint64(w[5])<<40 | uint64(w[6])<<48 | uint64(w[7])<<56
}

// delimiters masks quotes and backslashes.
func delimiters(word uint64) uint64 {
	quote, escape := word^(ones*'"'), word^(ones*'\\')
	return ((quote-ones)&^quote | (escape-ones)&^escape) & highs
}

// controls masks control characters.
func controls(word uint64) uint64 { return (word - ones*' ') &^ word & highs }

// first returns the index of the first byte of a mask.
func first(mask uint64) int { return bits.TrailingZeros64(mask) / 8 }
