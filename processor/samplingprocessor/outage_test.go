// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// sender is an application that sends one trace after the other, children before parents, a few spans a request, and
// sends again what is refused.
type sender struct {
	r    *rand.Rand
	next uint32 // trace
	left []ptrace.Span
	at   time.Time // of the next request

	accepted map[pcommon.TraceID][]pcommon.SpanID
	failed   map[pcommon.TraceID]bool
	refused  int
}

func newSender(n int) *sender {
	return &sender{
		r: rand.New(rand.NewPCG(uint64(n), 5)), next: uint32(n) << 16, at: time.Now(),
		accepted: map[pcommon.TraceID][]pcommon.SpanID{}, failed: map[pcommon.TraceID]bool{},
	}
}

// trace makes up to 14 spans below one root, with some kilobytes each, of which one fails in every second trace.
func (s *sender) trace() []ptrace.Span {
	s.next++
	n := 2 + s.r.IntN(13)
	failing := s.r.IntN(2 * n)
	spans := make([]ptrace.Span, n)
	for i := range spans {
		words := make([]byte, 4<<10)
		for j := range words {
			words[j] = byte('a' + s.r.IntN(26))
		}
		span := spec{
			id: byte(i + 1), parent: byte(min(i, 1+s.r.IntN(max(i, 1)))), kind: "tool", start: i,
			failed: i == failing, flags: 0x100,
			attributes: map[string]any{"text": string(words)},
		}
		if i == 0 {
			span.flags = 0
		}
		spans[i] = ptrace.NewSpan()
		span.put(spans[i])
		spans[i].SetTraceID(pcommon.TraceID{1, 12: byte(s.next >> 24), 13: byte(s.next >> 16), 14: byte(s.next >> 8), 15: byte(s.next)})
	}
	slices.Reverse(spans)
	return spans
}

// step sends what is due.
func (s *sender) step(p *sampler) {
	if time.Now().Before(s.at) {
		return
	}
	if len(s.left) == 0 {
		s.left = s.trace()
	}
	n := min(len(s.left), 1+s.r.IntN(4))
	td := traces()
	for _, span := range s.left[:n] {
		span.CopyTo(td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().AppendEmpty())
	}
	if p.traces.ConsumeTraces(context.Background(), td) != nil {
		s.refused++
		s.at = time.Now().Add(100 * time.Millisecond)
		return
	}
	for _, span := range s.left[:n] {
		s.accepted[span.TraceID()] = append(s.accepted[span.TraceID()], span.SpanID())
		s.failed[span.TraceID()] = s.failed[span.TraceID()] || span.Status().Code() == ptrace.StatusCodeError
	}
	s.left = s.left[n:]
	s.at = time.Now().Add(time.Duration(s.r.IntN(250)) * time.Millisecond)
}

// TestOutage_ofATraceThatIsKeptNothingAcceptedIsLost takes the next component away for a minute while the rules keep
// errors: memory fills with what cannot be delivered, and the errors of what is open have not come yet.
func TestOutage_ofATraceThatIsKeptNothingAcceptedIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSampler(t, func(c *Config) {
			onlyErrors(c)
			c.Memory.MaxBytes = 4 << 20
			c.Memory.MaxTraceBytes = 1 << 20
			c.Complete = Complete{AfterRoot: time.Second, Idle: 5 * time.Second, Max: 8 * time.Second}
		})
		began := time.Now()
		down := &outage{from: began.Add(3 * time.Second), until: began.Add(63 * time.Second)}
		s.start(down)
		senders := make([]*sender, 30)
		for n := range senders {
			senders[n] = newSender(n)
		}
		for time.Since(began) < 70*time.Second {
			for _, sender := range senders {
				sender.step(s)
			}
			time.Sleep(10 * time.Millisecond)
		}
		for slices.ContainsFunc(senders, func(x *sender) bool { return len(x.left) > 0 }) {
			for _, sender := range senders {
				if len(sender.left) > 0 {
					sender.step(s)
				}
			}
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(2 * time.Minute)
		s.stop()
		released := map[pcommon.TraceID]map[pcommon.SpanID]bool{}
		for _, span := range spansOfAll(down.AllTraces()...) {
			if released[span.TraceID()] == nil {
				released[span.TraceID()] = map[pcommon.SpanID]bool{}
			}
			released[span.TraceID()][span.SpanID()] = true
		}
		spans, lost, refused := 0, 0, 0
		for _, sender := range senders {
			refused += sender.refused
			for id, accepted := range sender.accepted {
				if !sender.failed[id] {
					continue
				}
				spans += len(accepted)
				for _, span := range accepted {
					if !released[id][span] {
						lost++
					}
				}
			}
		}
		triggers := map[string]int{}
		for _, d := range s.decisions.list() {
			triggers[d.Trigger+strings.Repeat("!", map[bool]int{true: 1}[!d.Complete])]++
		}
		t.Logf("%d requests refused; of %d spans of kept traces %d are lost; %v", refused, spans, lost, triggers)
		require.Positive(t, refused)
		assert.Zero(t, lost)
		requireTrees(t, down.AllTraces()...)
	})
}
