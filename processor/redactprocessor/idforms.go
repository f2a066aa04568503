// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Texts hold an identifier as whoever wrote them encodes it: JSON escapes quotes and letters beyond ASCII, and JSON in
// JSON does so twice; URLs escape nearly everything, and HTML its signs. To look for each form costs less than to decode
// each text.

// idForms returns other forms in which an identifier is written: encoded, and in one case when it is no plain word.
func idForms(id string) []string {
	var forms []string
	for _, text := range inOneCase(id) {
		if text != id {
			forms = append(forms, text)
		}
		if only(text, staysInURL) {
			continue
		}
		forms = append(forms, url.PathEscape(text), url.QueryEscape(text))
		percent := strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
		forms = append(forms, percent, strings.ReplaceAll(percent, "%2F", "/"))
		for _, form := range [...]string{quotesEscaped(text), asASCII(text, "%04x"), asASCII(text, "%04X")} {
			slash := strings.ReplaceAll(form, "/", `\/`)
			forms = append(forms, form, slash, quotesEscaped(form), quotesEscaped(slash))
		}
		forms = append(forms, inHTML(text)...)
	}
	return forms
}

// inHTML returns a text as HTML has it: signs of the language by their names or numbers, letters beyond ASCII as they
// are or by theirs. Without any of them that is the text itself.
func inHTML(text string) (forms []string) {
	if only(text, staysInHTML) || !utf8.ValidString(text) {
		return nil
	}
	for _, signs := range htmlSigns {
		escaped := signs.Replace(text)
		forms = append(forms, escaped)
		for _, format := range [...]string{"&#%d;", "&#x%x;", "&#x%X;"} {
			var b strings.Builder
			for _, r := range escaped {
				if r < utf8.RuneSelf {
					b.WriteRune(r)
				} else {
					fmt.Fprintf(&b, format, r)
				}
			}
			forms = append(forms, b.String())
		}
	}
	return forms
}

// staysInHTML tells characters that HTML does not escape.
func staysInHTML(c byte) bool { return c < utf8.RuneSelf && strings.IndexByte(`&<>'"`, c) < 0 }

// htmlSigns are the ways in which libraries escape the signs of HTML: they differ in the quotes.
var htmlSigns = [...]*strings.Replacer{
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "'", "&#39;", `"`, "&#34;"),
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "'", "&#x27;", `"`, "&quot;"),
	strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "'", "&apos;", `"`, "&quot;"),
}

// inOneCase adds the identifier in capitals and in small letters. Of plain words these are other words.
func inOneCase(id string) []string {
	if !strings.ContainsAny(id, "0123456789@") {
		return []string{id}
	}
	return []string{id, strings.ToLower(id), strings.ToUpper(id)}
}

// staysInURL tells characters that no encoding changes.
func staysInURL(c byte) bool { return isAlnum(c) || strings.IndexByte("-_.~", c) >= 0 }

// quotesEscaped writes a text as JSON does that leaves letters beyond ASCII as they are.
var quotesEscaped = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`, "\r", `\r`).Replace

// asASCII writes a text as JSON of ASCII only, with the digits of escapes in the given format.
func asASCII(text, format string) string {
	if only(text, func(c byte) bool { return c < utf8.RuneSelf }) || !utf8.ValidString(text) {
		return quotesEscaped(text)
	}
	var b strings.Builder
	for _, r := range quotesEscaped(text) {
		if r < utf8.RuneSelf {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			fmt.Fprintf(&b, `\u`+format, unit)
		}
	}
	return b.String()
}
