// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package run

import (
	"encoding/hex"
)

// ID is the id of a run: sixteen bytes, shown as a UUID in lower case. The zero ID means "none".
type ID [16]byte

// FromSpan is LangSmith's own rule for spans that arrive over OTLP: the eight bytes of the span id, right-aligned.
//
//	0123456789abcdef → 00000000-0000-0000-0123-456789abcdef
func FromSpan(span [8]byte) ID {
	var id ID
	copy(id[8:], span[:])
	return id
}

// FromTraceSpan mixes trace and span id into 128 bits, for those who fear that 64-bit span ids of several services
// collide: the low half of the trace id, then the span id, with the version and variant bits of a UUIDv8 (RFC 9562
// §5.8) set. A span id loses its two highest bits to the variant, so that 122 bits tell runs apart.
func FromTraceSpan(trace [16]byte, span [8]byte) ID {
	var id ID
	copy(id[:8], trace[8:])
	copy(id[8:], span[:])
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return id
}

// IsZero reports whether id means "none".
func (id ID) IsZero() bool { return id == ID{} }

// String writes id in the canonical form of RFC 9562 §4.
func (id ID) String() string { return string(id.Append(make([]byte, 0, idLength))) }

// idLength is the length of the canonical form.
const idLength = len("00000000-0000-0000-0000-000000000000")

// Append appends what String returns.
func (id ID) Append(b []byte) []byte {
	var text [idLength]byte
	hex.Encode(text[0:8], id[0:4])
	hex.Encode(text[9:13], id[4:6])
	hex.Encode(text[14:18], id[6:8])
	hex.Encode(text[19:23], id[8:10])
	hex.Encode(text[24:36], id[10:16])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return append(b, text[:]...)
}

// ParseID reads the canonical form, in either case.
func ParseID(s string) (ID, bool) {
	var id ID
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return id, false
	}
	digits := make([]byte, 0, 32)
	for _, part := range []string{s[0:8], s[9:13], s[14:18], s[19:23], s[24:36]} {
		digits = append(digits, part...)
	}
	if _, err := hex.Decode(id[:], digits); err != nil {
		return ID{}, false
	}
	return id, true
}
