// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package encode

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// feedback sends one judgement at a time: LangSmith answers it by itself, and so a bad one costs no other
// (assumption 28).
type feedback struct{}

// AppendFeedback appends what is sent for a judgement of r to b. Its id makes sending it again harmless. LangSmith keeps the
// whole trace of a run with feedback for 400 days and charges for that, unless it is told not to: extend is the wish
// (assumptions 30 and 31).
// See https://docs.langchain.com/langsmith/usage-and-billing
func AppendFeedback(b []byte, f *run.Feedback, r *run.Run, extend bool) []byte {
	b = append(b, `{"id":"`...)
	b = f.ID.Append(b)
	b = append(b, `","run_id":"`...)
	b = r.ID.Append(b)
	if !r.Start.IsZero() { // the run is known, and not only its id
		b = append(b, `","trace_id":"`...)
		b = traceID(r).Append(b)
		b = append(b, `","start_time":"`...)
		b = run.AppendTime(b, r.Start)
	}
	b = append(b, `","key":`...)
	b = appendString(b, f.Key)
	if f.Score.Type() != run.Absent {
		b = append(b, `,"score":`...)
		b = appendValue(b, f.Score)
	}
	if f.Value != "" {
		b = append(b, `,"value":`...)
		b = appendString(b, f.Value)
	}
	if f.Comment != "" {
		b = append(b, commentHead...)
		b = appendString(b, f.Comment)
	}
	if f.Failed {
		b = append(b, `,"error":true`...)
	}
	if !f.At.IsZero() {
		b = append(b, `,"created_at":"`...)
		b = append(run.AppendTime(b, f.At), '"')
	}
	b = append(b, `,"feedback_source":{"type":"`...)
	b = append(b, f.Judge...)
	b = append(b, `"},"extend_trace_retention":`...)
	b = strconv.AppendBool(b, extend)
	if !extend { // the name by which older servers know it
		b = append(b, `,"_skip_trace_upgrade":true`...)
	}
	return append(b, '}')
}

const commentHead = `,"comment":`

// Body is the chunk itself.
func (feedback) Body(chunks [][]byte) (Body, error) {
	if len(chunks) != 1 {
		return Body{}, errors.New("write feedback: it goes alone")
	}
	return Body{Path: PathFeedback, ContentType: "application/json", Parts: chunks, Size: len(chunks[0])}, nil
}

// Shorten cuts the comment, which is all that may be long.
func (feedback) Shorten(chunk []byte, limit int) ([]byte, bool) {
	var wire struct {
		Comment string `json:"comment"`
	}
	if json.Unmarshal(chunk, &wire) != nil || wire.Comment == "" {
		return nil, false
	}
	whole := appendString([]byte(commentHead), wire.Comment)
	before, after, found := bytes.Cut(chunk, whole)
	room := limit - len(before) - len(after)
	if !found || len(wire.Comment) <= maxLeftOut {
		return nil, false
	}
	kept := wire.Comment[:min(max(room-maxMarker, maxLeftOut), len(wire.Comment)-1)]
	short := append(bytes.Clone(before), commentHead...)
	short = appendString(short, strings.ToValidUTF8(kept, "")+"…")
	short = append(short, after...)
	return short, len(short) < len(chunk)
}
