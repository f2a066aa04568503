// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	stdmultipart "mime/multipart"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

func withFiles(t testing.TB, files ...run.Attachment) run.Run {
	t.Helper()
	r := nativeRun()
	r.Attachments = files
	return r
}

func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

func TestAttachments_areParts(t *testing.T) {
	sound, picture := noise(100_000), []byte("\r\n--x--\r\n")
	r := withFiles(t, run.Attachment{Name: "a_wav", Type: "audio/wav", Data: sound},
		run.Attachment{Name: "b", Type: "image/png", Data: picture})
	_, all := joined(t, multipart{}, parts(t, r), parts(t, nativeRun()))
	reader := stdmultipart.NewReader(bytes.NewReader(all), boundary)
	got := map[string][]byte{}
	types := map[string]string{}
	for {
		p, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		data, err := io.ReadAll(p)
		require.NoError(t, err)
		got[p.FormName()], types[p.FormName()] = data, p.Header.Get("Content-Type")
	}
	name := "attachment." + r.ID.String() + "."
	assert.Equal(t, sound, got[name+"a_wav"])
	assert.Equal(t, picture, got[name+"b"])
	assert.Equal(t, "audio/wav", types[name+"a_wav"])
}

// A file cannot end its part and begin another one.
func TestAttachments_cannotWriteParts(t *testing.T) {
	attack := []byte("\r\n--" + boundary + "\r\nContent-Disposition: form-data; name=\"post.x\"\r\n\r\n{}")
	chunk := parts(t, withFiles(t, run.Attachment{Name: "a", Type: "image/png", Data: attack}))
	assert.NotContains(t, string(chunk), "post.x")
	assert.Contains(t, string(chunk), "[left out: ")
}

func TestAttachments_goFirstWhenARunIsTooLarge(t *testing.T) {
	r := withFiles(t, run.Attachment{Name: "a", Type: "audio/wav", Data: noise(1 << 20)})
	plain := nativeRun()
	for _, enc := range []Encoder{multipart{}, otlp{}} {
		whole, err := enc.Append(nil, &r, place)
		require.NoError(t, err)
		without, err := enc.Append(nil, &plain, place)
		require.NoError(t, err)
		short, ok := enc.Shorten(whole, 64<<10)
		require.True(t, ok)
		assert.Len(t, short, len(without), "and nothing else does")
	}
}

func TestAttachments_haveNoPlaceInABatch(t *testing.T) {
	chunk := parts(t, withFiles(t, run.Attachment{Name: "a", Type: "audio/wav", Data: noise(1 << 10)}))
	_, all := joined(t, batch{}, chunk)
	_, plain := joined(t, batch{}, parts(t, nativeRun()))
	assert.JSONEq(t, string(plain), string(all))
	path, body, err := Readable(Multipart, chunk)
	require.NoError(t, err)
	assert.Equal(t, PathBatch, path)
	assert.True(t, json.Valid(body))
}
