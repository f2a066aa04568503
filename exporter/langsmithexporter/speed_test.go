// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build bench

package langsmithexporter

import (
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/encode"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

const (
	rounds = 7
	// perRound is CPU time: the clock of the system counts it in steps that must not matter.
	perRound = 250 * time.Millisecond
)

// cpu is the time that this process has spent on all cores, in the kernel too.
func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// job is something to be measured on some bytes.
type job struct {
	name  string
	bytes int
	do    func()
}

// measure runs jobs in turns, on one core, and returns the median of the CPU time of each.
func measure(jobs []job) []time.Duration {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	times := make([][]time.Duration, len(jobs))
	for range rounds {
		for i, j := range jobs {
			n, start := 0, cpu()
			for cpu()-start < perRound {
				j.do()
				n++
			}
			times[i] = append(times[i], (cpu()-start)/time.Duration(n))
		}
	}
	medians := make([]time.Duration, len(jobs))
	for i := range times {
		slices.Sort(times[i])
		medians[i] = times[i][rounds/2]
	}
	return medians
}

func megabytes(bytes int, in time.Duration) float64 { return float64(bytes) / 1e6 / in.Seconds() }

// TestSpeed_export prints what docs/benchmarks.md says about mapping and encoding.
func TestSpeed_export(t *testing.T) {
	all := distinctRecordings(t)
	var agents []ptrace.Traces
	for i, fixture := range pdatatest.Fixtures(t) {
		if fixture.Dialect != "codex-cli" {
			agents = append(agents, all[i])
		}
	}
	for _, input := range []struct {
		name   string
		traces []ptrace.Traces
	}{{"all recorded traces", all}, {"without Codex's internals", agents}} {
		bytes, spans := 0, 0
		for _, td := range input.traces {
			bytes += (&ptrace.ProtoMarshaler{}).TracesSize(td)
			spans += td.SpanCount()
		}
		fmt.Printf("\n%s: %d spans, %.2f MB of OTLP\n", input.name, spans, float64(bytes)/1e6)
		jobs := exportJobs(t, input.traces, bytes)
		for i, took := range measure(jobs) {
			fmt.Printf("  %-22s %6.1f MB/s %8.0f ns a span %6.2f allocations a span\n", jobs[i].name,
				megabytes(bytes, took), float64(took.Nanoseconds())/float64(spans),
				testing.AllocsPerRun(5, jobs[i].do)/float64(spans))
		}
	}
	printMemory(t)
}

func exportJobs(t *testing.T, traces []ptrace.Traces, bytes int) []job {
	t.Helper()
	otlp, multipart := newBatcher(t, encode.OTLP), newBatcher(t, encode.Multipart)
	return []job{
		{"mapping", bytes, func() {
			for _, td := range traces {
				runmap.Each(td, otlp.options, func(*runmap.Trace) {})
			}
		}},
		{"mapping and OTLP", bytes, func() {
			for _, td := range traces {
				otlp.chunks(td)
			}
		}},
		{"mapping and multipart", bytes, func() {
			for _, td := range traces {
				multipart.chunks(td)
			}
		}},
	}
}

// printMemory counts the memory that is asked for, which is more than is ever held.
func printMemory(t *testing.T) {
	t.Helper()
	fmt.Printf("\nmemory asked for to map, encode and compress a batch ÷ its encoded size\n")
	for _, p := range []encode.Protocol{encode.OTLP, encode.Multipart} {
		for _, input := range []struct {
			name string
			td   ptrace.Traces
		}{{"all recorded traces", recorded(t)}, {"runs of 2 MiB", giants(8, 2<<20)}} {
			b := newBatcher(t, p)
			b.encode(t, input.td)
			before := allocated()
			size := b.encode(t, input.td)
			fmt.Printf("  %-10s %-22s %.2f\n", p, input.name, float64(allocated()-before)/float64(size))
		}
	}
}

// TestSpeed_compression prints how fast each level is and how small it makes bodies of a hundred recorded runs.
func TestSpeed_compression(t *testing.T) {
	levels := []struct {
		how    encode.Compression
		levels []int
	}{{encode.Gzip, []int{1, 2, 3, 4, 5, 6, 9}}, {encode.Zstd, []int{1, 3, 7, 11}}}
	for _, p := range []encode.Protocol{encode.OTLP, encode.Multipart} {
		bodies := recordedBodies(t, p)
		size := 0
		for _, body := range bodies {
			size += body.Size
		}
		var jobs []job
		small := map[string]int{}
		for _, l := range levels {
			for _, level := range l.levels {
				name := fmt.Sprintf("%s %d", l.how, level)
				c, err := encode.NewCompressor(l.how, level)
				require.NoError(t, err)
				jobs = append(jobs, job{name, size, func() {
					small[name] = 0
					for _, body := range bodies {
						out, err := c.Compress(body)
						require.NoError(t, err)
						small[name] += out.Size
					}
				}})
			}
		}
		fmt.Printf("\n%s: %d bodies, %.2f MB\n", p, len(bodies), float64(size)/1e6)
		for i, took := range measure(jobs) {
			name := jobs[i].name
			fmt.Printf("  %-8s %6.1f MB/s %6.1f times smaller %8.1f ms of CPU to save a MB\n", name, megabytes(size, took),
				float64(size)/float64(small[name]), took.Seconds()*1e3/(float64(size-small[name])/1e6))
		}
	}
}
