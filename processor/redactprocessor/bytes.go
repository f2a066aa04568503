// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"unicode/utf16"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/walk"
)

// Bytes returns what is to stand instead of bytes. Text in UTF-16 and text compressed by gzip are read as the text that
// they are, and written in the same way when something was found. What is compressed and cannot be read to its end, as it
// was cut off or is larger than maxInflated, is replaced as a whole.
func (r *redactor) Bytes(at *walk.Place, raw string) (string, bool) {
	switch {
	case strings.HasPrefix(raw, gzipMagic):
		return r.inflated(at, raw)
	case isUTF16(raw):
		return r.wide(at, raw)
	}
	return r.Text(at, raw)
}

const (
	// gzipMagic begins a stream of gzip with the only method that there is (RFC 1952).
	gzipMagic = "\x1f\x8b\x08"
	// maxInflated bounds what one value may become by decompression: a bomb of 64 KiB makes 64 MiB.
	maxInflated = 8 << 20
)

func (r *redactor) inflated(at *walk.Place, raw string) (string, bool) {
	zr, err := gzip.NewReader(strings.NewReader(raw))
	if err != nil {
		return r.unprocessable(at), true
	}
	text, err := io.ReadAll(io.LimitReader(zr, maxInflated+1))
	if err != nil || len(text) > maxInflated {
		return r.unprocessable(at), true
	}
	changed, ok := r.Text(at, string(text))
	if !ok {
		return raw, false
	}
	var b bytes.Buffer
	zw := gzip.NewWriter(&b)
	_, err = io.WriteString(zw, changed)
	if err != nil || zw.Close() != nil {
		return r.unprocessable(at), true
	}
	return b.String(), true
}

// How much of bytes is looked at to tell UTF-16, and how many of a hundred pairs must be of ASCII without a byte order
// mark.
const (
	probeUTF16  = 128
	leastUTF16  = 8
	asciiShare  = 90
	markBig     = "\xfe\xff"
	markLittle  = "\xff\xfe"
	bytesOfUnit = 2
)

// isUTF16 tells UTF-16 by its byte order mark, or by the zeros beside the characters of ASCII.
func isUTF16(raw string) bool {
	if len(raw) < leastUTF16 {
		return false
	}
	if strings.HasPrefix(raw, markBig) || strings.HasPrefix(raw, markLittle) {
		return true
	}
	big, little, all := 0, 0, min(len(raw), probeUTF16)/bytesOfUnit
	for i := range all {
		switch a, b := raw[2*i], raw[2*i+1]; {
		case a == 0 && isPrintable(b):
			big++
		case b == 0 && isPrintable(a):
			little++
		}
	}
	return max(big, little)*100 >= asciiShare*all
}

func isPrintable(c byte) bool { return c >= ' ' && c < 0x7f || c == '\n' || c == '\r' || c == '\t' }

// wide is Text for UTF-16.
func (r *redactor) wide(at *walk.Place, raw string) (string, bool) {
	order := 0 // where in a unit its high byte stands
	if strings.HasPrefix(raw, markLittle) || !strings.HasPrefix(raw, markBig) && raw[1] == 0 {
		order = 1
	}
	units := make([]uint16, len(raw)/bytesOfUnit)
	for i := range units {
		units[i] = uint16(raw[2*i+order])<<8 | uint16(raw[2*i+1-order])
	}
	changed, ok := r.Text(at, string(utf16.Decode(units)))
	if !ok {
		return raw, false
	}
	out := make([]byte, 0, bytesOfUnit*len(changed))
	for _, unit := range utf16.Encode([]rune(changed)) {
		high, low := byte(unit>>8), byte(unit)
		if order == 1 {
			high, low = low, high
		}
		out = append(out, high, low)
	}
	return string(out) + raw[len(units)*bytesOfUnit:], true // half a unit stays, where the value was cut off
}
