// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "encoding/base64"

// What private keys begin with in DER (X.690): a sequence, and in it the number of a version, by which they differ from
// certificates and public keys.
const (
	derSequence = 0x30
	derInteger  = 0x02
	derOctets   = 0x04
	derOID      = 0x06

	derHead     = 24 // bytes that are looked at
	leastDER    = 60 // characters of the shortest, of Ed25519
	leastDERRow = 40 // characters of a further line
)

// derKey is a private key, or a store of keys, in base64 without its armour: PKCS #1, #8 and #12, and SEC 1.
func derKey(s string, start, end int) (from, to int, id ID) {
	if end-start < leastDER || !only(s[start:start+leastDER], aStd64) || !isDERKey(s[start:]) {
		return 0, 0, 0
	}
	end = run(s, end, aStd64) // beyond a slash
	for next := lineBreak(s, end); next > end; next = lineBreak(s, end) {
		row := run(s, next, aStd64)
		if row-next < leastDERRow && (row >= len(s) || s[row] != '=') {
			break
		}
		end = row
	}
	for end < len(s) && s[end] == '=' {
		end++
	}
	return start, end, PrivateKey
}

// isDERKey judges the first bytes of what s holds in base64.
func isDERKey(s string) bool {
	var head [derHead]byte
	if n, err := base64.StdEncoding.Decode(head[:], []byte(s[:derHead/3*4])); err != nil || n < derHead {
		return false
	}
	if head[0] != derSequence {
		return false
	}
	body := head[2:]
	if lengths := int(head[1]); lengths > 0x80 {
		if lengths > 0x83 {
			return false
		}
		body = head[2+lengths-0x80:]
	}
	if body[0] != derInteger || body[1] != 1 {
		return false
	}
	version, next := body[2], body[3]
	switch version {
	case 0: // PKCS #8 goes on with an algorithm, PKCS #1 with a long number
		return next == derSequence || next == derInteger && body[4] >= 0x40
	case 1: // SEC 1, or PKCS #8 with a public key
		return next == derOctets || next == derSequence
	case 3: // PKCS #12
		return next == derSequence
	}
	return false
}
