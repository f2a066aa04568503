// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configretry"
)

// slowRetry is the retry of a real configuration, and more.
func slowRetry(c *Config) {
	c.RetryConfig.InitialInterval, c.RetryConfig.MaxInterval = 5*time.Second, 10*time.Minute
}

// After an outage, the first that gets through takes all others along.
func TestGate_nobodySleepsOnAfterAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		back := begin.Add(time.Hour)
		s := &sink{answer: func(int, post) answer {
			if time.Now().Before(back) {
				return answer{status: 503}
			}
			return answer{status: 200}
		}}
		r := newRig(t, s, slowRetry)
		for i := range 30 {
			require.NoError(t, r.send("p", fmt.Sprint(i)))
			settle(10 * time.Second)
		}
		settle(2 * time.Hour)
		var first, last time.Time
		attempts := 0
		for _, p := range s.all() {
			if p.refused {
				attempts++
				continue
			}
			if first.IsZero() {
				first = p.at
			}
			last = p.at
		}
		assert.Len(t, s.names(), 30)
		assert.Less(t, first.Sub(back), 15*time.Minute, "the pause has an end")
		assert.Less(t, last.Sub(first), time.Second, "the others do not wait for theirs")
		assert.Less(t, attempts, 300)
	})
}

// A server that takes some requests and not others is not hurried.
func TestGate_staysShutWhileTheServerIsHalfWell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{answer: func(n int, _ post) answer {
			if n%4 != 0 {
				return answer{status: 503}
			}
			return answer{status: 200}
		}}
		r := newRig(t, s, slowRetry)
		for i := range 60 {
			require.NoError(t, r.send("p", fmt.Sprint(i)))
			settle(time.Second)
		}
		settle(2 * time.Hour)
		assert.Len(t, s.names(), 60)
		assert.Less(t, len(s.all()), 60*6)
	})
}

func TestGate_shutdownWaitsForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{answer: refuseIf(503, func(post) bool { return true })}
		r := newRig(t, s, slowRetry)
		require.NoError(t, r.send("p", "a"))
		settle(time.Minute)
		before := time.Now()
		r.stop()
		assert.Less(t, time.Since(before), time.Second)
	})
}

func TestGate_callerThatGivesUpIsLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{answer: refuseIf(503, func(post) bool { return true })}
		r := newRig(t, s, func(c *Config) {
			slowRetry(c)
			noQueue(c)
			c.RetryConfig.Enabled = true
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		before := time.Now()
		require.Error(t, r.ConsumeTraces(ctx, tracesOf("t", 1, 2)))
		assert.Equal(t, time.Minute, time.Since(before))
	})
}

func TestGate_endOfRetryingIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{answer: refuseIf(503, func(post) bool { return true })}
		r := newRig(t, s, func(c *Config) {
			slowRetry(c)
			c.RetryConfig.MaxElapsedTime = time.Minute
		})
		require.NoError(t, r.send("p", "a"))
		settle(10 * time.Minute)
		attempts := len(s.all())
		settle(time.Hour)
		assert.Len(t, s.all(), attempts, "somebody has set it")
		assert.Equal(t, 1, r.count("runs_refused", "reason", "max_elapsed"))
	})
}

func TestBackoff(t *testing.T) {
	c := &configretry.BackOffConfig{
		InitialInterval: 5 * time.Second, Multiplier: 2, MaxInterval: time.Minute, RandomizationFactor: 0.5,
	}
	assert.Equal(t, 5*time.Second, backoff(c, 0, 0.5))
	assert.Equal(t, 10*time.Second, backoff(c, 1, 0.5))
	assert.Equal(t, 2500*time.Millisecond, backoff(c, 0, 0))
	assert.Equal(t, 90*time.Second, backoff(c, 10_000, 1))
}
