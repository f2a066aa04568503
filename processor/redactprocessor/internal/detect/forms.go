// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"encoding/base64"
	"strings"
)

// form recognises a token by its marks, and returns where it begins and ends. An end of 0 says that it is none.
type form func(s string, start, end int) (from, to int, id ID)

// The forms by the length of the run, by the byte before it, and by its first one: most runs have none to be held against.
var (
	formsByLength = [longestForm + 1][]form{
		27: {appToken}, 32: {dottedKey, idAndSecret, windowsHashes},
		36: {mailchimpKey}, 37: {mailchimpKey}, 40: {suffixedKey},
		42: {oktaKey},
		43: {azureKey}, 44: {serverToken}, 49: {rapidKey, tunnelKey}, 50: {mailgunKey, rapidKey, tunnelKey}, 51: {rapidKey, walletKey},
		52: {azureKey, walletKey}, 54: {azureKey}, 64: {fileToken}, 66: {numberedKey}, 67: {numberedKey}, 68: {numberedKey},
		69: {numberedKey}, 84: {azureKey}, 86: {azureKey},
	}
	formsByBefore = [256]form{'!': salesforceToken, '.': keyBehindDot, '~': openShiftToken, '}': ldapHash, ' ': oktaToken}
	formsByStart  = [256]form{'A': keyByA, 'e': grafanaKey, 'M': derKey}
)

// longestForm is the length of the longest run that is told by its length.
const longestForm = 86

// formed recognises tokens by a mark inside or at the end of the run [start, end), or right before it.
func (sc *Scanner) formed(start, end int) bool {
	s := sc.text
	if n := end - start; n <= longestForm {
		for _, f := range formsByLength[n] {
			if sc.hasForm(f, start, end) {
				return true
			}
		}
	}
	if start > 0 && formsByBefore[s[start-1]] != nil && sc.hasForm(formsByBefore[s[start-1]], start, end) {
		return true
	}
	return formsByStart[s[start]] != nil && sc.hasForm(formsByStart[s[start]], start, end)
}

func (sc *Scanner) hasForm(f form, start, end int) bool {
	from, to, id := f(sc.text, start, end)
	if to > 0 {
		sc.add(Finding{from, to, id, Unquoted})
	}
	return to > 0
}

// azureMarks stand ten characters before the end of the keys of Azure's storage, messaging, functions, search, caches
// and databases; the padding of base64 does not count.
var azureMarks = set("AzFu AzSe AzCa AzCd +ASt +ASb +AEh +ARm +ABa +ACR +AMC +APM ACDb APIM AIoT AZEG")

// azureKey is a key with a mark of Azure's near its end: of DevOps and of cognitive services in 84 characters, of others
// in 43, 52, 54 or 86.
func azureKey(s string, start, end int) (from, to int, id ID) {
	const long, devOps, cognitive, tail = 84, "AZDO", "JQQJ", 10
	run := s[start:end]
	switch len(run) {
	case long:
		if !only(run, aAlnum) || run[long-8:long-4] != devOps && !strings.Contains(run[long/2:], cognitive) {
			return 0, 0, 0
		}
	case 43, 52, 54, 86:
		if !azureMarks[run[len(run)-tail:len(run)-tail+4]] {
			return 0, 0, 0
		}
		for end < len(s) && s[end] == '=' {
			end++
		}
	default:
		return 0, 0, 0
	}
	return start, end, AzureKey
}

// mailchimpKey is 32 hexadecimal digits and the name of a data centre: -us12.
func mailchimpKey(s string, start, end int) (from, to int, id ID) {
	const digits, centre = 32, "-us"
	run := s[start:end]
	if len(run) < digits+len(centre)+1 || len(run) > digits+len(centre)+2 || !only(run[:digits], aHex) ||
		!strings.HasPrefix(run[digits:], centre) || !only(run[digits+len(centre):], aDigit) {
		return 0, 0, 0
	}
	return start, end, MailchimpKey
}

// suffixedKey is a licence key that ends in a mark of its vendor.
func suffixedKey(s string, start, end int) (from, to int, id ID) {
	const length = 40
	run := s[start:end]
	if len(run) != length || !strings.HasSuffix(run, "NRAL") && !strings.HasSuffix(run, "_mmk") || !tokenLike(run) {
		return 0, 0, 0
	}
	return start, end, LicenseKey
}

// salesforceToken is the id of an organisation, "!", and the secret part.
func salesforceToken(s string, start, end int) (from, to int, id ID) {
	const least, most, maxOrg = 60, 128, 18
	start = runBack(s, start, most, aURLDot)
	if start == 0 || s[start-1] != '!' {
		return 0, 0, 0
	}
	org, end := runBack(s, start-1, maxOrg, aAlnum), run(s, end, aURLDot)
	if !strings.HasPrefix(s[org:], "00D") || end-start < least {
		return 0, 0, 0
	}
	return org, end, SalesforceToken
}

