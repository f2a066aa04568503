// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package detect

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// hostile are the parts of texts that are made to cost time.
var hostile = []string{
	"a@", "1", "1 ", "4242 ", "-----BEGIN ", "password=", "password=\"", "token='", `{"a":"{\"a\":`, "%25",
	"%2540", "eyJ.", "eyJ-", "sk-", "cookie: ", "seed phrase: ", "\\", "\\u0040", "AKIA",
	"AKIAQ3EGRXJ7PLTXW2KD ", "://", "http://a:b", "$6$", "a:", "=", "a=", "\"", "\\\"", "[[",
	"{\"password\":{", "{\"password\":[{", "key is ", "-p ", "curl -u a:", "\u200b", "ａ", "data:",
	"[REDACTED:", "hash:", "0x", "QUJD1", "secret secret ", "1.", "1-", "::", "0:", "PIN ", "Bearer ", "x1/",
	"&#64;", "\n", "Authorization: ", "a1", "token a1b2c3d4e5f6g7 ", "key a1b2c3d4e5f6g7", "<token>", "<a",
	"a>", "psexec ", " -u a:b", "login a password ", "/hooks/", "eyJrIjoi", "hooks.slack.com/services/",
	"12 Main ", "Main 12 ", "12 ", "00D1!", "sha256~", "a.b@", "é@", "+1 (", "x:y@", "://a:b@", "\\\\u0070",
	"$krb5$", "password \"", "--password ", "-password x1 ", "\" + \n\"", "a~", "=~",
	"key=\"password\" value=\"", "token: ", "_", ".", "-", "pat-na1-", "live_1", "1:AA", "\u0430", "DE89 ",
	"cvv 1", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=", "3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d ",
	"https://x.y/?token=", "\x00", "\xff",
	"bearer=", "?token=", "?token=x-token=", "://x/hooks/", "http://a/hooks/YOUR", "AIza", "AIza-", "api_key: ", "mysql -p",
	"p%61ssword=", "%41" + strings.Repeat(`\`, 260) + "uZ", "&#65;", "?a=&b=&", "\u200bpassword=", "<password a>a>a>",
	"data:image/png;base64,iVBORw0KGgo", "12/12/", "--password ", "$2a$a", "@a", `{"a":[{"a":[`, `"a":"\"a\":\"`, "x=1;y=2;",
	"kind: Secret\ndata:\n", "\"kind\":\"Secret\",\"data\":{", "\"kind\":\"Secret\",", "data:\n  a: b\n", "(\"", "('", "(`", "f(\"password\",\"",
	"login(\"a\",", "recovery phrase ", "recovery phrase toast sausage legal wave ", "Digest ", "Authorization: Digest ", "\"d\":\"",
	"\"k\":\"aaaaaaaaaaaaaaaaaaaaa\",", "password for a is ", "password a:", "Private-Lines: 1\n", "jdbc:oracle:thin:a/b", "a.b:1:c:d:",
	"a:b@tcp(", "identified by '", "-AsPlainText ", "\"a -AsPlainText", "user=a\npassword=b_c\n", ";user=a;password=b", "name: x\nvalue: ",
	"<name>password</name><value>", "let password: A = ", "a:b@h,", "://a:b@h,", "password='\"", "password=''", "contrase\u00f1a: ", "code 123456 ",
	"CURLOPT_PASSWORD, \"00Dreset", "cvv--from-literal=:secret", "jdbc:oracle:thin:eyJ", "contrase\u00f1a: 8.8.8.8%61", "live_live_AIza",
	"mysql1234sha256~pwd", "[\"password\",\"a1b2c3d4e5f6g7h8\"", "https://x/reset/a", "recovery codes: a1b2c3 ", "078-05-1120 ", "\x1b[93m",
	"acme-secret-a1b2c3d4e5f6g7h8i9-", "echo a | sudo -S ", " /user:a /pass:b", "identified with x by ", "${a:-b}", "a=&quot;b",
	"CVC 739 ", "password xY9$kQ2m ", "1//0", "5KL9", "environ[\"password\"] = ", "**password**: ", "x:00D1!", "1/1234567890123:",
	"a,password,", "a,password\nb,Xy1!kQ2m\n", "a|password|", "(a,password)\n", "variable \"password\" default = ", "p ", "pa", "mot de passe ",
	"user = a\\npassword = b_c\\n", "contrase\u00f1a de ", "\u5bc6\u7801", "\u30d1\u30b9\u30ef\u30fc\u30c9", "arn:secret:", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n", "okta 00",
	"password = $a->b::", "password: -> \"", "token: ...", "password for a:",
	`%7B"a":"%2570assword%3D%255C%22x1"`, `\\u0070assword=x1y2z3;`, `{"\u0070assword":"x1","t\u006fken":"`,
	"password: " + strings.Repeat(":", 40), "| password | token | key ", "--token --password --api-key ",
	"export PASSWORD=$PASSWORD;", "*:1:c:d:${", "default=", "password='\"", "&#64;password a:p ://a:b@", "p%61ssword=user = a\\npassword = b_c\\n",
	"4111111111111111-password x1 ghp_\uff411/1234567890123:", `\u00401.2.3.4{"a":[{"a":[?token=`, "password for a:%2540a=",
	"a|password|\"kind\":\"Secret\",contrase\u00f1a: 8.8.8.8%61", "<password a>a>a>\\u0061", "a:b@tcp(" + strings.Repeat(":", 1000),
	`"-u",`, `["curl","-u","bob:pw1x",`, "'-p','", "--- | ", "|---", "x--- | y\n", "---|\n", "ssn,1234567\n", "|1234567|ssn|\n",
	"1234567\\n", "C01X00T47,", "htpasswd -b -b -b a b ", "echo a:b | chpasswd ", "prod:a|", "OAuth('", "--- --- ", "ssn a\n--- ---\n", "ssn a\n--- ---\n1 1\n", "(1234567,", "values (1234567,", "(a,ssn) VALUES ('1234567',", "acme_", "[]byte(\"",
	`"d":"password: :::::::::::::::%7B"a":"%2570assword%3D%255C%22x1"a=`,
}

// cpuTime is what the process has used so far: unlike the clock, it does not run on while others have the processor.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// cost is the processor time that a scan of text takes, the best of several.
func cost(scanner *Scanner, text string) time.Duration {
	const rounds, atLeast = 2, 3 * time.Millisecond
	best := time.Hour
	for range rounds {
		n, start := 0, cpuTime()
		for n == 0 || cpuTime()-start < atLeast {
			scanner.Scan(text)
			n++
		}
		best = min(best, (cpuTime()-start)/time.Duration(n))
	}
	return best
}

// Time must grow with the length of a text, whatever it is made of: twice the text takes no more than 2.3 times the
// time. And no text may be read at less than leastSpeed.
func TestScan_isLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("measures time")
	}
	const (
		size       = 1 << 17
		attempts   = 8  // the machine may be busy with something else
		leastSpeed = 30 // MB/s, on a machine of our own
		slack      = 3  // other machines
		ratio      = 2.3
	)
	scanner := everything().NewScanner(func(string, string, int) bool { return true })
	for _, unit := range append(hostile, `"user_id":"`, `"user_id": 12, `, `\"user_id\":\"a1\",`) {
		text := strings.Repeat(unit, size/len(unit)+1)[:size]
		grows, speed := 9.0, 0.0
		for range attempts {
			half, whole := cost(scanner, text[:size/2]), cost(scanner, text)
			grows, speed = min(grows, whole.Seconds()/half.Seconds()), max(speed, size/whole.Seconds()/1e6)
			if grows <= ratio && speed >= leastSpeed {
				break
			}
		}
		t.Logf("%-36s %5.0f MB/s, twice the text takes %.2f times as long", fmt.Sprintf("%q", unit), speed, grows)
		assert.LessOrEqual(t, grows, ratio, "%q", unit)
		assert.True(t, underRace || speed >= float64(leastSpeed)/slack, "%q: %.0f MB/s", unit, speed)
	}
}

// What stands far before is not read again for each of many signs.
func TestScan_isLinearBehindBlanks(t *testing.T) {
	if testing.Short() {
		t.Skip("measures time")
	}
	const (
		size       = 1 << 16
		attempts   = 8
		leastSpeed = 10 // MB/s, on any machine
	)
	scanner := everything().NewScanner(nil)
	for _, unit := range hostile {
		text := strings.Repeat(" ", size) + strings.Repeat(unit, size/len(unit)+1)[:size]
		speed := 0.0
		for n := 0; n < attempts && speed < leastSpeed; n++ {
			speed = max(speed, float64(len(text))/cost(scanner, text).Seconds()/1e6)
		}
		assert.True(t, underRace || speed >= leastSpeed, "%q: %.0f MB/s", unit, speed)
	}
}

func BenchmarkScan_hostile(b *testing.B) {
	const size = 1 << 16
	scanner := everything().NewScanner(nil)
	for _, unit := range hostile {
		text := strings.Repeat(unit, size/len(unit)+1)[:size]
		b.Run(strings.ReplaceAll(fmt.Sprintf("%q", unit), "/", "|"), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(size)
			for b.Loop() {
				scanner.Scan(text)
			}
		})
	}
}
