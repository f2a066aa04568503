// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build bench

package bench

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/replay"
)

// recordedAt is when the recordings are said to have ended: a fixed time gives the same bytes in every run.
var recordedAt = time.Unix(1_780_000_000, 0)

// recorded returns every recorded trace of testdata, one message a recording, with ids of its own.
func recorded(tb testing.TB, salt string) []ptrace.Traces {
	tb.Helper()
	recordings, err := replay.Load("../testdata")
	require.NoError(tb, err)
	all := make([]ptrace.Traces, len(recordings))
	for i, r := range recordings {
		all[i] = r.Fresh(salt, recordedAt).Traces
	}
	return all
}

// size is how many bytes the messages have as OTLP protobuf.
func size(all []ptrace.Traces) int {
	total := 0
	for _, td := range all {
		total += (&ptrace.ProtoMarshaler{}).TracesSize(td)
	}
	return total
}

func spanCount(all []ptrace.Traces) int {
	total := 0
	for _, td := range all {
		total += td.SpanCount()
	}
	return total
}

// copies returns messages that may be changed.
func copies(all []ptrace.Traces) []ptrace.Traces {
	out := make([]ptrace.Traces, len(all))
	for i, td := range all {
		out[i] = ptrace.NewTraces()
		td.CopyTo(out[i])
	}
	return out
}

// one wraps attributes into a message with a single span.
func one(put func(pcommon.Map)) ptrace.Traces {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "shop-assistant")
	span := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.SetTraceID(pcommon.TraceID{1, 2, 3})
	span.SetSpanID(pcommon.SpanID{1, 2, 3})
	span.SetName("chat gpt-4o-mini")
	span.Attributes().PutStr("gen_ai.operation.name", "chat")
	put(span.Attributes())
	return td
}

// writer makes up what agents say and read, always the same, without a secret or a person in it.
type writer struct{ *rand.Rand }

var (
	words = strings.Fields(`the order was shipped on time and arrives within three days so please tell me what you would like to
		change about it because our policy allows a return when the parcel has not been opened yet while refunds take longer than an
		exchange in most regions except during holidays customers often ask whether delivery is free which depends on weight model
		answer question context retrieved document summary tool result weather forecast temperature city kilometre package
		version release deploy cluster database latency budget report quarter revenue forecast plan meeting agenda résumé naïve
		größer Zürich 東京 présent`)
	names  = []string{"status", "carrier", "quantity", "title", "category", "unit_price", "currency", "score", "chunk", "page"}
	states = []string{"shipped", "pending", "returned", "in transit", "delivered"}
)

func (w writer) word() string { return words[w.IntN(len(words))] }

// prose is n sentences.
func (w writer) prose(n int) string {
	var b strings.Builder
	for range n {
		for i := range 8 + w.IntN(12) {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(w.word())
		}
		b.WriteString([]string{". ", "? ", ", as of 2026-03-14. ", ":\n- ", " (see section 4.2).\n\n"}[w.IntN(5)])
	}
	return b.String()
}

// rows is what a tool returns: JSON objects with numbers, times and ids of machines.
func (w writer) rows(n int) string {
	list := make([]map[string]any, n)
	for i := range list {
		list[i] = map[string]any{
			"id":                      fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", w.Uint32(), w.IntN(1<<16), w.IntN(1<<12), w.IntN(1<<12), w.Int64N(1<<48)),
			"updated_at":              recordedAt.Add(time.Duration(w.IntN(1e6)) * time.Second).UTC().Format(time.RFC3339),
			"state":                   states[w.IntN(len(states))],
			"amount":                  float64(w.IntN(100_000)) / 100,
			"note":                    w.prose(1),
			names[w.IntN(len(names))]: w.IntN(500),
		}
	}
	text, _ := json.Marshal(map[string]any{"items": list, "total": n}) // strings and numbers always encode
	return string(text)
}

// code is what coding agents read and write.
func (w writer) code(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "func %s%d(ctx context.Context, in []%sRow) (int, error) {\n", w.word(), i, "Item")
		fmt.Fprintf(&b, "\tfor i := range in {\n\t\tif in[i].Count > %d && in[i].Kind == %q {\n", w.IntN(900), w.word())
		b.WriteString("\t\t\treturn i, fmt.Errorf(\"row %d: %w\", i, errBroken)\n\t\t}\n\t}\n\treturn len(in), nil\n}\n\n")
	}
	return b.String()
}

// messages is a conversation as OpenTelemetry's convention writes it, about n bytes long.
func (w writer) messages(n int) string {
	type part struct {
		Type    string `json:"type"`
		Content string `json:"content"`
	}
	type message struct {
		Role  string `json:"role"`
		Parts []part `json:"parts"`
	}
	var list []message
	roles := []string{"system", "user", "assistant", "tool"}
	for length := 0; length < n; {
		var text string
		switch w.IntN(4) {
		case 0, 1:
			text = w.prose(2 + w.IntN(10))
		case 2:
			text = w.rows(1 + w.IntN(8))
		default:
			text = w.code(1 + w.IntN(4))
		}
		list = append(list, message{roles[len(list)%len(roles)], []part{{"text", text}}})
		length += len(text)
	}
	text, _ := json.Marshal(list) // strings always encode
	return string(text)
}

// clean returns agent traces of realistic sizes, from half a kilobyte to 64 kB a message, of which nothing has to be
// changed.
func clean() []ptrace.Traces {
	w := writer{newRand(1)}
	var all []ptrace.Traces
	for i := range 24 {
		td := one(func(attrs pcommon.Map) {
			attrs.PutStr("gen_ai.provider.name", "openai")
			attrs.PutStr("gen_ai.request.model", "gpt-4o-mini-2024-07-18")
			attrs.PutInt("gen_ai.usage.input_tokens", int64(w.IntN(9000)))
			attrs.PutStr("gen_ai.input.messages", w.messages(512<<(i%8)))
			attrs.PutStr("gen_ai.output.messages", w.messages(300))
		})
		tool := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().AppendEmpty()
		tool.SetTraceID(pcommon.TraceID{1, 2, 3})
		tool.SetSpanID(pcommon.SpanID{9})
		tool.SetName("execute_tool search")
		tool.Attributes().PutStr("gen_ai.operation.name", "execute_tool")
		tool.Attributes().PutStr("gen_ai.tool.call.result", w.rows(4+w.IntN(40)))
		all = append(all, td)
	}
	return all
}

// renumber gives the traces of a message ids that were not there before.
func renumber(td ptrace.Traces, n uint64) {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				id := span.TraceID()
				binary.BigEndian.PutUint64(id[:8], binary.BigEndian.Uint64(id[:8])+n*0x9E3779B97F4A7C15)
				binary.BigEndian.PutUint64(id[8:], binary.BigEndian.Uint64(id[8:])^n*0xBF58476D1CE4E5B9)
				span.SetTraceID(id)
			}
		}
	}
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 2)) }
