// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// leastBlob is the length from which base64 without any type is taken for an attachment. Signatures, encrypted
// reasoning and the like are shorter.
const leastBlob = 4096

// leastKnownBlob is the same for base64 that begins like an image, sound or document.
const leastKnownBlob = 64

// signatures are how known formats begin in base64.
var signatures = []struct{ start, mime string }{
	{"iVBORw0KGg", "image/png"},
	{"/9j/", "image/jpeg"},
	{"R0lGOD", "image/gif"},
	{"UklGR", "image/webp"},
	{
		"JVBERi0",
		"application/pdf",
	},
	{"SUQz", "audio/mpeg"},
	{"T2dnUw", "audio/ogg"},
	{"UEsDB", "application/zip"},
	{"AAAAIGZ0eX", "video/mp4"},
	{"AAAAHGZ0eX", "video/mp4"},
	{"Qk0", "image/bmp"},
	{"H4sI", "application/gzip"},
	{"GkXfo", "video/webm"},
	{"ZkxhQ", "audio/flac"},
}

// MediaType guesses the type of base64 by its beginning, and returns "" when it is not known.
func MediaType(base64 string) string {
	for _, k := range signatures {
		if strings.HasPrefix(base64, k.start) {
			return k.mime
		}
	}
	return ""
}

// media adds the run [start, end) when it is an attachment in base64.
func (sc *Scanner) media(start, end int) bool {
	s := sc.text[start:end]
	known := len(s) >= leastKnownBlob && MediaType(s) != "" && only(strings.TrimRight(s, "="), aStd64)
	if !known {
		if len(s) < leastBlob || !only(strings.TrimRight(s, "="), aAny64) {
			return false
		}
		if digits, capitals, smalls := mix(s[:leastBlob]); digits == 0 || capitals == 0 || smalls == 0 {
			return false
		}
	}
	if sc.set.enabled[Media] {
		sc.add(Finding{start, end, Media, Unquoted})
		return true
	}
	return known && sc.passOver(end)
}

// passOver goes on behind a stretch that is not to be looked into. It returns false, so that nothing is taken for
// found.
func (sc *Scanner) passOver(end int) bool {
	sc.longRun = max(sc.longRun, end)
	return false
}

// dataURI handles data:<type>;base64,<data> around the ":" at i, and returns where to read on, or 0.
func (sc *Scanner) dataURI(i int) int {
	s := sc.text
	start := i - len("data")
	if !startsWord(s, start) {
		return 0
	}
	head := s[i+1 : min(len(s), i+1+2*maxMIME)]
	comma := strings.IndexByte(head, ',')
	if comma < 0 || !strings.HasSuffix(head[:comma], ";base64") || strings.ContainsAny(head[:comma], " \"\\\n") {
		return 0
	}
	data := i + 1 + comma + 1
	end := run(s, data, aAny64)
	for end < len(s) && s[end] == '=' {
		end++
	}
	if end == data {
		return 0
	}
	if sc.set.enabled[Media] {
		sc.add(Finding{start, end, Media, Unquoted})
		return end
	}
	if strings.HasPrefix(head, "text/") || strings.HasPrefix(head, "application/json") {
		return 0
	}
	return end
}
