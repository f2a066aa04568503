// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"go.opentelemetry.io/collector/config/configretry"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/api"
)

// gate is where those wait who have found the server in trouble. The core's retry would let each sleep for itself: after
// an outage the oldest runs would come half a minute after the newest.
type gate struct {
	mu     sync.Mutex
	opened chan struct{}
}

// next returns a channel that is closed when the gate opens the next time.
func (g *gate) next() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.opened == nil {
		g.opened = make(chan struct{})
	}
	return g.opened
}

// open lets all go who wait.
func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.opened != nil {
		close(g.opened)
		g.opened = nil
	}
}

// mayWait reports whether what is left is tried again here. A caller whose data has no queue keeps the time by itself.
func (d *destination) mayWait(e *unsentError) bool {
	retry := &d.config.RetryConfig
	return retry.Enabled && (retry.MaxElapsedTime == 0 || d.isQueued()) && !d.closing.Load() && (e.after > 0 || passes(e.err))
}

// isLate reports whether the next attempt would come after the end that somebody has set. Judgements have one of their own.
func (d *destination) isLate(begin time.Time, pause time.Duration) bool {
	end := d.config.RetryConfig.MaxElapsedTime
	return end > 0 && !d.isFeedback() && time.Since(begin)+pause > end
}

// isQueued reports whether what d sends comes out of a queue, and nobody waits for it.
func (d *destination) isQueued() bool { return d.isFeedback() || d.config.QueueConfig.HasValue() }

// passes reports whether err is trouble of the server's that ends by itself.
func passes(err error) bool {
	answer, ok := errors.AsType[*api.Error](err)
	return ok && answer.Verdict == api.Retry
}

// pause is how long to wait before the next attempt.
func (d *destination) pause(e *unsentError, attempts int) time.Duration {
	if e.after > 0 {
		return e.after
	}
	return backoff(&d.config.RetryConfig, attempts, rand.Float64())
}

// wait returns true when it is time for another attempt: after a while, when somebody else has got through, or when the
// Collector ends.
func (d *destination) wait(ctx context.Context, opened <-chan struct{}, pause time.Duration, err error) bool {
	d.counters.waiting(d.subject, pause, err)
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-opened:
	case <-ctx.Done():
		return false
	}
	return true
}

// backoff is the pause after so many attempts, by the settings of the core's retry; chance is between 0 and 1.
func backoff(c *configretry.BackOffConfig, attempts int, chance float64) time.Duration {
	pause := float64(c.InitialInterval) * math.Pow(c.Multiplier, float64(attempts))
	pause = min(pause, float64(c.MaxInterval))
	return time.Duration(pause * (1 + c.RandomizationFactor*(2*chance-1)))
}
