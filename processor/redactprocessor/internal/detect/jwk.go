// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

// jwkWindow is how far around a member of a JSON web key its type is looked for, and leastJWK the length of the shortest
// secret in one (RFC 7517).
const (
	jwkWindow = 1024
	leastJWK  = 20
)

// jwkKind judges a key of one letter: d is the private part of a JSON web key, k the secret of a symmetric one.
func (sc *Scanner) jwkKind(k *key, i int) Kind {
	s := sc.text
	if c := s[k.start]; k.quote != '"' || c != 'd' && c != 'k' {
		return KindNone
	}
	value, ok := literalAt(s, skipBlanks(s, i+1))
	if !ok || value.end-value.start < leastJWK || !only(s[value.start:value.end], aURL) {
		return KindNone
	}
	return pick(sc.keyTypes.in(s, keyType, max(0, i-jwkWindow), min(len(s), i+jwkWindow)), KindSecret, KindNone)
}

// keyType is the member of a JSON web key that says of what type it is.
const keyType = `"kty`
