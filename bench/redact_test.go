// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build bench

package bench

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/redactionprocessor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor"
)

// patterns are what people copy into contrib's redaction: e-mail, card, SSN, phone, IPv4, AWS key, GitHub token,
// OpenAI key, JWT and key=value.
var patterns = []string{
	`[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+\.[A-Za-z]{2,}`,
	`\b(?:4[0-9]{3}|5[1-5][0-9]{2}|6011|3[47][0-9]{2})[ \-]?[0-9]{4}[ \-]?[0-9]{4}[ \-]?[0-9]{2,4}\b`,
	`\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b`,
	`(?:\+?1[ .\-]?)?\(?[2-9][0-9]{2}\)?[ .\-][0-9]{3}[ .\-][0-9]{4}\b`,
	`\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b`,
	`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`,
	`\bgh[pousr]_[A-Za-z0-9]{36,}\b`,
	`\bsk-[A-Za-z0-9_\-]{20,}`,
	`\beyJ[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]{10,}`,
	`(?i)(?:password|passwd|secret|token|api_?key)["']?\s*[:=]\s*["']?[^\s"',;]{6,}`,
}

// stockRedaction is contrib's redaction with ten patterns.
func stockRedaction(t testing.TB) processor.Traces {
	t.Helper()
	factory := redactionprocessor.NewFactory()
	cfg := factory.CreateDefaultConfig().(*redactionprocessor.Config)
	cfg.AllowAllKeys, cfg.BlockedValues, cfg.Summary = true, patterns, "silent"
	p, err := factory.CreateTraces(context.Background(), processortest.NewNopSettings(factory.Type()), cfg, consumertest.NewNop())
	require.NoError(t, err)
	return started(t, p)
}

// ourRedaction is redact with every detector on.
func ourRedaction(t testing.TB) processor.Traces {
	t.Helper()
	factory := redactprocessor.NewFactory()
	cfg := factory.CreateDefaultConfig().(*redactprocessor.Config)
	cfg.Hash.Keys = []redactprocessor.KeyConfig{{ID: "k1", Key: "k7Qw2ZpX9sVb4NmR6tYc1LdF8hGj3KaE"}} // made up
	cfg.Detect = redactprocessor.Actions{"secrets": "mask", "personal": "mask", "address": "mask"}
	require.NoError(t, cfg.Validate())
	p, err := factory.CreateTraces(context.Background(), processortest.NewNopSettings(factory.Type()), cfg, consumertest.NewNop())
	require.NoError(t, err)
	return started(t, p)
}

func started(t testing.TB, p processor.Traces) processor.Traces {
	t.Helper()
	require.NoError(t, p.Start(context.Background(), componenttest.NewNopHost()))
	t.Cleanup(func() { assert.NoError(t, p.Shutdown(context.Background())) })
	return p
}

// redact measures one pass of p over copies of all.
func redact(t testing.TB, p processor.Traces, all []ptrace.Traces) cost {
	t.Helper()
	work := copies(all)
	return measure(func() {
		for _, td := range work {
			if err := p.ConsumeTraces(context.Background(), td); err != nil {
				t.Fatal(err)
			}
		}
	})
}

const (
	stockRounds = 7
	ourPasses   = 5 // passes of ours for each of the stock processor, which takes much longer
)

func TestRedact_besideTheStockProcessor(t *testing.T) {
	machine(t)
	oneCore(t)
	inputs := []struct {
		name string
		data []ptrace.Traces
	}{{"recorded traces", recorded(t, "bench")}, {"clean content", clean()}}
	stock, ours := stockRedaction(t), ourRedaction(t)
	t.Logf("%-16s %9s %8s | %10s %12s | %10s %12s | %6s", "input", "kB", "spans", "stock MB/s", "allocs/span", "ours MB/s", "allocs/span", "ratio")
	for _, in := range inputs {
		redact(t, ours, in.data) // warm
		var a, b []cost
		for range stockRounds {
			a = append(a, redact(t, stock, in.data))
			for range ourPasses {
				b = append(b, redact(t, ours, in.data))
			}
		}
		s, o := medianBy(a, byCPU), medianBy(b, byCPU)
		bytes, spans := size(in.data), spanCount(in.data)
		t.Logf("%-16s %9.0f %8d | %10.2f %12.1f | %10.1f %12.1f | %5.1fx", in.name, float64(bytes)/1e3, spans,
			perSecond(bytes, s.cpu)/1e6, float64(s.allocs)/float64(spans),
			perSecond(bytes, o.cpu)/1e6, float64(o.allocs)/float64(spans), s.cpu.Seconds()/o.cpu.Seconds())
	}
}

