// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package replace

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strconv"
	"strings"
)

// mediaDigits is how many hexadecimal digits of the hash an attachment's note shows: enough to tell files apart.
const mediaDigits = 16

// Media returns the note that stands for an attachment: its type, its size and the beginning of its SHA-256, so that
// it can be found again where it is allowed to be. The text is base64, as it is or in a data URI; kind is used when
// it does not name one.
func Media(text, kind string) string {
	data := text
	if rest, ok := strings.CutPrefix(text, "data:"); ok {
		head, body, _ := strings.Cut(rest, ",")
		data = body
		if mime, _, _ := strings.Cut(head, ";"); mime != "" {
			kind = mime
		}
	}
	if kind == "" || strings.ContainsFunc(kind, func(r rune) bool { return !mimeRune(r) }) {
		kind = "application/octet-stream"
	}
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(data, "-_") {
		encoding = base64.RawURLEncoding
	}
	sum := sha256.New()
	size, err := io.Copy(sum, base64.NewDecoder(encoding, strings.NewReader(strings.TrimRight(data, "="))))
	if err != nil {
		// Cut off or not base64 at all: the text itself is what can be compared.
		sum.Reset()
		sum.Write([]byte(data))
		size = int64(len(data))
	}
	return note(kind, size, sum.Sum(nil))
}

// MediaBytes returns the note for an attachment that is not encoded.
func MediaBytes(data []byte, kind string) string {
	sum := sha256.Sum256(data)
	return note(kind, int64(len(data)), sum[:])
}

func note(kind string, size int64, sum []byte) string {
	return "[media:" + kind + " " + strconv.FormatInt(size, 10) + "B sha256:" + hex.EncodeToString(sum)[:mediaDigits] + "]"
}

func mimeRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/+-._", r)
}
