// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	// maxFaults bounds the list: a test sets a handful.
	maxFaults = 1000
	// maxFaultBody bounds a request to /standin/faults.
	maxFaultBody = 1 << 20
)

// Fault is something that goes wrong on purpose.
type Fault struct {
	Path       string        // without /api/v1; "" means any
	Status     int           // answered instead of the true one; 0 goes on to the true answer, after Delay
	Body       string        // of the answer; "" means one in LangSmith's form
	Delay      time.Duration // before the answer
	RetryAfter string        // header of the answer: seconds or an HTTP date
	Cut        bool          // close the connection instead of an answer
	AfterStore bool          // handle the request first, so that only the answer is lost
	Skip       int           // requests to let pass before
	Count      int           // how many times; 0 means until ClearFaults
}

// faults is the list of what shall go wrong. The first that matches is served.
type faults struct {
	mu   sync.Mutex
	list []*Fault
}

// Inject adds faults behind those that are set.
func (s *Server) Inject(list ...Fault) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	for _, f := range list {
		if len(s.faults.list) < maxFaults {
			s.faults.list = append(s.faults.list, &f)
		}
	}
}

// ClearFaults makes the server well again.
func (s *Server) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.list = nil
}

// take returns the fault that path has now, and uses it up. A path that controls or reads the stand-in itself has none.
func (f *faults) take(path string) (Fault, bool) {
	if strings.HasPrefix(path, "/standin/") {
		return Fault{}, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, one := range f.list {
		if one.Path != "" && one.Path != path {
			continue
		}
		if one.Skip > 0 {
			one.Skip--
			continue
		}
		if one.Count == 1 {
			f.list = append(f.list[:i:i], f.list[i+1:]...)
		}
		if one.Count > 1 {
			one.Count--
		}
		return *one, true
	}
	return Fault{}, false
}

// faultWire is a Fault as JSON has it.
type faultWire struct {
	Path       string `json:"path"`
	Status     int    `json:"status"`
	Body       string `json:"body"`
	Delay      string `json:"delay"`
	RetryAfter string `json:"retry_after"`
	Cut        bool   `json:"cut"`
	AfterStore bool   `json:"after_store"`
	Skip       int    `json:"skip"`
	Count      int    `json:"count"`
}

func (s *Server) postFaults(w http.ResponseWriter, r *http.Request) {
	b, err := readLimited(r.Body, maxFaultBody)
	if err != nil {
		bodyRefusal(err).write(w)
		return
	}
	list, err := parseFaults(b)
	if err != nil {
		badRequest("%v", err).write(w)
		return
	}
	s.Inject(list...)
	writeJSON(w, http.StatusOK, map[string]int{"faults": len(list)})
}

func (s *Server) deleteFaults(w http.ResponseWriter, _ *http.Request) {
	s.ClearFaults()
	writeJSON(w, http.StatusOK, map[string]int{"faults": 0})
}

func parseFaults(b []byte) ([]Fault, error) {
	var wire []faultWire
	if err := json.Unmarshal(b, &wire); err != nil {
		return nil, fmt.Errorf("read faults: %w", err)
	}
	list := make([]Fault, 0, len(wire))
	for i, f := range wire {
		if f.Status != 0 && (f.Status < 200 || f.Status > 599) {
			return nil, fmt.Errorf("read faults: %d: status: must be between 200 and 599, is %d", i, f.Status)
		}
		var delay time.Duration
		if f.Delay != "" {
			var err error
			if delay, err = time.ParseDuration(f.Delay); err != nil {
				return nil, fmt.Errorf("read faults: %d: delay: %w", i, err)
			}
		}
		list = append(list, Fault{
			Path: f.Path, Status: f.Status, Body: f.Body, Delay: delay, RetryAfter: f.RetryAfter,
			Cut: f.Cut, AfterStore: f.AfterStore, Skip: f.Skip, Count: f.Count,
		})
	}
	return list, nil
}