// openShiftToken is sha256~ and 43 characters.
func openShiftToken(s string, start, end int) (from, to int, id ID) {
	const prefix, least = "sha256~", 40
	if end-start < least || !strings.HasSuffix(s[:start], prefix) || isDummy(s[start:end], 0) {
		return 0, 0, 0
	}
	return start - len(prefix), end, OpenShiftToken
}

// dottedKey is an id and a secret of 16 or 32 characters with a dot between them: Zhipu's keys, Zoho's tokens.
func dottedKey(s string, start, end int) (from, to int, id ID) {
	const half = 32
	if end-start != half || end >= len(s) || s[end] != '.' || !only(s[start:end], aHex) || !startsWord(s, start) {
		return 0, 0, 0
	}
	stop := run(s, end+1, aAlnum)
	if n := stop - end - 1; n != half/2 && n != half || !tokenLike(s[end+1:stop]) {
		return 0, 0, 0
	}
	return start, stop, DottedKey
}

// windowsHashes are the two hashes of a Windows password as tools list them: user:500:<LM>:<NT>:::.
func windowsHashes(s string, start, end int) (from, to int, id ID) {
	const length, rest = 32, ":::"
	stop := end + 1 + length
	if start == 0 || s[start-1] != ':' || stop > len(s) || s[end] != ':' ||
		stop < len(s) && !strings.HasPrefix(s[stop:], rest) ||
		!only(s[start:end], aHex) || !only(s[end+1:stop], aHex) {
		return 0, 0, 0
	}
	return start, stop, PasswordHash
}

// numberedKey is the number of a key and 64 random characters, as TrueNAS has them.
func numberedKey(s string, start, end int) (from, to int, id ID) {
	const length, maxNumber = 64, 4
	body := end - length
	if body <= start+1 || body-start > maxNumber+1 || s[body-1] != '-' || !only(s[start:body-1], aDigit) {
		return 0, 0, 0
	}
	digits, capitals, smalls := mix(s[body:end])
	if digits+capitals+smalls != length || capitals == 0 || smalls == 0 || !tokenLike(s[body:end]) {
		return 0, 0, 0
	}
	return start, end, NumberedKey
}

// grafanaKey is a key of older Grafana versions: an object with a key, a name and an id, in base64.
func grafanaKey(s string, start, end int) (from, to int, id ID) {
	if !strings.HasPrefix(s[start:end], "eyJrIjoi") {
		return 0, 0, 0
	}
	if text := unbase64(s[start:end]); !strings.Contains(text, `"n":"`) || !strings.Contains(text, `"id":`) {
		return 0, 0, 0
	}
	return start, end, GrafanaKey
}

// mailgunKey is 32 hexadecimal digits and twice eight more.
func mailgunKey(s string, start, end int) (from, to int, id ID) {
	const digits, more = 32, 8
	run := s[start:end]
	if len(run) != digits+2*(more+1) || run[digits] != '-' || run[digits+1+more] != '-' ||
		!only(run[:digits], aHex) || !only(run[digits+1:digits+1+more], aHex) || !only(run[digits+2+more:], aHex) {
		return 0, 0, 0
	}
	return start, end, MailgunKey
}

// rapidKey is a key of RapidAPI: some 50 characters with "msh", "p1" and "jsn" at their places.
func rapidKey(s string, start, end int) (from, to int, id ID) {
	const least, most, msh, p1, jsn = 49, 51, 10, 28, 36
	run := s[start:end]
	if len(run) < least || len(run) > most || run[msh:msh+3] != "msh" || run[p1:p1+2] != "p1" || run[jsn:jsn+3] != "jsn" {
		return 0, 0, 0
	}
	return start, end, RapidAPIKey
}

// tunnelKey is an authtoken of ngrok: a KSUID and 21 characters behind it, or the older 18 and 28.
func tunnelKey(s string, start, end int) (from, to int, id ID) {
	const ksuid, secret = 27, 21
	run := s[start:end]
	if len(run) < ksuid+1+secret || len(run) > ksuid+2+secret || run[ksuid] != '_' || run[0] != '2' && run[0] != '1' ||
		!only(run[:ksuid], aAlnum) || !only(run[ksuid+1:], aAlnum) || !looksRandom(run) {
		return 0, 0, 0
	}
	return start, end, NgrokToken
}

// idAndSecret is 32 hexadecimal digits behind an id and a colon: a UUID as fal has it, numbers as Asana has them.
func idAndSecret(s string, start, end int) (from, to int, id ID) {
	const digits, uuid, gid, maxGIDs = 32, 36, 12, 40
	if end-start != digits || start < gid || s[start-1] != ':' || !only(s[start:end], aHex) {
		return 0, 0, 0
	}
	colon := start - 1
	if colon >= uuid && isUUID(s[colon-uuid:colon]) {
		return colon - uuid, end, PairedKey
	}
	if from = runBack(s, colon, maxGIDs, aDigit|aBase64); colon-from >= gid && s[from] != '/' &&
		strings.IndexByte(s[from:colon], '/') == 1 {
		return from, end, PairedKey
	}
	return 0, 0, 0
}

