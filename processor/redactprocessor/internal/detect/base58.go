// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"crypto/sha256"
	"strings"
)

const base58Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// maxBase58 is how many bytes the longest text has that is decoded: a private key with its marks and checksum.
const maxBase58 = 40

// base58Check tells whether s is bytes in base58 with the four bytes of their checksum at the end.
func base58Check(s string) bool {
	var number [maxBase58]byte // big-endian
	used := 0
	for i := range len(s) {
		carry := strings.IndexByte(base58Alphabet, s[i])
		if carry < 0 {
			return false
		}
		for k := 0; k < used || carry > 0; k++ {
			if k == maxBase58 {
				return false
			}
			carry += 58 * int(number[maxBase58-1-k])
			number[maxBase58-1-k] = byte(carry)
			carry >>= 8
			used = max(used, k+1)
		}
	}
	const check = 4
	if used <= check {
		return false
	}
	body, sum := number[maxBase58-used:maxBase58-check], [check]byte(number[maxBase58-check:])
	once := sha256.Sum256(body)
	twice := sha256.Sum256(once[:])
	return [check]byte(twice[:check]) == sum
}
