// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/replay"
)

const (
	// pageSize is the most runs that one query may ask for (POST /runs/query).
	pageSize = 100
	// maxPages bounds what the demo reads back: more runs than the recordings have spans by far.
	maxPages = 1000
)

// planted are values of the recordings, none of which may be in what left. The demo hides addresses, too.
var planted = append(replay.Planted(), replay.PlantedAddress)

// apiRun is what the demo needs of a run, as LangSmith's API gives it.
type apiRun struct {
	ID       string `json:"id"`
	TraceID  string `json:"trace_id"`
	ParentID string `json:"parent_run_id"`
	Extra    struct {
		Metadata map[string]any `json:"metadata"`
	} `json:"extra"`
}

func (r apiRun) otelTrace() string {
	id, _ := r.Extra.Metadata["OTEL_TRACE_ID"].(string)
	return id
}

// verdict is what the demo found in the stand-in, compared with what the sampler said it kept.
type verdict struct {
	kept, runs     int
	absent         []string // kept traces that cannot be read
	notOneRoot     []string // traces with no root or several
	missingParents int
	lostErrors     []string // recordings whose failed trace is not there
	leaked         []string // planted values that are in what left
}

func (v verdict) err() error {
	var errs error
	fail := func(bad bool, format string, args ...any) {
		if bad {
			errs = errors.Join(errs, fmt.Errorf(format, args...))
		}
	}
	fail(v.kept == 0, "no trace was kept")
	fail(len(v.absent) > 0, "kept traces that the stand-in does not show: %s", strings.Join(v.absent, ", "))
	fail(len(v.notOneRoot) > 0, "traces without exactly one root: %s", strings.Join(v.notOneRoot, ", "))
	fail(v.missingParents > 0, "%d runs name a parent that is not there", v.missingParents)
	fail(len(v.lostErrors) > 0, "recordings with an error that is not there: %s", strings.Join(v.lostErrors, ", "))
	fail(len(v.leaked) > 0, "%d planted values are in what left", len(v.leaked))
	return errs
}

// check reads everything back from the stand-in as a user of LangSmith's API would.
func check(ctx context.Context, at addresses, sent []replay.Recording) (verdict, error) {
	kept, err := keptTraces(ctx, at)
	if err != nil {
		return verdict{}, err
	}
	runs, text, err := allRuns(ctx, at)
	if err != nil {
		return verdict{}, err
	}
	v := verdict{kept: len(kept), runs: len(runs)}
	byTrace := map[string][]apiRun{}
	for _, r := range runs {
		byTrace[r.otelTrace()] = append(byTrace[r.otelTrace()], r)
	}
	for _, id := range kept {
		if len(byTrace[id]) == 0 {
			v.absent = append(v.absent, id)
		}
	}
	for id, trace := range byTrace {
		v.judgeTree(id, trace)
	}
	for _, r := range sent {
		for _, id := range r.FailedTraceIDs() {
			if len(byTrace[id.String()]) == 0 {
				v.lostErrors = append(v.lostErrors, r.File)
			}
		}
	}
	for _, value := range planted {
		if bytes.Contains(text, []byte(value)) {
			v.leaked = append(v.leaked, value)
		}
	}
	return v, nil
}

func (v *verdict) judgeTree(id string, trace []apiRun) {
	here := map[string]bool{}
	for _, r := range trace {
		here[r.ID] = true
	}
	roots := 0
	for _, r := range trace {
		switch {
		case r.ParentID == "":
			roots++
		case !here[r.ParentID]:
			v.missingParents++
		}
	}
	if roots != 1 {
		v.notOneRoot = append(v.notOneRoot, id)
	}
}

// keptTraces asks the viewer which traces the sampler kept.
func keptTraces(ctx context.Context, at addresses) ([]string, error) {
	var answer struct {
		Decisions []struct {
			TraceID string `json:"trace_id"`
			Kept    bool   `json:"kept"`
		} `json:"decisions"`
	}
	text, err := call(ctx, http.MethodGet, at.viewer()+"/standin/decisions", nil)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, fmt.Errorf("parse the decisions: %w", err)
	}
	var kept []string
	for _, d := range answer.Decisions {
		if d.Kept {
			kept = append(kept, d.TraceID)
		}
	}
	return kept, nil
}

// allRuns pages through every project; it returns the runs and the text of all answers.
func allRuns(ctx context.Context, at addresses) ([]apiRun, []byte, error) {
	text, err := call(ctx, http.MethodGet, at.viewer()+"/api/v1/sessions", nil)
	if err != nil {
		return nil, nil, err
	}
	var projects []struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(text, &projects); err != nil {
		return nil, nil, fmt.Errorf("parse the projects: %w", err)
	}
	var runs []apiRun
	for _, p := range projects {
		found, answers, err := projectRuns(ctx, at, p.ID)
		if err != nil {
			return nil, nil, err
		}
		runs, text = append(runs, found...), append(text, answers...)
	}
	return runs, text, nil
}

func projectRuns(ctx context.Context, at addresses, project string) (runs []apiRun, text []byte, err error) {
	cursor := ""
	for range maxPages {
		query := map[string]any{"session": []string{project}, "limit": pageSize}
		if cursor != "" {
			query["cursor"] = cursor
		}
		body, err := json.Marshal(query)
		if err != nil {
			return nil, nil, err
		}
		answer, err := call(ctx, http.MethodPost, at.viewer()+"/api/v1/runs/query", body)
		if err != nil {
			return nil, nil, err
		}
		var page struct {
			Runs    []apiRun `json:"runs"`
			Cursors struct {
				Next string `json:"next"`
			} `json:"cursors"`
		}
		if err := json.Unmarshal(answer, &page); err != nil {
			return nil, nil, fmt.Errorf("parse the runs: %w", err)
		}
		runs, text, cursor = append(runs, page.Runs...), append(text, answer...), page.Cursors.Next
		if cursor == "" {
			return runs, text, nil
		}
	}
	return nil, nil, fmt.Errorf("project %s has more than %d pages of runs", project, maxPages)
}
