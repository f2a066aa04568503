// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"sync"
	"time"
)

// paceWindow is the length of the window in which LangSmith counts requests.
const paceWindow = 10 * time.Second

// Pacer keeps requests below a rate, however LangSmith's windows lie: a tenth of what a window allows may go at once, and
// the rest is spread evenly over it.
type Pacer struct {
	burst int
	every time.Duration // between two requests in the long run

	mu   sync.Mutex
	full time.Time // when the whole burst will be there again
}

// NewPacer makes one for so many requests in ten seconds.
func NewPacer(perWindow int) *Pacer {
	burst := max(perWindow/10, 1)
	return &Pacer{burst: burst, every: paceWindow / time.Duration(max(perWindow-burst, 1))}
}

// Reserve takes the place of one request and says how long to wait for it.
func (p *Pacer) Reserve(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.full.Before(now) {
		p.full = now
	}
	p.full = p.full.Add(p.every)
	return max(p.full.Sub(now)-time.Duration(p.burst)*p.every, 0)
}
