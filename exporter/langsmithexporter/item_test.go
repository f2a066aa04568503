// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"context"
	"encoding/binary"
	"hash/crc32"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/client"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/exporter/exporterhelper/xexporterhelper"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/encode"
)

func sample() *request {
	return newRequest([]chunk{
		{group{encode.OTLP, "one"}, 7, []byte("abc")},
		{group{encode.OTLP, "one"}, 1_800_000_000, []byte("de")},
		{group{encode.OTLP, "zwei ü"}, 0, []byte("f")},
	})
}

func TestItem_roundTrip(t *testing.T) {
	f := func(r *request) {
		t.Helper()
		got, err := unmarshalItem("route", marshalItem("route", r), time.Unix(5, 0))
		require.NoError(t, err)
		assert.Equal(t, r, got)
	}
	f(sample())
	f(&request{})
	f(newRequest([]chunk{{group{9, ""}, 1, []byte{}}}))
}

func TestItem_groupsAreKeptTogetherAndInOrder(t *testing.T) {
	r := sample()
	r.append(chunk{r.chunks[0].group, 1, []byte("gh")})
	got, err := unmarshalItem("", marshalItem("", r), time.Unix(5, 0))
	require.NoError(t, err)
	var texts []string
	for _, c := range got.chunks {
		texts = append(texts, c.group.project+":"+string(c.data))
	}
	assert.Equal(t, []string{"one:abc", "one:de", "one:gh", "zwei ü:f"}, texts)
}

// What was queued before an upgrade is read after it. Since when it has waited is not known: it counts from then.
func TestItem_ofTheVersionBeforeIsRead(t *testing.T) {
	b := append([]byte(itemMagic), itemOldest, 0, 0, 0, 0)
	b = appendBytes(b, []byte("route"))
	b = append(b, 1, byte(encode.Multipart))
	b = appendBytes(b, []byte("p"))
	b = append(b, 2)
	b = appendBytes(appendBytes(b, []byte("abc")), []byte("de"))
	got, err := unmarshalItem("route", sealed(b), time.Unix(77, 0))
	require.NoError(t, err)
	g := group{encode.Multipart, "p"}
	assert.Equal(t, newRequest([]chunk{{g, 77, []byte("abc")}, {g, 77, []byte("de")}}), got)
}

func TestItem_whatCannotBeReadSaysWhy(t *testing.T) {
	good := marshalItem("route", sample())
	f := func(want error, change func([]byte) []byte) {
		t.Helper()
		b := change(append([]byte(nil), good...))
		_, err := unmarshalItem("route", b, time.Unix(5, 0))
		require.ErrorIs(t, err, want)
	}
	f(errItemVersion, func(b []byte) []byte { b[4]++; return b })
	f(errItemDamaged, func(b []byte) []byte { b[0]++; return b })
	f(errItemDamaged, func(b []byte) []byte { b[len(b)-1]++; return b })
	f(errItemDamaged, func(b []byte) []byte { return b[:len(b)-1] })
	f(errItemDamaged, func([]byte) []byte { return nil })
	f(errItemRoute, func([]byte) []byte { return marshalItem("other", sample()) })
	for cutAt := itemHeader; cutAt < len(good); cutAt++ { // with a checksum that is right
		f(errItemDamaged, func(b []byte) []byte { return sealed(b[:cutAt]) })
	}
}

// sealed gives b the checksum that it should have.
func sealed(b []byte) []byte {
	binary.LittleEndian.PutUint32(b[itemHeader-crc32.Size:], crc32.Checksum(b[itemHeader:], castagnoli))
	return b
}

func TestItem_holdsNothingOfTheClient(t *testing.T) {
	secret := "client-credential"
	ctx := client.NewContext(context.Background(), client.Info{
		Metadata: client.NewMetadata(map[string][]string{"x-api-key": {secret}}),
	})
	b, err := encoding{route: "r"}.Marshal(ctx, sample())
	require.NoError(t, err)
	assert.NotContains(t, string(b), secret)
	_, err = encoding{}.Marshal(ctx, foreign{})
	require.ErrorContains(t, err, "not one of ours")
}

