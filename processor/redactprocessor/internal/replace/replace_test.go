// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package replace_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/replace"
)

func Example() {
	text := `{"mail":"bob@example.org","card":4242424242424242}`
	fmt.Println(replace.Splice(text, []replace.Edit{
		{Start: 9, End: 24, New: replace.Mask("email"), Level: -1},
		{Start: 33, End: 49, New: replace.Mask("card"), Level: 0},
	}))
	// Output: {"mail":"[REDACTED:email]","card":"[REDACTED:card]"}
}

func TestSplice_quotesByLevel(t *testing.T) {
	f := func(level int8, want string) {
		t.Helper()
		assert.Equal(t, want, replace.Splice("a1b", []replace.Edit{{Start: 1, End: 2, New: "X", Level: level}}))
	}
	f(-1, `aXb`)
	f(0, `a"X"b`)
	f(1, `a\"X\"b`)
	f(2, `a\\\"X\\\"b`)
	assert.Equal(t, "as it is", replace.Splice("as it is", nil))
}

func TestSplice_nestedQuotesAreWhatJSONWrites(t *testing.T) {
	text := `{"n":1}`
	want := `{"n":"X"}`
	for level := range int8(5) {
		at := strings.LastIndexByte(text, '1')
		assert.Equal(t, want, replace.Splice(text, []replace.Edit{{Start: at, End: at + 1, New: "X", Level: level}}),
			"level %d", level)
		inner, err := json.Marshal(map[string]string{"a": text})
		require.NoError(t, err)
		text = string(inner)
		inner, err = json.Marshal(map[string]string{"a": want})
		require.NoError(t, err)
		want = string(inner)
	}
}

var secret = []byte("0f1e2d3c4b5a69788796a5b4c3d2e1f00123456789abcdef")

func hasher(t testing.TB, keys ...replace.Key) *replace.Hasher {
	t.Helper()
	h, err := replace.NewHasher(keys)
	require.NoError(t, err)
	return h
}

func TestHasher_tokenIsTruncatedHMAC(t *testing.T) {
	h := hasher(t, replace.Key{ID: "k1", Secret: secret})
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("user\x00u-829"))
	want := "hash:k1:" + hex.EncodeToString(mac.Sum(nil))[:24] + "."
	got := h.Token("user", "u-829")
	assert.True(t, strings.HasPrefix(got, want), got)
	assert.Len(t, got, len(want)+8)
	assert.Equal(t, got, h.Token("user", "u-829"))
	assert.NotEqual(t, got, h.Token("tenant", "u-829"))
	assert.NotEqual(t, got, h.Token("user", "u-828"))
	assert.Equal(t, []string{"k1"}, h.IDs())
}

func TestHasher_recognisesItsOwn(t *testing.T) {
	h := hasher(t, replace.Key{ID: "k1", Secret: secret})
	token := h.Token("user", "u-829")
	assert.True(t, h.Own(token))
	for i := range token {
		forged := []byte(token)
		forged[i] ^= 1
		assert.False(t, h.Own(string(forged)), "%s", forged)
	}
	for _, other := range []string{
		"", "hash:", "hash:k1:", token + "0", token[:len(token)-1], " " + token,
		"hash:k2" + token[7:],
	} {
		assert.False(t, h.Own(other), other)
	}
}

func TestHasher_rotation(t *testing.T) {
	old := hasher(t, replace.Key{ID: "k1", Secret: secret})
	both := hasher(t, replace.Key{ID: "k2", Secret: append([]byte("x"), secret...)}, replace.Key{ID: "k1", Secret: secret})
	assert.True(t, both.Own(old.Token("user", "a")), "tokens of the key before are still known")
	assert.True(t, strings.HasPrefix(both.Token("user", "a"), "hash:k2:"), "the newest key writes")
	assert.False(t, old.Own(both.Token("user", "a")))
}

func TestNewHasher_refusesNothing(t *testing.T) {
	_, err := replace.NewHasher(nil)
	require.ErrorContains(t, err, "no keys")
	_, err = replace.NewHasher([]replace.Key{{ID: "k1"}})
	require.ErrorContains(t, err, `key "k1" is empty`)
}

func TestHasher_allocatesTheResultOnly(t *testing.T) {
	h := hasher(t, replace.Key{ID: "k1", Secret: secret})
	// The best of many: a pool gives up what it holds now and then, with the race detector on purpose.
	best := 100.0
	for range 100 {
		best = min(best, testing.AllocsPerRun(1, func() { h.Token("user", "u-829") }))
	}
	assert.LessOrEqual(t, best, 1.0)
}

func TestHasher_manyGoroutines(t *testing.T) {
	h := hasher(t, replace.Key{ID: "k1", Secret: secret})
	want := h.Token("user", "a")
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 200 {
				assert.Equal(t, want, h.Token("user", "a"))
				assert.True(t, h.Own(want))
			}
		})
	}
	wait.Wait()
}

func TestMedia_hashesWhatIsEncoded(t *testing.T) {
	data := []byte("some picture \xff\xfe")
	sum := sha256.Sum256(data)
	note := func(kind string, n int) string {
		return fmt.Sprintf("[media:%s %dB sha256:%s]", kind, n, hex.EncodeToString(sum[:8]))
	}
	std, url := base64.StdEncoding.EncodeToString(data), base64.RawURLEncoding.EncodeToString(data)
	assert.Equal(t, note("image/png", len(data)), replace.Media("data:image/png;base64,"+std, ""))
	assert.Equal(t, note("image/gif", len(data)), replace.Media(std, "image/gif"))
	assert.Equal(t, note("application/octet-stream", len(data)), replace.Media(url, ""))
	assert.Equal(t, note("application/octet-stream", len(data)), replace.Media(std, `x" y`))
	assert.Equal(t, note("image/gif", len(data)), replace.MediaBytes(data, "image/gif"))
	assert.Contains(t, replace.Media("%%%", ""), " 3B sha256:")
}

func TestSummary_twiceIsOnce(t *testing.T) {
	f := func(lines int, cut bool) {
		t.Helper()
		var b strings.Builder
		for i := range lines {
			fmt.Fprintf(&b, "line %d\n", i)
		}
		once := replace.Summary(b.String())
		assert.Equal(t, cut, once != b.String())
		assert.Equal(t, once, replace.Summary(once))
		assert.Contains(t, once, "line 0")
		assert.Contains(t, once, fmt.Sprintf("line %d", lines-1))
	}
	f(1, false)
	f(8, false)
	f(9, false)
	f(10, true)
	f(500, true)
}

func BenchmarkToken(b *testing.B) {
	h := hasher(b, replace.Key{ID: "k1", Secret: secret})
	b.ReportAllocs()
	for b.Loop() {
		h.Token("user", "u-829")
	}
}
