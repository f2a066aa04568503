// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"strings"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
)

// Attributes that keep, of content that goes, what decides whether a trace is worth keeping.
const (
	evidenceToolError = "redact.evidence.tool_error"
	evidenceRefusal   = "redact.evidence.refusal"
	evidenceByDesign  = "redact.evidence.by_design"
	evidenceCancelled = "redact.evidence.cancelled"
)

// evidence is what dropped content of a span showed.
type evidence struct{ toolError, refusal, byDesign, cancelled bool }

// maxEvidence bounds how much of a value is looked at: what matters stands beside the first message or at the top of
// a result.
const maxEvidence = 256 << 10

// look searches a value that is about to be dropped. Quotes may be escaped, as results are JSON within JSON.
func (e *evidence) look(text string) {
	text = text[:min(len(text), maxEvidence)]
	e.toolError = e.toolError || tellsToolError(text)
	e.refusal = e.refusal || tellsRefusal(text)
	byDesign, cancelled := dialect.Stopped(text)
	e.byDesign, e.cancelled = e.byDesign || byDesign, e.cancelled || cancelled
}

func tellsToolError(text string) bool {
	if !strings.Contains(text, "rror") {
		return false
	}
	return holds(text, "isError", "true") || holds(text, "is_error", "true") || holds(text, "status", "error") ||
		holds(text, "type", "tool_error") || strings.HasPrefix(text, `{"error":`) && !holds(text, "error", "null") ||
		strings.HasPrefix(text, "Error:") || strings.HasPrefix(text, `"Error:`)
}

// finishKeys are under what names providers and libraries say why a model stopped, and badFinishes what they say when
// it would not answer.
var (
	finishKeys  = []string{"finish_reason", "finishReason", "stop_reason", "stopReason", "finish_reasons"}
	badFinishes = []string{
		"content_filter", "content-filter", "refusal", "guardrail_intervened", "SAFETY",
		"PROHIBITED_CONTENT",
	}
)

func tellsRefusal(text string) bool {
	if holds(text, "type", "refusal") || holdsText(text, "refusal") {
		return true
	}
	for _, key := range finishKeys {
		if !strings.Contains(text, key) {
			continue
		}
		for _, bad := range badFinishes {
			if holds(text, key, bad) {
				return true
			}
		}
	}
	return false
}

// holds tells whether the text has the key with exactly this value.
func holds(text, key, value string) bool {
	return eachValue(text, key, func(rest string) bool {
		rest = strings.TrimLeft(rest, `[\"`)
		if !strings.HasPrefix(rest, value) {
			return false
		}
		end := rest[len(value):]
		return end == "" || strings.IndexByte(`"\,}] `, end[0]) >= 0
	})
}

// holdsText tells whether the text has the key with a string that is not empty.
func holdsText(text, key string) bool {
	return eachValue(text, key, func(rest string) bool {
		body := strings.TrimLeft(rest, `\`)
		if !strings.HasPrefix(body, `"`) {
			return false
		}
		body = strings.TrimLeft(body[1:], `\`)
		return body != "" && body[0] != '"'
	})
}

// eachValue calls is with what follows each "key": until it says yes.
func eachValue(text, key string, is func(string) bool) bool {
	for {
		k := strings.Index(text, key)
		if k < 0 {
			return false
		}
		quoted := k > 0 && text[k-1] == '"'
		text = text[k+len(key):]
		rest := strings.TrimLeft(text, `\`)
		if !quoted || !strings.HasPrefix(rest, `":`) {
			continue
		}
		if is(strings.TrimLeft(rest[2:], " ")) {
			return true
		}
	}
}
