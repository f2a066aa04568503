// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// chance draws the parts of ids.
type chance struct{ *rand.Rand }

func (c chance) of(alphabet string, n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte(alphabet[c.IntN(len(alphabet))])
	}
	return b.String()
}

const (
	hexadecimal = "0123456789abcdef"
	base62      = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	base32      = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	decimal     = "0123456789"
)

func (c chance) hex(n int) string { return c.of(hexadecimal, n) }

func (c chance) uuid(version byte) string {
	b := []byte(c.hex(32))
	b[12], b[16] = version, '8'
	s := string(b)
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// machineIDs are ids, hashes, versions and figures of machines, by their kind.
var machineIDs = map[string]func(c chance) string{
	"trace id":       func(c chance) string { return c.hex(32) },
	"span id":        func(c chance) string { return c.hex(15) + "e" },
	"traceparent":    func(c chance) string { return "00-" + c.hex(32) + "-" + c.hex(16) + "-01" },
	"decimal id":     func(c chance) string { return fmt.Sprint(c.Uint64() | 1<<63) },
	"uuid 4":         func(c chance) string { return c.uuid('4') },
	"uuid 7":         func(c chance) string { return "0197" + c.uuid('7')[4:] },
	"ulid":           func(c chance) string { return "01J" + c.of(base32, 23) },
	"ksuid":          func(c chance) string { return "2" + c.of(base62, 26) },
	"git sha":        func(c chance) string { return c.hex(40) },
	"short sha":      func(c chance) string { return c.hex(7) },
	"digest":         func(c chance) string { return "sha256:" + c.hex(64) },
	"md5":            func(c chance) string { return c.hex(32) },
	"sha1 uppercase": func(c chance) string { return strings.ToUpper(c.hex(40)) },
	"call":           func(c chance) string { return "call_" + c.of(base62, 24) },
	"toolu":          func(c chance) string { return "toolu_01" + c.of(base62, 22) },
	"chatcmpl":       func(c chance) string { return "chatcmpl-" + c.of(base62, 29) },
	"msg":            func(c chance) string { return "msg_01" + c.of(base62, 22) },
	"resp":           func(c chance) string { return "resp_" + c.hex(48) },
	"run":            func(c chance) string { return "run-" + c.uuid('4') + "-0" },
	"thread":         func(c chance) string { return "thread_" + c.of(base62, 24) },
	"request":        func(c chance) string { return "req_011C" + c.of(base62, 20) },
	"fingerprint":    func(c chance) string { return "fp_" + c.hex(10) },
	"arn": func(c chance) string {
		return "arn:aws:lambda:eu-west-1:" + "0" + c.of(decimal, 11) + ":function:resize-images"
	},
	"etag":        func(c chance) string { return `W/"` + c.hex(27) + `"` },
	"version":     func(c chance) string { return fmt.Sprintf("v%d.%d.%d", c.IntN(9), c.IntN(30), c.IntN(99)) },
	"model":       func(c chance) string { return fmt.Sprintf("gpt-4o-mini-2024-%02d-%02d", 1+c.IntN(12), 1+c.IntN(28)) },
	"claude":      func(c chance) string { return fmt.Sprintf("claude-sonnet-4-2025%02d%02d", 1+c.IntN(12), 1+c.IntN(28)) },
	"price":       func(c chance) string { return fmt.Sprintf("$%d.%02d", c.IntN(9999), c.IntN(100)) },
	"sku":         func(c chance) string { return "SKU-" + c.of(decimal, 3) + "-" + c.of(decimal, 4) },
	"seconds":     func(c chance) string { return fmt.Sprint(1_600_000_000 + c.IntN(200_000_000)) },
	"millis":      func(c chance) string { return fmt.Sprint(1_600_000_000_000 + c.Int64N(200_000_000_000)) },
	"nanoseconds": func(c chance) string { return fmt.Sprint(1_600_000_000_000_000_000 + c.Int64N(2e17)) },
	"date": func(c chance) string {
		return fmt.Sprintf("2025-%02d-%02dT%02d:15:42.123Z", 1+c.IntN(12), 1+c.IntN(28), c.IntN(24))
	},
	"tokens":      func(c chance) string { return fmt.Sprint(c.IntN(200_000)) },
	"score":       func(c chance) string { return fmt.Sprintf("%.16f", c.Float64()) },
	"coordinates": func(c chance) string { return fmt.Sprintf("%.6f, %.6f", c.Float64()*90, c.Float64()*180) },
	"pod": func(c chance) string {
		return "api-" + c.of("bcdfghjklmnpqrstvwxz2456789", 10) + "-" + c.of("bcdfghjklmnpqrstvwxz2456789", 5)
	},
	"integrity": func(c chance) string { return "sha512-" + c.of(base62, 86) + "==" },
	"vector":    func(c chance) string { return fmt.Sprintf("[%.8f,%.8f,%.8f]", c.Float64(), -c.Float64(), c.Float64()) },
}

// Where such ids stand: alone, in JSON, in JSON in JSON, in a sentence, in a log line, in a path.
var machineSites = []string{
	"%s", `{"id":"%s"}`, `{"a":"{\"trace_id\":\"%s\",\"n\":1}"}`, "See %s for more.", "level=info id=%s took=3ms",
	"/v1/runs/%s/steps", "run_id: %s", `["%s"]`, "ETag: %s", "session %s was closed", "commit %s\nAuthor: x", "key: %s",
}

// Each of these was taken for something once: the digits that a trace id begins with for a card's, and the padding of a
// hash that ends in "pw" for the sign behind a key.
func TestScan_machineIDsThatWereTakenForOtherThings(t *testing.T) {
	set := New(Options{})
	for _, text := range []string{
		"See 00-4529943295406e6c8cc3ddcc5d77a1c8-d7b2ca29a0f48fd7-01 for more.",
		"id=sha512-xRx7C6oY4hsbGdxY5nb3mCOjrazlbeBBvNmgaMRSc2AHUDMuVzO2dsobVwpSq49WIFCh2705CtbGWQELN8i6Pw== took=3ms",
	} {
		assert.Equal(t, text, masked(set, text))
	}
}

func TestScan_machineIDsSurvive(t *testing.T) {
	set, c := New(Options{}), chance{rand.New(rand.NewPCG(7, 11))}
	const rounds = 100
	for _, kind := range slices.Sorted(maps.Keys(machineIDs)) { // in one order, as they share the source of chance
		draw, changed := machineIDs[kind], 0
		for range rounds {
			for _, site := range machineSites {
				text := fmt.Sprintf(site, draw(c))
				if got := masked(set, text); got != text {
					changed++
					t.Logf("%s: %s: %s", kind, text, got)
				}
			}
		}
		assert.Zero(t, changed, "%s: of %d", kind, rounds*len(machineSites))
	}
}
