// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"net/http"
)

// Summary is the state of a Server in figures.
type Summary struct {
	Counts
	Runs           int   `json:"runs"`
	StoredBytes    int64 `json:"stored_bytes"`
	Traces         int   `json:"traces"`
	OrphansWaiting int   `json:"orphans_waiting"`
	// What must be zero when a tree is whole: traces with no root or several, runs whose parent is not in their
	// trace, and runs that are in another project than their parent.
	TracesWithoutOneRoot int `json:"traces_without_one_root"`
	MissingParents       int `json:"missing_parents"`
	SplitProjects        int `json:"split_projects"`
	ErrorTraces          int `json:"error_traces"` // traces that hold a failed run

	Feedback       int           `json:"feedback"`
	Projects       []sessionView `json:"projects"`
	ArrivedTraces  int           `json:"arrived_traces"`
	RecordOverflow bool          `json:"record_overflow"`
}

// Summary counts everything now.
func (s *Server) Summary() Summary {
	sum := Summary{Projects: s.sessions(), ArrivedTraces: s.arrived.len(), RecordOverflow: s.RecordOverflowed()}
	for _, t := range s.Traces() {
		sum.add(t)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store.count.OrphansExpired += int64(s.store.orphans.expire(s.now()))
	sum.Counts = s.store.count
	sum.StoredBytes = s.store.bytes
	sum.OrphansWaiting = len(s.store.orphans.ids)
	sum.Feedback = len(s.store.feedback)
	return sum
}

func (sum *Summary) add(t Trace) {
	sum.Traces++
	sum.Runs += len(t.Runs)
	sum.MissingParents += len(t.MissingParents)
	if t.Roots != 1 {
		sum.TracesWithoutOneRoot++
	}
	projects := map[string]string{}
	failed := false
	for i := range t.Runs {
		run := &t.Runs[i]
		projects[run.ID] = run.ProjectID
		failed = failed || run.Status == statusError
	}
	if failed {
		sum.ErrorTraces++
	}
	for i := range t.Runs {
		if of, ok := projects[t.Runs[i].ParentID]; ok && of != t.Runs[i].ProjectID {
			sum.SplitProjects++
		}
	}
}

func (s *Server) getSummary(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, s.Summary())
}

// getInfo tells clients what they may do.
func (s *Server) getInfo(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{
		"version": "0.16.0",
		"batch_ingest_config": map[string]any{
			"use_multipart_endpoint": true, "scale_up_qsize_trigger": 1000, "scale_up_nthreads_limit": 16,
			"scale_down_nempty_trigger": 4, "size_limit": 100, "size_limit_bytes": s.opt.MaxBody,
		},
		"instance_flags": map[string]bool{
			"zstd_compression_enabled": !s.opt.DisableZstd, "gzip_body_enabled": true,
		},
	})
}

func (s *Server) getOK(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]bool{"ok": true})
}
