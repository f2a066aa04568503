// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"encoding/json"
	"net/http"
	"time"
)

const conflictText = "Conflict: payload already received: payloads already received"

// apply stores the operations of one request. A run whose post or patch was here before makes it a conflict; the
// others are stored all the same, unless Options.StrictConflict.
func (s *Server) apply(ops []operation) *refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	conflicts := 0
	for i := range ops {
		if s.store.conflicts(&ops[i]) {
			conflicts++
		}
	}
	s.store.count.Conflicts += int64(conflicts)
	if conflicts == 0 || !s.opt.StrictConflict {
		for i := range ops {
			if !s.store.conflicts(&ops[i]) {
				s.store.applyOne(ops[i], now)
			}
		}
	}
	if conflicts > 0 {
		return refuse(http.StatusConflict, "%s", conflictText)
	}
	return nil
}

func (s *store) conflicts(op *operation) bool {
	one := s.runs[op.run.key()]
	return one != nil && (op.patch && one.patched || !op.patch && one.posted)
}

func (s *store) applyOne(op operation, now time.Time) {
	one := s.runs[op.run.key()]
	if one == nil {
		p := s.projectFor(op.run.Workspace, op.project, op.projectID, now)
		op.run.ProjectID, op.run.Project = p.id, p.name
		finish(&op.run)
		one = &stored{run: op.run, posted: !op.patch, patched: op.patch}
		if s.insert(one) && one.posted {
			s.adopt(one, now)
		}
		return
	}
	older, newer := &one.run, &op.run
	if !op.patch {
		older, newer = newer, older // the patch overtook the post, and stays the later word
	}
	merged := overlay(*older, newer)
	merged.Place = one.run.Place
	finish(&merged)
	one.run = merged
	one.posted, one.patched = one.posted || !op.patch, one.patched || op.patch
	s.resized(one)
	s.adopt(one, now)
}

// adopt lets in the spans that waited for a run which came natively.
func (s *store) adopt(one *stored, now time.Time) {
	for _, child := range s.orphans.take(one.run.key()) {
		s.arrive(child, now)
	}
}

// overlay puts what newer says over older.
func overlay(older Run, newer *Run) Run {
	setText(&older.Name, newer.Name)
	setText(&older.Type, newer.Type)
	setText(&older.Status, newer.Status)
	setText(&older.Error, newer.Error)
	setText(&older.ExampleID, newer.ExampleID)
	if !newer.Start.IsZero() {
		older.Start = newer.Start
	}
	if !newer.End.IsZero() {
		older.End = newer.End
	}
	if newer.Tags != nil {
		older.Tags = newer.Tags
	}
	older.Attachments = append(older.Attachments, newer.Attachments...)
	setRaw(&older.Inputs, newer.Inputs)
	setRaw(&older.Outputs, newer.Outputs)
	setRaw(&older.Events, newer.Events)
	setRaw(&older.Extra, newer.Extra)
	setRaw(&older.Serialized, newer.Serialized)
	return older
}

func setText(to *string, from string) {
	if from != "" {
		*to = from
	}
}

func setRaw(to *json.RawMessage, from json.RawMessage) {
	if from != nil {
		*to = from
	}
}

// finish derives what the server works out by itself.
func finish(run *Run) {
	switch {
	case run.Error != "":
		run.Status = statusError
	case run.Status == statusError: // said without a text
	case run.End.IsZero():
		run.Status = statusPending
	default:
		run.Status = statusSuccess
	}
	run.Usage = usageOf(run)
	run.FirstToken = firstToken(run.Events)
}
