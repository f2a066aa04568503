// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"slices"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/detect"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/replace"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/walk"
)

const (
	// maxText is the largest text that is read; messages of the receivers are limited to as much.
	maxText = 64 << 20
	// maxFindings bounds the work that one text can make. A text with more is replaced as a whole.
	maxFindings = 200_000
	// maxRounds bounds how often a text in which something was found is read again: what stands around a replacement may
	// mean something else than before. Reading until nothing is found makes a second redaction change nothing. Two
	// rounds are the rule.
	maxRounds = 8
)

// Text returns the text with what was found in it replaced. A text that cannot be processed is replaced as a whole.
func (r *redactor) Text(at *walk.Place, text string) (out string, changed bool) {
	defer func() {
		if recover() != nil {
			out, changed = r.unprocessable(at), true
		}
	}()
	r.tally.scanned += int64(len(text))
	if len(text) > maxText {
		return r.unprocessable(at), true
	}
	out = text
	if r.people.words.Len() > 0 {
		out = r.peopleIn(at, out)
	}
	if at.Arm != 0 {
		out = r.apply(at, out, r.scanner.UnderKey(detect.Kind(at.Arm), out))
	}
	for round := range maxRounds {
		var findings []detect.Finding
		if round == 0 {
			findings = r.scanner.Scan(out)
		} else {
			findings = r.scanner.ScanNear(out, r.changed)
		}
		if len(findings) == 0 {
			out = r.shorten(at, out)
			return out, len(out) != len(text) || out != text
		}
		out = r.apply(at, out, findings)
	}
	return r.unprocessable(at), true
}

// shorten cuts a text that is longer than may leave. It has been looked through before, so no secret is cut in two.
func (r *redactor) shorten(at *walk.Place, text string) string {
	if r.maxValue == 0 || len(text) <= r.maxValue {
		return text
	}
	r.tally.count(groupTruncate, at.Site, actionCut)
	return replace.Truncate(text, r.maxValue)
}

// unprocessable counts a failure and returns what stands for the value.
func (r *redactor) unprocessable(at *walk.Place) string {
	r.tally.failures++
	r.tally.found(detect.Unprocessable, at.Site, detect.Mask)
	r.scanner = r.set.NewScanner(r.identifies) // whatever state the failure left is gone
	return replace.Unprocessable
}

// apply makes the replacements.
func (r *redactor) apply(at *walk.Place, text string, findings []detect.Finding) string {
	if len(findings) == 0 {
		return text
	}
	if len(findings) > maxFindings {
		return r.unprocessable(at)
	}
	r.edits, r.changed = slices.Grow(r.edits[:0], len(findings)), slices.Grow(r.changed[:0], len(findings))
	grown := 0
	for _, f := range findings {
		action := r.set.Detectors()[f.ID].Action
		edit := replace.Edit{Start: f.Start, End: f.End, New: r.instead(f, action, text), Level: f.Level}
		r.edits = append(r.edits, edit)
		r.changed = append(r.changed, detect.Span{Start: f.Start + grown, End: f.Start + grown + edit.Size()})
		grown += edit.Size() - (f.End - f.Start)
		if f.ID != detect.Identifier { // they are counted by class
			r.tally.found(f.ID, at.Site, action)
		}
	}
	return replace.Splice(text, r.edits)
}

// instead returns what stands for a finding.
func (r *redactor) instead(f detect.Finding, action detect.Action, text string) string {
	switch {
	case f.ID == detect.Identifier:
		return r.memberToken(text, f)
	case f.ID == detect.Media:
		found := text[f.Start:f.End]
		return replace.Media(found, detect.MediaType(found))
	case action == detect.Hash:
		return r.hasher.Token(r.set.Detectors()[f.ID].ID, text[f.Start:f.End])
	case action == detect.Drop:
		return ""
	}
	return r.masks[f.ID]
}

// Name redacts the key of an entry. In one that is known to be clean only the people of this call may stand.
func (r *redactor) Name(at *walk.Place, key string) (string, bool) {
	at = &walk.Place{Site: at.Site}
	if r.keys.of(key, r).info.clean && r.peopleIn(at, key) == key {
		r.tally.scanned += int64(len(key))
		return key, false
	}
	return r.Text(at, key)
}

// TooDeep replaces what lies too deep to be walked.
func (r *redactor) TooDeep(at *walk.Place) string { return r.unprocessable(at) }
