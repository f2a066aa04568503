// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// nested is TracesData with an attribute, an event's attribute, or whatever path says, whose value nests levels times
// through via. It is built from the inside.
func nested(levels int, via []byte, path ...byte) []byte {
	buf := make([]byte, 64+levels*24)
	pos := len(buf)
	wrap := func(field byte) {
		size := uint64(len(buf) - pos)
		var prefix [binary.MaxVarintLen64]byte
		n := binary.PutUvarint(prefix[:], size)
		pos -= n
		copy(buf[pos:], prefix[:n])
		pos--
		buf[pos] = field<<3 | 2
	}
	for range levels {
		for _, field := range via {
			wrap(field)
		}
	}
	for _, field := range path {
		wrap(field)
	}
	return buf[pos:]
}

func TestTooDeep(t *testing.T) {
	arrays, lists := []byte{1, 5}, []byte{2, 1, 6}
	attribute, ofEvent := []byte{2, 9, 2, 2, 1}, []byte{2, 3, 11, 2, 2, 1}
	ofLink, ofScope, ofResource := []byte{2, 4, 13, 2, 2, 1}, []byte{2, 3, 1, 2, 1}, []byte{2, 1, 1, 1}
	for _, path := range [][]byte{attribute, ofEvent, ofLink, ofScope, ofResource} {
		assert.True(t, tooDeep(nested(maxDepth, arrays, path...)), "%v", path)
		assert.True(t, tooDeep(nested(maxDepth, lists, path...)), "%v", path)
		shallow := nested(50, arrays, path...)
		assert.False(t, tooDeep(shallow), "%v", path)
		_, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(shallow)
		assert.NoError(t, err, "what is built is OTLP")
	}
	assert.False(t, tooDeep(nil))
	assert.False(t, tooDeep([]byte("\xff\xff\xff")))
	assert.False(t, tooDeep([]byte{0x0a, 0x05, 0x01}))
}

func TestTraces_deeplyNestedMessageIsRefused(t *testing.T) {
	s, _ := newTestServer(Options{})
	body := nested(900_000, []byte{1, 5}, 2, 9, 2, 2, 1)
	r := request(s, "POST", "/otel/v1/traces", body, "Content-Type", mediaProtobuf)
	assert.Equal(t, 400, r.status)
	assert.Contains(t, r.body, "nested too deep")
}

func TestTooDeep_acceptsRecordedTraces(t *testing.T) {
	for _, td := range recorded(t) {
		assert.False(t, tooDeep(proto(td)))
	}
}