// TestRedact_cleanContentIsClean holds the input to its promise: a benchmark of clean content must not measure
// findings.
func TestRedact_cleanContentIsClean(t *testing.T) {
	f := func(p processor.Traces) {
		t.Helper()
		for i, td := range copies(clean()) {
			require.NoError(t, p.ConsumeTraces(context.Background(), td))
			td.ResourceSpans().At(0).Resource().Attributes().Remove("redact.policy")
			assert.Equal(t, texts(clean()[i]), texts(td))
		}
	}
	f(ourRedaction(t))
	f(stockRedaction(t))
}

func texts(td ptrace.Traces) []string {
	var out []string
	for _, span := range td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().All() {
		for key, value := range span.Attributes().All() {
			out = append(out, key+"="+value.AsString())
		}
	}
	return out
}

// In the measurement of single attributes a message has this many spans with this many attributes each, under the
// same keys.
const (
	attributeSpans = 200
	attributeKeys  = 100
)

func TestRedact_oneAttribute(t *testing.T) {
	machine(t)
	oneCore(t)
	w := writer{newRand(7)}
	texts := make([]string, 256)
	for i := range texts {
		texts[i] = (w.prose(1) + strings.Repeat("and so on ", 4))[:40]
	}
	stock, ours := stockRedaction(t), ourRedaction(t)
	f := func(name string, n int, data ptrace.Traces) {
		t.Helper()
		in := []ptrace.Traces{data}
		f := func(who string, p processor.Traces) {
			var costs []cost
			for range 9 {
				costs = append(costs, redact(t, p, in))
			}
			c := medianBy(costs, byCPU)
			t.Logf("%-40s %-6s %6.0f ns  %6.3f allocs", name, who, float64(c.cpu)/float64(n), float64(c.allocs)/float64(n))
		}
		f("stock", stock)
		f("ours", ours)
	}
	f("a 40-byte attribute without a match", attributeSpans*attributeKeys, many(func(i int) string { return texts[i%len(texts)] }))
	// Identifiers of fewer than six characters are not looked for elsewhere in the call, so that the first figure is
	// that of the hash.
	f("an identifier to hash", attributeSpans*attributeKeys, identifiers("%05x"))
	f("one that is also looked for in texts", attributeSpans*attributeKeys, identifiers("customer%08d"))
}

// identifiers is a message with many users, each another.
func identifiers(format string) ptrace.Traces {
	return one(func(attrs pcommon.Map) {
		list := attrs.PutEmptySlice("user.id")
		for i := range attributeSpans * attributeKeys {
			list.AppendEmpty().SetStr(fmt.Sprintf(format, i))
		}
	})
}

// many is a message of spans whose attributes have the same keys.
func many(value func(int) string) ptrace.Traces {
	td := one(func(pcommon.Map) {})
	spans := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans()
	for i := range attributeSpans {
		attrs := spans.AppendEmpty().Attributes()
		for k := range attributeKeys {
			attrs.PutStr(fmt.Sprintf("app.note_%d", k), value(i*attributeKeys+k))
		}
	}
	return td
}

// BenchmarkRedact is for the profiler.
func BenchmarkRedact(b *testing.B) {
	for name, in := range map[string][]ptrace.Traces{"recorded": recorded(b, "bench"), "clean": clean()} {
		b.Run(name, func(b *testing.B) {
			p := ourRedaction(b)
			b.SetBytes(int64(size(in)))
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				work := copies(in)
				b.StartTimer()
				for _, td := range work {
					require.NoError(b, p.ConsumeTraces(context.Background(), td))
				}
			}
		})
	}
}
