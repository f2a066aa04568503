// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/detect"
)

// keyInfo is what the rules say about a key.
type keyInfo struct {
	kind    detect.Kind
	class   class
	content bool
	stack   bool
	clean   bool // nothing was found in the key itself
}

// keyMemory remembers keys, which are few and come back on every span.
type keyMemory struct{ known map[string]keyInfo }

const (
	// maxKeys is how many keys are remembered: several times what the instrumentations of one service use.
	maxRemembered = 4096
	// maxRememberedKey is the longest key that is remembered.
	maxRememberedKey = 256
)

func (m *keyMemory) of(key string, r *redactor) keyInfo {
	if info, ok := m.known[key]; ok {
		return info
	}
	info := keyInfo{
		kind:    detect.KeyKind(key),
		class:   r.identities.of(key),
		content: isContent(key),
		stack:   stackKeys[key],
		clean:   len(r.scanner.Scan(key)) == 0,
	}
	if info.kind == detect.KindQuery {
		info.kind = detect.KindNone // such words announce a secret in URLs only
	}
	if len(m.known) < maxRemembered && len(key) <= maxRememberedKey {
		if m.known == nil {
			m.known = map[string]keyInfo{}
		}
		m.known[strings.Clone(key)] = info
	}
	return info
}

// contentNote stands for content of which only the length may be known.
func contentNote(length int) string {
	return contentNotePrefix + strconv.Itoa(length) + contentNoteSuffix
}

const (
	contentNotePrefix = "[content:"
	contentNoteSuffix = "B]"
)

func isContentNote(s string) bool {
	digits, ok := strings.CutPrefix(s, contentNotePrefix)
	if !ok {
		return false
	}
	digits, ok = strings.CutSuffix(digits, contentNoteSuffix)
	return ok && digits != "" && len(digits) < 20 && only(digits, func(c byte) bool { return c >= '0' && c <= '9' })
}

// isMostlyText tells text in some encoding from the data of an image or sound.
func isMostlyText(raw []byte) bool {
	raw = raw[:min(len(raw), leastAttachment)]
	odd := 0
	for i := 0; i < len(raw); {
		c, size := utf8.DecodeRune(raw[i:])
		if c == utf8.RuneError || c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			odd++
		}
		i += size
	}
	return odd*8 < len(raw)
}
