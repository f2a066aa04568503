// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package replace

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
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
	sum := sha256.New()
	size, err := decodeInto(sum, strings.TrimRight(data, "="))
	if err != nil {
		// Cut off or not base64 at all: the text itself is what can be compared.
		sum.Reset()
		sum.Write([]byte(data))
		size = len(data)
	}
	return note(kind, size, sum.Sum(nil))
}

// chunk is how many characters of base64 are decoded at a time, a multiple of four.
const chunk = 4096

// decodeInto writes what data holds in base64 to w, which cannot fail, and returns how much that is.
func decodeInto(w hash.Hash, data string) (size int, err error) {
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(data, "-_") {
		encoding = base64.RawURLEncoding
	}
	if strings.ContainsAny(data, "\r\n") { // as wrapped lines; decoding passes over them
		data = strings.NewReplacer("\r", "", "\n", "").Replace(data)
	}
	in := make([]byte, min(len(data), chunk))
	out := make([]byte, encoding.DecodedLen(len(in)))
	for len(data) > 0 {
		k := copy(in, data)
		n, err := encoding.Decode(out, in[:k])
		if err != nil {
			return 0, err
		}
		w.Write(out[:n])
		size += n
		data = data[k:]
	}
	return size, nil
}

// MediaBytes returns the note for an attachment that is not encoded.
func MediaBytes(data []byte, kind string) string {
	sum := sha256.Sum256(data)
	return note(kind, len(data), sum[:])
}

func note(kind string, size int, sum []byte) string {
	return "[media:" + kind + " " + strconv.Itoa(size) + "B sha256:" + hex.EncodeToString(sum)[:mediaDigits] + "]"
}

func mimeRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/+-._", r)
}
