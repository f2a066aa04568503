// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build bench

package bench

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
)

// hostile texts are made to cost a scanner more than their bytes. Each is given a number of bytes to be long.
var hostile = []struct {
	name string
	text func(n int) string
}{
	{"a@a@a@…", repeat("a@")},
	{"a.a@a.a@…", repeat("a.a@")},
	{"digits", repeat("4")},
	{"digits, grouped", repeat("4111 1111 ")},
	{"digits, dotted", repeat("1.")},
	{"hex and colons", repeat("fe80:")},
	{"-----BEGIN …", repeat("-----BEGIN ")},
	{"-----BEGIN PRIVATE KEY-----…", repeat("-----BEGIN PRIVATE KEY-----\n")},
	{"password=password=…", repeat("password=")},
	{`"password":"password":…`, repeat(`"password":`)},
	{"my password is my password is…", repeat("my password is ")},
	{"Authorization: Bearer …", repeat("Authorization: Bearer ")},
	{"Cookie: a=a; …", repeat("Cookie: a=a; ")},
	{"https://a:https://a:…", repeat("https://a:")},
	{"eyJeyJ…", repeat("eyJ")},
	{"sk-sk-…", repeat("sk-")},
	{"sk-proj-…, one token", func(n int) string { return "sk-" + repeat("a")(n) }},
	{"%25%25…", repeat("%25")},
	{"%2525…", func(n int) string { return "%" + repeat("25")(n) }},
	{"&#64;…", repeat("&#64;")},
	{`\u0061\u0061…`, repeat(`\u0061`)},
	{"quotes", repeat(`"`)},
	{"backslashes", repeat(`\`)},
	{`{"a":{"a":…`, repeat(`{"a":`)},
	{`[[[[…`, repeat("[")},
	{`JSON in JSON in JSON`, nested},
	{"base64", blob},
	{"base64 of base64 of …", func(n int) string { return encoded(blob(n/3), 2)[:n] }},
	{"zero-width letters", repeat("a\u200b")},
	{"full-width letters", repeat("\uff41\uff20")},
	{"invalid UTF-8", repeat("\xff\xfe")},
	{"NUL", repeat("\x00")},
	// Those that a random search for slow texts led to.
	{"bearer=bearer=…", repeat("bearer=")},
	{"?token=?token=…", repeat("?token=")},
	{"https://x.y/?a=&b=&… in a URL", func(n int) string { return "https://x.y/?" + repeat("a=&b=&")(n) }},
	{"://x/hooks/://x/hooks/…", repeat("://x/hooks/")},
	{"password=x1y2z3;…", repeat("password=x1y2z3;")},
	{"api_key: api_key: …", repeat("api_key: ")},
	{`half-open: "a":"\"a\":\"…`, repeat(`"a":"\"a\":\"`)},
	{"p%61ssword=p%61ssword=…", repeat("p%61ssword=")},
	{"zero-width in keys", repeat("pass\u200bword=")},
	{"percent-escape, then backslashes", func(n int) string { return "%41" + repeat(strings.Repeat(`\`, 260)+"uZ")(n) }},
	{"short base64 of text", repeat(base64.StdEncoding.EncodeToString([]byte("the quick brown fox 12 the")) + " ")},
	{"mysql -pmysql -p…", repeat("mysql -p")},
	{`setenv("password","…`, repeat(`setenv("password","`)},
	{"078-05-1120 078-05-1120 …", repeat("078-05-1120 ")},
	{"cvv=123 cvv=123 …", repeat("cvv=123 ")},
	{"images in base64, cut short", repeat("data:image/png;base64,iVBORw0KGgo ")},
	{`{"password":{"password":…`, repeat(`{"password":`)},
	{`OPT_PASSWORD, "OPT_PASSWORD, "…`, repeat(`CURLOPT_PASSWORD, "00Dreset`)},
	{"--from-literal=--from-literal=…", repeat("secret--from-literal=:")},
	{"jdbc:oracle:thin:…", repeat("jdbc:oracle:thin:eyJ")},
	{"a word for a password, and %61", repeat("contrase\u00f1a: 8.8.8.8%61")},
	{"live_live_…", repeat("live_live_AIza")},
	{"runs joined by ~", repeat("mysql1234sha256~pwd")},
	{"password xY9$kQ2m …", repeat("password xY9$kQ2m ")},
	{"https://x/reset/…", repeat("https://x/reset/")},
	// Those in which each encoding holds another, and those whose values are never the same.
	{"percent in JSON in percent", repeat(`%7B"a":"%2570assword%3D%255C%22x1"`)},
	{"base64 of percent", repeat(base64.StdEncoding.EncodeToString([]byte("p%61ssword%3Dx1y2z3q4w5e6")) + " ")},
	{`\\u0070assword=x1y2z3;…`, repeat(`\\u0070assword=x1y2z3;`)},
	{`{"\u0070assword":"x1","t\u006fken":"…`, repeat(`{"\u0070assword":"x1","t\u006fken":"`)},
	{`password='"password='"…`, repeat(`password='"`)},
	{"password: ::::…", func(n int) string { return repeat("password: " + strings.Repeat(":", 40))(n) }},
	{"a table of secrets", func(n int) string { return "name,password\n" + repeat("bob,Xy9$kQ2m\n")(n) }},
	{"| password | token | key …", repeat("| password | token | key ")},
	{"--token --password --api-key …", repeat("--token --password --api-key ")},
	{"export PASSWORD=$PASSWORD;…", repeat("export PASSWORD=$PASSWORD;")},
	{"password=, each value another", varied},
	{"secrets, options and %3D in turn", repeat("--password %3DPIN key-0dop_v1_fe80::1")},
	{"one secret, far from %3D", func(n int) string {
		return repeat("/hooks/secret 0:%3D")(n) + " password=x1y2z3"
	}},
	// Those in which one value ends where the next one begins, and those that send a reader back over what stands far before.
	{`blanks, then password='"…`, func(n int) string { return repeat(" ")(n/2) + repeat(`password='"`)(n-n/2) }},
	{"*:1:c:d:${*:1:c:d:${…", repeat("*:1:c:d:${")},
	{"default=default=…", repeat("default=")},
	{"a:b@tcp( and a thousand colons", repeat("a:b@tcp(" + strings.Repeat(":", 1000))},
	{"a password of whom, a URL and &#64;", repeat("&#64;password a:p ://a:b@")},
	{"settings on one line, and p%61ssword=", repeat(`p%61ssword=user = a\npassword = b_c\n`)},
	{"numbers, tokens and a wide letter", repeat("4111111111111111-password x1 ghp_\uff411/1234567890123:")},
	{`JSON cut short, an address, \u0040`, repeat(`\u00401.2.3.4{"a":[{"a":[?token=`)},
	{"kinds of Secret, heads of tables, %61", repeat("a|password|\"kind\":\"Secret\",contrase\u00f1a: 8.8.8.8%61")},
	{`<password a>a>a>\u0061…`, repeat(`<password a>a>a>\u0061`)},
}

// varied is secrets that all differ.
func varied(n int) string {
	w := newRand(5)
	var b strings.Builder
	for b.Len() < n {
		fmt.Fprintf(&b, "password=%xK%x;", w.Uint32(), w.Uint32())
	}
	return b.String()[:n]
}

func repeat(unit string) func(int) string {
	return func(n int) string { return strings.Repeat(unit, n/len(unit)+1)[:n] }
}

// nested quotes an object again and again until it has n bytes; the same small bombs stand beside each other after
// that.
func nested(n int) string {
	text := `{"a":1}`
	for range 12 {
		quoted, _ := json.Marshal(text) // strings always encode
		text = `{"a":` + string(quoted) + `}`
	}
	return repeat(text)(n)
}

func blob(n int) string {
	w := newRand(3)
	raw := make([]byte, n)
	for i := range raw {
		raw[i] = byte(w.Uint32())
	}
	return base64.StdEncoding.EncodeToString(raw)[:n]
}

func encoded(text string, times int) string {
	for range times {
		text = base64.StdEncoding.EncodeToString([]byte(text))
	}
	return strings.Repeat(text, 2)
}

const (
	hostileBytes = 1 << 20
	// hostileTexts of slightly different lengths make a message: how the last group of a text falls can halve or double
	// what all of it costs, which says nothing about growth.
	hostileTexts  = 4
	hostileUneven = 3
	hostilePasses = 9
	// The targets: MB/s, and how much longer a text of twice the length may take.
	leastHostile = 30
	mostGrowth   = 2.3
)

func TestRedactAdversarial_besideTheStockProcessor(t *testing.T) {
	machine(t)
	oneCore(t)
	stock, ours := stockRedaction(t), ourRedaction(t)
	slow, steep := 0, 0
	t.Logf("%-34s %10s %10s %12s", "1 MiB of", "stock MB/s", "ours MB/s", "t(2n)/t(n)")
	for _, h := range hostile {
		small, large := message(h.text, hostileBytes), message(h.text, 2*hostileBytes)
		theirs := redact(t, stock, small)
		once, twice := fastest(t, ours, small, large)
		rate, growth := perSecond(hostileTexts*hostileBytes, once.cpu)/1e6, twice.cpu.Seconds()/once.cpu.Seconds()
		mark := ""
		if rate < leastHostile {
			slow++
			mark = " < 30 MB/s"
		}
		if growth > mostGrowth {
			steep++
			mark += " not linear"
		}
		t.Logf("%-34s %10.1f %10.1f %12.2f%s", h.name, perSecond(hostileTexts*hostileBytes, theirs.cpu)/1e6, rate, growth, mark)
	}
	t.Logf("%d of %d below %d MB/s, %d grow faster than %.1f", slow, len(hostile), leastHostile, steep, mostGrowth)
}

// message is a span with texts where nobody expects content.
func message(text func(int) string, n int) []ptrace.Traces {
	return []ptrace.Traces{one(func(attrs pcommon.Map) {
		for i := range hostileTexts {
			attrs.PutStr(fmt.Sprintf("app.note_%d", i), text(n-i*hostileUneven))
		}
	})}
}

// fastest returns what the two messages cost at least. They take turns, so that a slow second of the machine strikes both.
func fastest(t *testing.T, p processor.Traces, small, large []ptrace.Traces) (once, twice cost) {
	t.Helper()
	once, twice = redact(t, p, small), redact(t, p, large)
	for range hostilePasses - 1 {
		if c := redact(t, p, small); c.cpu < once.cpu {
			once = c
		}
		if c := redact(t, p, large); c.cpu < twice.cpu {
			twice = c
		}
	}
	return once, twice
}
