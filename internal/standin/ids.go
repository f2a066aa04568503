// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// uuidLen is the length of a UUID in its canonical form.
const uuidLen = 36

// uuidOf writes sixteen bytes as a UUID.
func uuidOf(b [16]byte) string {
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// spanRunID is the run id of a span: its eight bytes at the right of a zeroed UUID.
func spanRunID(span [8]byte) string {
	var b [16]byte
	copy(b[8:], span[:])
	return uuidOf(b)
}

// parseUUID returns s in lower case when it is a UUID in canonical form.
func parseUUID(s string) (string, bool) {
	if len(s) != uuidLen {
		return "", false
	}
	for i := range len(s) {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return "", false
			}
		default:
			if !isHex(s[i]) {
				return "", false
			}
		}
	}
	return strings.ToLower(s), true
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// nameUUID derives an id from names, so that a project has the same one after a restart. It is marked as a UUIDv8.
func nameUUID(names ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(names, "\x00")))
	var b [16]byte
	copy(b[:], sum[:])
	b[6] = b[6]&0x0f | 0x80
	b[8] = b[8]&0x3f | 0x80
	return uuidOf(b)
}
