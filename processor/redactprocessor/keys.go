// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"strings"
	"sync"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/replace"
)

const (
	// leastKey is the length of HMAC-SHA256's output: a shorter key would be the weakest part.
	leastKey = 32
	// leastKeyBits is how much information a key must seem to hold. 32 random letters have some 130 bits.
	leastKeyBits = 90
	// leastDistinct is how many different bytes it must have.
	leastDistinct = 10
	// maxKeys bounds the keys that are recognised: rotation needs two.
	maxKeys = 16
	// maxKeyFile bounds what is read of a key file.
	maxKeyFile = 64 << 10
)

var keyID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

func (h *HashConfig) validate() error {
	var errs error
	if len(h.Keys) > 0 && h.KeyFile != "" {
		errs = errors.Join(errs, errors.New("hash::key_file: cannot be given together with hash::keys"))
	}
	errs = errors.Join(errs, checkKeys("hash::keys", h.keys()))
	for class := range h.Add {
		if classNumber(class) == noClass {
			errs = errors.Join(errs, fmt.Errorf("hash::add: unknown class %q: the classes are %s", class,
				strings.Join(classNames[1:], ", ")))
		}
	}
	return errs
}

func (h *HashConfig) keys() []replace.Key {
	keys := make([]replace.Key, len(h.Keys))
	for i, k := range h.Keys {
		keys[i] = replace.Key{ID: k.ID, Secret: []byte(k.Key)}
	}
	return keys
}

// checkKeys reports what is wrong with the keys, by their position and name, never by their value.
func checkKeys(setting string, keys []replace.Key) error {
	var errs error
	if len(keys) > maxKeys {
		errs = fmt.Errorf("%s: %d keys, at most %d are recognised", setting, len(keys), maxKeys)
	}
	seen := map[string]bool{}
	for i, k := range keys {
		if !keyID.MatchString(k.ID) {
			errs = errors.Join(errs, fmt.Errorf("%s::%d::id: must be 1 to 32 letters, digits, _ or -", setting, i))
		}
		if seen[k.ID] {
			errs = errors.Join(errs, fmt.Errorf("%s::%d::id: %q is given twice", setting, i, k.ID))
		}
		seen[k.ID] = true
		if err := checkStrength(k.Secret); err != nil {
			errs = errors.Join(errs, fmt.Errorf("%s::%d::key: %w", setting, i, err))
		}
	}
	return errs
}

func checkStrength(secret []byte) error {
	switch {
	case len(secret) == 0:
		return errors.New("is empty: is the environment variable set?")
	case len(secret) < leastKey:
		return fmt.Errorf("has %d bytes, at least %d are needed: try `openssl rand -hex 32`", len(secret), leastKey)
	}
	if distinct, bits := information(secret[:period(secret)]); distinct < leastDistinct || bits < leastKeyBits {
		return errors.New("is too easy to guess: try `openssl rand -hex 32`")
	}
	return nil
}

// period returns the length of the shortest beginning whose repetition makes up the whole.
func period(b []byte) int {
	for p := 1; p <= len(b)/2; p++ {
		same := true
		for i := p; i < len(b) && same; i++ {
			same = b[i] == b[i-p]
		}
		if same {
			return p
		}
	}
	return len(b)
}

// information counts the different bytes, and the bits by their frequencies (Shannon).
func information(b []byte) (distinct int, bits float64) {
	var count [256]int
	for _, c := range b {
		count[c]++
	}
	for _, n := range count {
		if n > 0 {
			distinct++
			bits -= float64(n) * math.Log2(float64(n)/float64(len(b)))
		}
	}
	return distinct, bits
}

// processKeyID names the key that lives as long as the process.
const processKeyID = "process"

// processKey is the key for configurations without one: the same for all processors, so that their tokens join.
var processKey = sync.OnceValue(func() replace.Key {
	secret := make([]byte, leastKey)
	_, _ = rand.Read(secret) // never fails, by its documentation
	return replace.Key{ID: processKeyID, Secret: secret}
})

// readKeyFile reads one "id: key" a line, newest first. Empty lines and those that begin with # are passed over.
func readKeyFile(path string) ([]replace.Key, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("hash::key_file: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(f, maxKeyFile))
	if err != nil {
		return nil, fmt.Errorf("hash::key_file: read %s: %w", path, err)
	}
	var keys []replace.Key
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		id, secret, _ := strings.Cut(line, ":")
		keys = append(keys, replace.Key{ID: strings.TrimSpace(id), Secret: []byte(strings.TrimSpace(secret))})
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("hash::key_file: %s holds no key: write one \"id: key\" on a line", path)
	}
	return keys, checkKeys("hash::key_file", keys)
}
