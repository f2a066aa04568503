// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"
)

const (
	// keyCheck is how often a key file is looked at: a rotation should take effect while somebody is still watching.
	keyCheck = 5 * time.Second
	// maxKeyFile bounds what is read: a key has some fifty bytes, and a mistaken path may lead anywhere.
	maxKeyFile = 4 << 10
)

// KeyFile is a key that is read from a file, and again when the file changes. It needs no goroutine: whoever asks for
// the key looks whether it is time to check.
type KeyFile struct {
	path string

	mu      sync.Mutex
	key     string
	seen    fs.FileInfo
	checked time.Time
}

// NewKeyFile reads the key in path.
func NewKeyFile(path string, now time.Time) (*KeyFile, error) {
	f := &KeyFile{path: path}
	if err := f.readLocked(now); err != nil {
		return nil, fmt.Errorf("read API key: %w", err)
	}
	return f, nil
}

// Key returns the newest key that could be read. While a file is being replaced, the old key stays.
func (f *KeyFile) Key(now time.Time) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now.Sub(f.checked) >= keyCheck {
		_ = f.readLocked(now)
	}
	return f.key
}

// Renew reads the file again, even if it looks unchanged: it may be rewritten within the resolution of its time stamp.
func (f *KeyFile) Renew(now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen = nil
	_ = f.readLocked(now)
}

func (f *KeyFile) readLocked(now time.Time) error {
	f.checked = now
	info, err := os.Stat(f.path)
	if err != nil {
		return err
	}
	if f.seen != nil && unchanged(info, f.seen) {
		return nil
	}
	key, err := readKey(f.path)
	if err != nil {
		return err
	}
	f.seen, f.key = info, key
	return nil
}

func unchanged(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size()
}

func readKey(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxKeyFile))
	if err != nil {
		return "", err
	}
	key := CleanKey(string(data))
	if key == "" || !headerSafe(key) {
		return "", errors.New("the file holds no usable key")
	}
	return key, nil
}

// CleanKey takes away what editors and shells leave around a key: white space, line ends and quotes.
func CleanKey(s string) string {
	return strings.Trim(s, " \t\r\n\"'")
}
