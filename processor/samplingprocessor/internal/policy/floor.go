// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Rate is so many traces in a period. In YAML: 10/min, 1/s, 500/h.
type Rate struct {
	Count  int
	Period time.Duration
}

var periods = map[string]time.Duration{
	"s": time.Second, "sec": time.Second,
	"m": time.Minute, "min": time.Minute,
	"h": time.Hour, "hour": time.Hour,
}

// UnmarshalText reads the form that stands in YAML.
func (r *Rate) UnmarshalText(text []byte) error {
	count, unit, _ := strings.Cut(string(text), "/")
	n, err := strconv.Atoi(strings.TrimSpace(count))
	period, known := periods[strings.TrimSpace(unit)]
	if err != nil || n < 0 || !known {
		return fmt.Errorf("%q is not a rate: write it like 10/min, 1/s or 500/h", text)
	}
	*r = Rate{Count: n, Period: period}
	return nil
}

// String writes the rate as it stands in YAML.
func (r Rate) String() string {
	unit := map[time.Duration]string{time.Second: "s", time.Minute: "min", time.Hour: "h"}[r.Period]
	return strconv.Itoa(r.Count) + "/" + unit
}

// floor grants so many traces of each period. It is shared by all shards: it is asked once per trace that reaches its
// rule.
type floor struct {
	rate Rate

	mu     sync.Mutex
	period time.Time
	taken  int
}

// take reports whether the trace that is decided at now is among the first of its period.
func (f *floor) take(now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now.Sub(f.period) >= f.rate.Period {
		f.period, f.taken = now, 0
	}
	if f.taken >= f.rate.Count {
		return false
	}
	f.taken++
	return true
}