// appToken is the access token of an app of Meta's: its number, "|" and 27 characters.
func appToken(s string, start, end int) (from, to int, id ID) {
	const secret, leastNumber, maxNumber = 27, 13, 18
	if end-start != secret || start == 0 || s[start-1] != '|' || !looksRandom(s[start:end]) {
		return 0, 0, 0
	}
	if from = runBack(s, start-1, maxNumber, aDigit); start-1-from < leastNumber {
		return 0, 0, 0
	}
	return from, end, MetaAppToken
}

var ldapSchemes = []string{
	"{SHA}", "{SSHA}", "{SHA256}", "{SSHA256}", "{SHA384}", "{SSHA384}", "{SHA512}", "{SSHA512}", "{MD5}", "{SMD5}",
	"{PBKDF2}", "{PBKDF2-SHA256}", "{PBKDF2-SHA512}",
}

// ldapHash is the hash of a password with its scheme in braces (RFC 2307).
func ldapHash(s string, start, end int) (from, to int, id ID) {
	if start == 0 || s[start-1] != '}' {
		return 0, 0, 0
	}
	for _, scheme := range ldapSchemes {
		if strings.HasSuffix(s[:start], scheme) {
			for end < len(s) && s[end] == '=' {
				end++
			}
			return start - len(scheme), end, PasswordHash
		}
	}
	return 0, 0, 0
}

// walletKey is a private key in the form that wallets import, with its checksum.
func walletKey(s string, start, end int) (from, to int, id ID) {
	if n := end - start; n != 51 && n != 52 || strings.IndexByte("5KL9c", s[start]) < 0 || !base58Check(s[start:end]) {
		return 0, 0, 0
	}
	return start, end, WalletKey
}

// keyByA is a key of Adyen, or a batch token of Vault: b. and a text that begins with its version.
func keyByA(s string, start, end int) (from, to int, id ID) {
	const mark, batch, least = "b.", "AAAAAQ", 100
	if end-start < least || !strings.HasSuffix(s[:start], mark) || !strings.HasPrefix(s[start:], batch) {
		return adyenKey(s, start, end)
	}
	return start - len(mark), end, DottedKey
}

// keyBehindDot is a token of Salesforce, or an older one of Vault: s. and 24 random characters.
func keyBehindDot(s string, start, end int) (from, to int, id ID) {
	const mark, length = "s.", 24
	if end-start != length || !strings.HasSuffix(s[:start], mark) || !startsWord(s, start-len(mark)) {
		return salesforceToken(s, start, end)
	}
	digits, capitals, smalls := mix(s[start:end])
	if digits == 0 || capitals < 3 || smalls < 3 || digits+capitals+smalls != length || longestWord(s[start:end]) > 7 ||
		looksName(s[start:end]) {
		return 0, 0, 0
	}
	return start - len(mark), end, DottedKey
}

// oktaKey is a token of Okta where its name stands near: 00 and 40 characters.
func oktaKey(s string, start, end int) (from, to int, id ID) {
	const mark, near = "00", 120
	around := s[max(0, start-near):min(len(s), end+near)]
	if !strings.HasPrefix(s[start:], mark) || !strings.Contains(strings.ToLower(around), "okta") || !looksRandom(s[start:end]) {
		return 0, 0, 0
	}
	return start, end, OktaToken
}

// adyenKey is a key of Adyen: three parts of base64 behind its mark, the second of which is padded.
func adyenKey(s string, start, end int) (from, to int, id ID) {
	const mark, least = "AQE", 60
	if end-start < least || !strings.HasPrefix(s[start:end], mark) || !strings.HasPrefix(s[end:], "=-") ||
		strings.IndexByte(s[start:end], '-') < 0 {
		return 0, 0, 0
	}
	return start, run(s, end+1, aAny64), AdyenKey
}

// serverToken is a token of Jira's and Confluence's own servers: twelve digits, a colon and random bytes, in base64.
func serverToken(s string, start, end int) (from, to int, id ID) {
	const digits, head = 12, 20
	text, err := base64.StdEncoding.DecodeString(s[start : start+head])
	if err != nil || !only(string(text[:digits]), aDigit) || text[digits] != ':' {
		return 0, 0, 0
	}
	return start, end, AtlassianServerToken
}

// fileToken is an older token of Dropbox: random characters with ten times the same letter among them.
func fileToken(s string, start, end int) (from, to int, id ID) {
	const before, mark = 11, "AAAAAAAAAA"
	if s[start+before:start+before+len(mark)] != mark || !looksRandom(s[start+before+len(mark):end]) {
		return 0, 0, 0
	}
	return start, end, DropboxLongToken
}

// oktaToken stands behind the name of Okta's scheme, SSWS.
func oktaToken(s string, start, end int) (from, to int, id ID) {
	const scheme, least = "SSWS ", 20
	if end-start < least || !strings.HasSuffix(s[:start], scheme) || !looksRandom(s[start:end]) {
		return 0, 0, 0
	}
	return start, end, OktaToken
}
