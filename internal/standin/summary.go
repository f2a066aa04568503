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
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store.count.OrphansExpired += int64(s.store.orphans.expire(s.now()))
	for _, t := range s.store.traces {
		sum.add(t, s.store)
	}
	sum.Counts = s.store.count
	sum.StoredBytes = s.store.bytes
	sum.OrphansWaiting = len(s.store.orphans.ids)
	sum.Feedback = len(s.store.feedback)
	return sum
}

// add counts one trace. It allocates nothing: a page asks every other second.
func (sum *Summary) add(t *traceRuns, s *store) {
	shown, roots, failed := 0, 0, false
	for _, one := range t.runs {
		if !one.posted {
			continue
		}
		shown++
		failed = failed || one.run.Status == statusError
		if one.run.IsRoot() {
			roots++
			continue
		}
		parent := s.find(runKey{one.run.Workspace, one.run.ParentID})
		switch {
		case parent == nil || parent.run.TraceID != one.run.TraceID:
			sum.MissingParents++
		case parent.run.ProjectID != one.run.ProjectID:
			sum.SplitProjects++
		}
	}
	if shown == 0 {
		return
	}
	sum.Traces++
	sum.Runs += shown
	if roots != 1 {
		sum.TracesWithoutOneRoot++
	}
	if failed {
		sum.ErrorTraces++
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
