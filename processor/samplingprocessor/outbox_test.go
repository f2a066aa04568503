// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// choosy refuses what it is told to and counts.
type choosy struct {
	consumertest.TracesSink
	refuses func(pcommon.TraceID) bool
	takes   time.Duration // to answer

	mu    sync.Mutex
	tries int
	taken []pcommon.TraceID
}

func (p *choosy) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	time.Sleep(p.takes)
	id := spansOfAll(td)[0].TraceID()
	refused := p.refuses != nil && p.refuses(id)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tries++
	if refused {
		return errDown
	}
	p.taken = append(p.taken, id)
	return p.TracesSink.ConsumeTraces(ctx, td)
}

func (p *choosy) counts() (tries, taken int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tries, len(p.taken)
}

// below is the ids of payloads with smaller numbers.
func below(n uint16) func(pcommon.TraceID) bool {
	return func(id pcommon.TraceID) bool { return uint16(id[14])<<8|uint16(id[15]) < n }
}

func until(at time.Time) func(pcommon.TraceID) bool {
	return func(pcommon.TraceID) bool { return time.Now().Before(at) }
}

func shortly(c *Config) {
	c.Complete = Complete{AfterRoot: time.Millisecond, Idle: time.Millisecond, Max: time.Second}
}

func (s *sampler) sendMany(from, to uint16) {
	s.t.Helper()
	for n := from; n < to; n++ {
		s.send(payload(n, 10, false))
	}
}

// stopWithin shuts down, which leaves something undelivered.
func (s *sampler) stopWithin(d time.Duration) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	require.ErrorIs(s.t, s.traces.Shutdown(ctx), context.DeadlineExceeded)
}

func TestOutbox_whatIsRefusedForEverHoldsUpNobody(t *testing.T) {
	f := func(refused uint16, takes, within time.Duration) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			next := &choosy{refuses: below(refused), takes: takes}
			s := newSampler(t, shortly).start(next)
			s.sendMany(0, refused)
			time.Sleep(time.Minute)
			s.sendMany(refused, refused+50)
			time.Sleep(within)
			_, taken := next.counts()
			assert.Equal(t, 50, taken)
			s.stopWithin(time.Second)
			assert.Equal(t, float64(refused), s.count("dropped_spans", "reason", "shutdown"))
		})
	}
	f(8, 0, time.Second)
	f(300, 0, time.Second)
	f(8, time.Second, time.Minute)
}

func TestOutbox_twoPipelinesDoNotWaitForOneAnother(t *testing.T) {
	f := func(next consumer.Traces) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			first := newSampler(t, shortly).start(next)
			second := *first
			second.start(second.sink)
			first.sendMany(0, 100)
			time.Sleep(time.Hour)
			second.sendMany(200, 300)
			time.Sleep(time.Second)
			assert.Equal(t, 100, second.sink.SpanCount())
			require.NoError(t, second.traces.Shutdown(context.Background()))
			first.stopWithin(time.Second)
		})
	}
	f(hung{})
	f(&choosy{refuses: below(100)})
}

// TestOutbox_aRouteThatIsAwayLeavesTheOthersTheirPace has a hundred traces for a route that is away to each one that is taken.
func TestOutbox_aRouteThatIsAwayLeavesTheOthersTheirPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &choosy{refuses: func(id pcommon.TraceID) bool { return id[15] != 0 }}
		s := newSampler(t, shortly).start(next)
		for second := range byte(100) {
			for i := range byte(100) {
				td := payload(0, 10, false)
				spansOfAll(td)[0].SetTraceID(pcommon.TraceID{14: second + 1, 15: i})
				s.send(td)
			}
			time.Sleep(2 * time.Second)
		}
		time.Sleep(time.Second)
		_, taken := next.counts()
		assert.Equal(t, 100, taken)
		before, _ := next.counts()
		time.Sleep(time.Hour)
		after, _ := next.counts()
		assert.LessOrEqual(t, after-before, 3600/5+10, "what waits is tried a few at a time")
		s.stopWithin(time.Second)
	})
}

func TestOutbox_anOutageEndsAtOnceHoweverLongItWas(t *testing.T) {
	f := func(traces uint16, goesOn bool) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			end := time.Now().Add(10 * time.Hour)
			next := &choosy{refuses: until(end)}
			s := newSampler(t, shortly).start(next)
			s.sendMany(0, traces)
			time.Sleep(time.Until(end) - time.Second)
			tries, _ := next.counts()
			assert.LessOrEqual(t, tries, int(traces)+10*3600/5+20, "none is tried in vain all the time")
			if goesOn {
				s.sendMany(traces, traces+10)
				traces += 10
			}
			time.Sleep(time.Second + awayGap + 5*time.Second)
			_, taken := next.counts()
			assert.EqualValues(t, traces, taken)
			s.stop()
		})
	}
	f(1, false)
	f(8, false)
	f(1000, false)
	f(1000, true)
}

func TestOutbox_whatWaitsIsDeliveredAboutInItsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end := time.Now().Add(time.Minute)
		next := &choosy{refuses: until(end)}
		s := newSampler(t, shortly).start(next)
		const traces = 500
		for n := range uint16(traces) {
			s.send(payload(n, 10, false))
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(time.Minute)
		order := map[pcommon.TraceID]int{}
		next.mu.Lock()
		for i, id := range next.taken {
			order[id] = i
		}
		next.mu.Unlock()
		require.Len(t, order, traces)
		later := 0
		for n := range uint16(traces) {
			if max(order[payloadID(n)]-int(n), int(n)-order[payloadID(n)]) > 50 {
				later++
			}
		}
		assert.Less(t, later, 50, "only what was tried on and on comes at the end")
		s.stop()
	})
}

func TestOutbox_shutdownGivesEverythingALastTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end := time.Now().Add(time.Hour)
		next := &choosy{refuses: func(id pcommon.TraceID) bool { return time.Now().Before(end) || id == payloadID(3) }}
		s := newSampler(t, shortly).start(next)
		s.sendMany(0, 500)
		time.Sleep(time.Until(end))
		s.stopWithin(time.Second)
		_, taken := next.counts()
		assert.Equal(t, 499, taken)
		assert.Equal(t, 1.0, s.count("dropped_spans", "reason", "shutdown"))
	})
}

// TestOutbox_whatWaitsIsEncodedAndCounted holds the budget against what many refused traces take.
func TestOutbox_whatWaitsIsEncodedAndCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &choosy{refuses: below(200)}
		s := newSampler(t, shortly).start(next)
		for n := range uint16(200) {
			s.send(noise(n, 10<<10))
		}
		time.Sleep(time.Minute)
		o := s.traces.(*tracesProcessor).core.outbox
		memory, _ := o.held()
		assert.InDelta(t, 200*(10<<10+deliveryOverhead), memory, 200*1024)
		for _, d := range o.lanes[consumerKey{}].waiting {
			assert.False(t, d.waitsDecoded())
		}
		hangUp(t, s)
	})
}
