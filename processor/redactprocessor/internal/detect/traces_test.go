// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// traceText is a text as the trace of an agent holds it.
type traceText struct{ title, text string }

// traceTexts reads a file of texts, each below a line with "%%%" and its title.
func traceTexts(t testing.TB, file string) []traceText {
	t.Helper()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	var texts []traceText
	for _, block := range strings.Split(string(content), "%%% ")[1:] {
		title, text, _ := strings.Cut(block, "\n")
		texts = append(texts, traceText{title, strings.TrimSuffix(text, "\n")})
	}
	return texts
}

// blank is a part of a text that is made anew for each reading.
var blank = regexp.MustCompile(`«(!?)(=[^»]*|[^» ]+)(?: (\d+))?»`)

// filled makes the blanks of a text, and returns those that are secrets.
func (c chance) filled(text string) (whole string, secrets []string) {
	whole = blank.ReplaceAllStringFunc(text, func(b string) string {
		parts := blank.FindStringSubmatch(b)
		n, _ := strconv.Atoi(parts[3])
		made := c.made(parts[2], n)
		if parts[1] != "" {
			secrets = append(secrets, made)
		}
		return made
	})
	return whole, secrets
}

// alphabets of blanks, by their kind.
var alphabets = map[string]string{
	"hex": hexadecimal, "HEX": strings.ToUpper(hexadecimal), "alnum": base62, "digits": decimal, "url": base62 + "-_",
	"b64": base62 + "+/", "b64u": base62 + "-_", "b32": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "letters": base62[10:],
}

// made makes one blank. A run of characters begins and ends with a letter or digit, and has both.
func (c chance) made(kind string, n int) string {
	if literal, ok := strings.CutPrefix(kind, "="); ok {
		return literal
	}
	switch kind {
	case "uuid":
		return c.uuid('4')
	case "pw":
		return c.password()
	case "card":
		return c.card()
	case "card4":
		return grouped(c.card())
	case "iban":
		return c.iban()
	case "iban4":
		return grouped(c.iban())
	case "jwt":
		part := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
		return part(`{"alg":"HS256","typ":"JWT"}`) + "." + part(`{"sub":"`+c.hex(12)+`","exp":1767225600}`) + "." +
			c.of(base62, 43)
	case "pemline":
		return "MII" + c.of(alphabets["b64"], 61)
	case "userpass":
		return base64.StdEncoding.EncodeToString([]byte("robot:" + c.of(base62, 17)))
	}
	signs := alphabets[kind]
	if n < 8 {
		return c.of(signs, n)
	}
	alnum := strings.TrimRight(signs, "+/-_")
	return c.of(alnum, 1) + c.of(signs, n-2) + c.of(alnum, 1)
}

// password makes one as people choose them: words, figures and signs.
func (c chance) password() string {
	words := strings.Fields("Sommer Berlin dragon Monkey river Falcon velvet Orange winter Tiger Paris magic copper Pepper")
	word := func() string { return words[c.IntN(len(words))] }
	figure := fmt.Sprint(10 + c.IntN(2090))
	sign := string("!?#*&%+"[c.IntN(7)])
	return []string{
		word() + figure + sign, word() + sign + figure, c.of(base62, 5) + sign + c.of(decimal, 2) + c.of(base62, 5),
		word() + "-" + word() + "-" + figure, c.of(base62, 9) + c.of(decimal, 2),
	}[c.IntN(5)]
}

func (c chance) card() string {
	digits := "4" + c.of(decimal, 14)
	for check := range 10 {
		if number := digits + strconv.Itoa(check); luhn([]byte(number)) {
			return number
		}
	}
	return ""
}

// iban makes a German one: two check digits and eighteen digits.
func (c chance) iban() string {
	account := "37040044" + c.of(decimal, 10)
	rest := 0
	for _, d := range account + "131400" {
		rest = (rest*10 + int(d-'0')) % 97
	}
	return fmt.Sprintf("DE%02d%s", 98-rest, account)
}

func grouped(s string) string {
	var groups []string
	for ; len(s) > 4; s = s[4:] {
		groups = append(groups, s[:4])
	}
	return strings.Join(append(groups, s), " ")
}

// left tells whether the secret, or half of a long one, is still in the text.
func left(text, secret string) bool {
	if n := len(secret); n >= 16 && (strings.Contains(text, secret[:n/2]) || strings.Contains(text, secret[n/2:])) {
		return true
	}
	return strings.Contains(text, secret)
}

// traceRounds is how often each text is made anew.
const traceRounds = 20

// The texts were written before any rule was made for them. They are what an agent's trace holds: files, commands,
// results of tools, code, logs, chat in a dozen languages. A text with something in it counts as found when all of it
// is gone; one without as a false alarm when anything changed.
func TestTraces_foundAndLeft(t *testing.T) {
	set, c := New(Options{}), chance{rand.New(rand.NewPCG(3, 4))}
	for _, part := range []struct {
		file        string
		least, most int // percent of texts changed
	}{
		{"testdata/traces-secrets.txt", 95, 100},
		{"testdata/traces-personal.txt", 95, 100},
		{"testdata/traces-clean.txt", 0, 3},
		{"testdata/traces-later-secrets.txt", 95, 100},
		{"testdata/traces-later-clean.txt", 0, 3},
	} {
		total, hits := 0, 0
		for i, row := range traceTexts(t, part.file) {
			failed := ""
			for range traceRounds {
				text, secrets := c.filled(row.text)
				got := masked(set, text)
				hit := got != text
				for _, secret := range secrets {
					if left(got, secret) {
						hit = false
						failed = "kept " + secret + " of " + text + "\nas " + got
					}
				}
				if part.least == 0 && hit {
					failed = "changed " + text + "\nto " + got
				}
				total++
				if hit {
					hits++
				}
			}
			if failed != "" {
				t.Logf("%s %d %s: %s", part.file, i, row.title, failed)
			}
		}
		t.Logf("%s: %d of %d (%.1f %%)", part.file, hits, total, 100*float64(hits)/float64(total))
		assert.GreaterOrEqual(t, 100*hits, part.least*total, part.file)
		assert.LessOrEqual(t, 100*hits, part.most*total, part.file)
	}
}
