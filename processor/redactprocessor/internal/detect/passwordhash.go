// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// dollar recognises password hashes in the form of crypt(3): $2y$10$…, $argon2id$…, $6$….
func (sc *Scanner) dollar(i int) int {
	s := sc.text
	start := i
	if !isCrypt(s[i:]) {
		if start = hasherName(s, i); start < 0 {
			return i + 1
		}
	}
	end := i + 1
	for end < len(s) && (alphabet[s[end]]&aAlnum != 0 || strings.IndexByte("$./=,+-*@:_", s[end]) >= 0) {
		end++
	}
	if end-i < leastHash || strings.Count(s[start:end], "$") < 3 {
		return i + 1
	}
	sc.add(Finding{start, end, PasswordHash, Unquoted})
	return end
}

// hashers name the methods of hashes whose name stands before the first "$", as Django and Werkzeug write them.
var hashers = set("pbkdf2_sha256 pbkdf2_sha1 pbkdf2_sha512 bcrypt_sha256 bcrypt argon2 scrypt")

// hasherName returns where the name of a method begins that ends at i, or -1.
func hasherName(s string, i int) int {
	start := runBack(s, i, len("pbkdf2_sha256"), aURL)
	if start == i || !hashers[s[start:i]] {
		return -1
	}
	return start
}

func isCrypt(s string) bool {
	if len(s) < 2 {
		return false
	}
	for _, id := range cryptIDsBy[s[1]] {
		if strings.HasPrefix(s, id) {
			return true
		}
	}
	return false
}

// cryptIDs name the methods of crypt(3), of Cisco's devices and of Kerberos.
var cryptIDs = []string{
	"$2a$", "$2b$", "$2y$", "$argon2", "$5$", "$6$", "$1$", "$7$", "$8$", "$9$", "$y$", "$apr1$", "$scrypt$",
	"$pbkdf2", "$krb5", "$gy$", "$md5",
}

// cryptIDsBy holds them by their second byte.
var cryptIDsBy = func() (t [256][]string) {
	for _, id := range cryptIDs {
		t[id[1]] = append(t[id[1]], id)
	}
	return t
}()

// leastHash is the length of the shortest password hash of crypt(3), MD5's, less some for cut off ones.
const leastHash = 28
