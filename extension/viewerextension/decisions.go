// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package viewerextension

import (
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/decision"
)

// maxRules bounds the totals: a configuration has a handful of rules. What is beyond is counted under "other".
const maxRules = 100

// decisions keeps the newest decisions in a ring, and totals of all.
type decisions struct {
	mu     sync.Mutex
	ring   []decision.Decision
	next   int
	filled bool
	totals map[string]*ruleTotal
}

// ruleTotal is what a rule did since the start.
type ruleTotal struct {
	Kept    int64 `json:"kept"`
	Dropped int64 `json:"dropped"`
}

func newDecisions(n int) *decisions {
	return &decisions{ring: make([]decision.Decision, n), totals: map[string]*ruleTotal{}}
}

func (d *decisions) add(one decision.Decision) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ring[d.next] = one
	if d.next++; d.next == len(d.ring) {
		d.next, d.filled = 0, true
	}
	total := d.totalLocked(one.Rule)
	if one.Kept {
		total.Kept++
	} else {
		total.Dropped++
	}
}

func (d *decisions) totalLocked(rule string) *ruleTotal {
	if d.totals[rule] == nil {
		if len(d.totals) >= maxRules {
			rule = "other"
		}
		if d.totals[rule] == nil {
			d.totals[rule] = &ruleTotal{}
		}
	}
	return d.totals[rule]
}

// newest returns the decisions, the last first.
func (d *decisions) newest() []decision.Decision {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := d.next
	if d.filled {
		n = len(d.ring)
	}
	list := make([]decision.Decision, 0, n)
	for i := range n {
		list = append(list, d.ring[(d.next-1-i+len(d.ring))%len(d.ring)])
	}
	return list
}

func (d *decisions) totalsNow() map[string]ruleTotal {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := make(map[string]ruleTotal, len(d.totals))
	for rule, total := range d.totals {
		out[rule] = *total
	}
	return out
}

// decisionView is a decision as JSON has it.
type decisionView struct {
	At            time.Time `json:"at"`
	TraceID       string    `json:"trace_id"`
	Component     string    `json:"component"`
	Kept          bool      `json:"kept"`
	Rule          string    `json:"rule"`
	Trigger       string    `json:"trigger"`
	Probability   float64   `json:"probability"`
	AdjustedCount float64   `json:"adjusted_count"`
	Complete      bool      `json:"complete"`
	Spans         int       `json:"spans"`
	Pruned        int       `json:"pruned"`
	Reparented    int       `json:"reparented"`
	Evidence      string    `json:"evidence"`
}

// ServeHTTP answers GET /standin/decisions. ?trace_id= asks for one trace, ?limit= for no more than so many.
func (d *decisions) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	wanted := r.URL.Query().Get("trace_id")
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || limit <= 0 {
		limit = len(d.ring)
	}
	list := []decisionView{}
	for _, one := range d.newest() {
		if len(list) == limit {
			break
		}
		id := hex.EncodeToString(one.TraceID[:])
		if wanted != "" && wanted != id {
			continue
		}
		list = append(list, decisionView{
			At: one.At, TraceID: id, Component: one.Component, Kept: one.Kept, Rule: one.Rule, Trigger: one.Trigger,
			Probability: one.Probability, AdjustedCount: one.AdjustedCount, Complete: one.Complete,
			Spans: one.Spans, Pruned: one.Pruned, Reparented: one.Reparented, Evidence: one.Evidence,
		})
	}
	b, err := json.Marshal(map[string]any{"decisions": list, "rules": d.totalsNow()})
	if err != nil { // a probability that is no number
		http.Error(w, "encode the decisions", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b) // the client has gone: there is nobody left to tell
}
