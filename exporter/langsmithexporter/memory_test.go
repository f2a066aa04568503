// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"context"
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

// maxMemory is how much memory a batch may take, as a multiple of its encoded size.
const maxMemory = 3

// held returns the bytes of the heap that are in use.
func held() int64 {
	runtime.GC()
	runtime.GC() // what pools keep is let go the second time
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// recordedBatch is about 16 MiB of recorded runs, encoded as they are before the queue.
func recordedBatch(t *testing.T, e *tracesExporter) []chunk {
	t.Helper()
	td := recorded(t)
	var chunks []chunk
	size := 0
	for size < 16<<20 {
		runmap.Each(td, e.options, func(trace *runmap.Trace) {
			before := len(chunks)
			chunks = e.encode(context.Background(), e.destinations[0], trace, group{e.protocol, "p"}, chunks)
			for _, c := range chunks[before:] {
				size += len(c.data)
			}
		})
	}
	return chunks
}

// weigh measures memory while a request is on its way.
type weigh struct {
	base, most int64
	next       http.RoundTripper
}

func (w *weigh) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPost {
		w.most = max(w.most, held()-w.base)
	}
	return w.next.RoundTrip(r)
}

func TestMemory_ofABatchIsBounded(t *testing.T) {
	for _, protocol := range []string{"otlp", "multipart"} {
		t.Run(protocol, func(t *testing.T) {
			network := &weigh{next: &sink{info: info(1_000_000, maxBodyBytes, bothCompressions)}}
			r := newRig(t, network, func(c *Config) {
				noQueue(c)
				c.Protocol = protocol
			})
			require.NoError(t, r.destinations[0].consume(context.Background(), chunksIn(t, r.protocol, "p", "warm")))
			network.base, network.most = held(), 0
			chunks := recordedBatch(t, r.tracesExporter)
			size := int64(0)
			for _, c := range chunks {
				size += int64(len(c.data))
			}
			waiting := held() - network.base
			item := marshalItem("r", newRequest(chunks))
			stored := held() - network.base
			read, err := unmarshalItem("r", item, time.Now())
			require.NoError(t, err)
			runtime.KeepAlive(chunks)
			back := held() - network.base
			runtime.KeepAlive(item)
			require.NoError(t, r.destinations[0].enqueue(context.Background(), read.chunks))
			runtime.KeepAlive(read)
			t.Logf("%d MB of runs: waiting in memory %.2f ×, being stored %.2f ×, being read back %.2f ×, being sent %.2f ×",
				size/1e6, per(waiting, size), per(stored, size), per(back, size), per(network.most, size))
			for _, n := range []int64{waiting, stored, back, network.most} {
				assert.LessOrEqual(t, per(n, size), float64(maxMemory))
			}
			assert.Equal(t, len(read.chunks), r.count("runs_sent")-1)
		})
	}
}

func per(n, of int64) float64 { return float64(n) / float64(of) }
