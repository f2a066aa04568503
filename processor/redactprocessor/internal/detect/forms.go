// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// formed recognises tokens by a mark inside or at the end of the run [start, end), or right before it.
func (sc *Scanner) formed(start, end int) bool {
	s := sc.text
	for _, form := range [...]func(string, int, int) (int, int, ID){
		azureKey, mailchimpKey, suffixedKey, salesforceToken, openShiftToken, dottedKey, numberedKey, grafanaKey,
	} {
		if from, to, id := form(s, start, end); to > 0 {
			sc.add(Finding{from, to, id, Unquoted})
			return true
		}
	}
	return false
}

// azureKey is a key of Azure DevOps or of a cognitive service: 84 characters with a mark before the last eight or near
// the end.
func azureKey(s string, start, end int) (from, to int, id ID) {
	const length, devOps, cognitive = 84, "AZDO", "JQQJ"
	run := s[start:end]
	if len(run) != length || !only(run, aAlnum) {
		return 0, 0, 0
	}
	if run[length-8:length-4] != devOps && !strings.Contains(run[length/2:], cognitive) {
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
	const least, maxOrg = 60, 18
	if start == 0 || s[start-1] != '!' || end-start < least {
		return 0, 0, 0
	}
	org := runBack(s, start-1, maxOrg, aAlnum)
	if !strings.HasPrefix(s[org:], "00D") {
		return 0, 0, 0
	}
	return org, run(s, end, aURLDot), SalesforceToken
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