func TestEncoding_tellsWhatItCannotRead(t *testing.T) {
	var told error
	var kept string
	e := encoding{route: "r", unreadable: func(err error, item []byte) { told, kept = err, string(item) }}
	_, req, err := e.Unmarshal([]byte("LSQ\x00\x07----rest"))
	assert.Equal(t, "LSQ\x00\x07----rest", kept)
	require.ErrorIs(t, err, errItemVersion)
	require.ErrorIs(t, told, errItemVersion)
	assert.Nil(t, req)
}

// foreign is a request of somebody else's.
type foreign struct{ xexporterhelper.Request }

func TestMergeSplit(t *testing.T) {
	f := func(szt exporterhelper.RequestSizerType, maxSize int, want []string) {
		t.Helper()
		a, b := newRequest(sample().chunks[:2]), newRequest(sample().chunks[2:])
		out, err := a.MergeSplit(context.Background(), maxSize, szt, b)
		require.NoError(t, err)
		var got []string
		items, bytes := 0, 0
		for _, req := range out {
			text := ""
			for _, c := range req.(*request).chunks {
				text += string(c.data)
			}
			got = append(got, text)
			items += req.ItemsCount()
			bytes += req.BytesSize()
			assert.Equal(t, len(text), req.BytesSize())
		}
		assert.Equal(t, want, got)
		assert.Equal(t, 3, items)
		assert.Equal(t, 6, bytes)
	}
	bytes, items := exporterhelper.RequestSizerTypeBytes, exporterhelper.RequestSizerTypeItems
	f(bytes, 0, []string{"abcdef"})
	f(bytes, 6, []string{"abcdef"})
	f(bytes, 5, []string{"abcde", "f"})
	f(bytes, 3, []string{"abc", "def"})
	f(bytes, 2, []string{"abc", "de", "f"})
	f(items, 2, []string{"abcde", "f"})
	f(items, 1, []string{"abc", "de", "f"})
	f(exporterhelper.RequestSizerTypeRequests, 1, []string{"abcdef"})

	out, err := sample().MergeSplit(context.Background(), 3, bytes, nil)
	require.NoError(t, err)
	assert.Len(t, out, 2)
	_, err = sample().MergeSplit(context.Background(), 3, bytes, foreign{})
	require.ErrorContains(t, err, "not one of ours")
}

func TestOnError_withoutPartsKeepsAll(t *testing.T) {
	r := sample()
	assert.Same(t, r, r.OnError(assert.AnError))
	rest := r.OnError(exporterhelper.NewThrottleRetry(&unsentError{err: assert.AnError, rest: r.chunks[1:]}, 1))
	want := newRequest(r.chunks[1:])
	want.attempts = 1
	assert.Equal(t, want, rest)
}

func FuzzUnmarshalItem(f *testing.F) {
	f.Add(marshalItem("", sample()))
	f.Add(marshalItem("", &request{}))
	f.Add([]byte("LSQ\x00\x01----\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= itemHeader {
			b = sealed(b)
		}
		r, err := unmarshalItem("", b, time.Unix(5, 0))
		if err != nil {
			return
		}
		again, err := unmarshalItem("", marshalItem("", r), time.Unix(5, 0))
		if err != nil || len(again.chunks) != len(r.chunks) || again.bytes != r.bytes {
			t.Fatalf("%d runs became %d: %v", len(r.chunks), len(again.chunks), err)
		}
	})
}

func BenchmarkItem(b *testing.B) {
	r := &request{}
	for range 100 {
		r.append(chunk{group{encode.OTLP, "p"}, 1_800_000_000, make([]byte, 4<<10)})
	}
	item := marshalItem("", r)
	b.Run("marshal", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(item)))
		for b.Loop() {
			marshalItem("", r)
		}
	})
	b.Run("unmarshal", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(item)))
		for b.Loop() {
			_, _ = unmarshalItem("", item, time.Unix(5, 0))
		}
	})
}
