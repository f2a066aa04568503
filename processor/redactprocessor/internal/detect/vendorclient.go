// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// knownCallee adds what the call of the callee [name, i) is given when that is the keys of OAuth, the key of a service, or
// what becomes the value of a name that announces a secret. It tells whether it is.
func (sc *Scanner) knownCallee(name, i int, first literal) bool {
	callee := sc.text[name:i]
	last := callee[strings.LastIndexByte(callee, '.')+1:]
	switch {
	case isOAuth(last):
		sc.tokens(first)
		return true
	case wrappers.has(last):
		return !sc.closes(i, i+1) && sc.wrapped(name, first)
	}
	text := sc.text[first.start:first.end]
	if !isOpaque(text) || !only(text, aURL) || !makesClient(callee) || sc.closes(i, i+1) {
		return false
	}
	sc.add(Finding{first.start, first.end, SecretValue, Unquoted})
	return true
}

// clientWords end the names of what is made with the key of a service.
var clientWords = words("client api sdk llm session rest connection")

// makesClient tells whether a callee makes a client of a service whose keys have no form of their own:
// cohere.Client("…"), new DeepgramClient("…"), ElevenLabs("…").
func makesClient(callee string) bool {
	if len(callee) > maxKey || !hasCapitals(callee) {
		return false
	}
	var low [maxKey]byte
	for i := range len(callee) {
		low[i] = lower(callee[i])
	}
	words, first := splitKey(callee, string(low[:len(callee)]))
	n := len(words)
	for n > first && clientWords.has(words[n-1]) {
		n--
	}
	return n > first && vendorWords[words[n-1]] || n > first+1 && vendorWords[words[n-2]+words[n-1]]
}
