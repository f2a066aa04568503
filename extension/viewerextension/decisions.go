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

// find returns the decisions on the trace that id names, the last first, and how many are remembered.
func (d *decisions) find(id traceName) (found []decision.Decision, remembered int) {
	all := d.newest()
	for _, one := range all {
		if id.names(&one) {
			found = append(found, one)
		}
	}
	return found, len(all)
}

// decisionView is a decision as JSON has it.
type decisionView struct {
	At            time.Time `json:"at"`
	TraceID       string    `json:"trace_id"`
	RootSpanID    string    `json:"root_span_id,omitempty"`
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

func viewOf(d decision.Decision) decisionView {
	v := decisionView{
		At: d.At, TraceID: hex.EncodeToString(d.TraceID[:]), Component: d.Component, Kept: d.Kept, Rule: d.Rule,
		Trigger: d.Trigger, Probability: d.Probability, AdjustedCount: d.AdjustedCount, Complete: d.Complete,
		Spans: d.Spans, Pruned: d.Pruned, Reparented: d.Reparented, Evidence: d.Evidence,
	}
	if d.RootSpanID != [8]byte{} {
		v.RootSpanID = hex.EncodeToString(d.RootSpanID[:])
	}
	return v
}

// ServeHTTP answers GET /standin/decisions. ?trace_id= asks for one trace, by any of its names; ?rule= and ?kept= for
// what a rule did, ?limit= for no more than so many.
func (d *decisions) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	limit, err := strconv.Atoi(query.Get("limit"))
	if err != nil || limit <= 0 {
		limit = len(d.ring)
	}
	wanted, named := parseTraceName(query.Get("trace_id"))
	if !named && query.Get("trace_id") != "" {
		http.Error(w, errTraceName, http.StatusBadRequest)
		return
	}
	rule, kept := query.Get("rule"), query.Get("kept")
	list := []decisionView{}
	for _, one := range d.newest() {
		if len(list) == limit {
			break
		}
		if named && !wanted.names(&one) || rule != "" && rule != one.Rule || kept != "" && kept != strconv.FormatBool(one.Kept) {
			continue
		}
		list = append(list, viewOf(one))
	}
	b, err := json.Marshal(map[string]any{"decisions": list, "rules": d.totalsNow()})
	if err != nil { // a probability that is no number
		http.Error(w, "encode the decisions", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b) // the client has gone: there is nobody left to tell
}
