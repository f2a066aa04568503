// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"encoding/json"
	"strconv"
	"strings"
)

const (
	contentNotePrefix = "[content:"
	contentNoteSuffix = "B]"
	// contentMember is the note's name beside counts that stay.
	contentMember = "[content]"
)

// contentNote stands for content of which only the length may be known.
func contentNote(length int) string {
	return contentNotePrefix + strconv.Itoa(length) + contentNoteSuffix
}

func isContentNote(s string) bool {
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	digits, ok := strings.CutPrefix(s, contentNotePrefix)
	if !ok {
		return false
	}
	digits, ok = strings.CutSuffix(digits, contentNoteSuffix)
	return ok && digits != "" && len(digits) < 20 && only(digits, isDigit)
}

// note stands in an object for content of a length.
func (r *redactor) note(length int) string {
	if r.now.content == contentLength {
		return contentNote(length)
	}
	return contentNotePrefix[:len(contentNotePrefix)-1] + "]" // [content]
}

// Some libraries count tokens nowhere but inside the answer. These counts stay when the answer goes.

// usageKeys are members of an answer that hold counts.
var usageKeys = []string{"usage", "usageMetadata", "usage_metadata", "token_usage", "tokenUsage"}

const (
	// maxAnswer is the longest answer that is looked through for counts.
	maxAnswer = 4 << 20
	// maxUsageDepth is how deep counts are nested: input, of which cached.
	maxUsageDepth = 3
)

// usageOf returns the counts in an answer as members of an object, without its braces, or nothing.
func usageOf(text string) string {
	if len(text) > maxAnswer || !isObject(text) || !strings.Contains(text, "sage") {
		return ""
	}
	var answer map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &answer) != nil {
		return ""
	}
	var members []string
	for _, key := range usageKeys {
		var counts map[string]any
		if json.Unmarshal(answer[key], &counts) != nil || len(counts) == 0 {
			continue
		}
		if written, err := json.Marshal(onlyCounts(counts, 0)); err == nil && string(written) != "{}" {
			members = append(members, `"`+key+`":`+string(written))
		}
	}
	return strings.Join(members, ",")
}

// onlyCounts returns the numbers of m whose keys are words.
func onlyCounts(m map[string]any, depth int) map[string]any {
	out := map[string]any{}
	for key, v := range m {
		if len(key) > longestLabel || !only(key, func(c byte) bool { return isLetter(c) || c == '_' }) {
			continue
		}
		switch v := v.(type) {
		case float64:
			out[key] = v
		case map[string]any:
			if depth == maxUsageDepth {
				continue
			}
			if inner := onlyCounts(v, depth+1); len(inner) > 0 {
				out[key] = inner
			}
		}
	}
	return out
}

// withUsage stands for an answer whose counts stay.
func (r *redactor) withUsage(usage string, length int) string {
	if r.now.content == contentLength {
		return "{" + usage + `,"` + contentMember + `":"` + contentNote(length) + `"}`
	}
	return "{" + usage + "}"
}

// isUsageOnly tells whether text is what withUsage made of some answer with these counts.
func (r *redactor) isUsageOnly(text, usage string) bool {
	rest, ok := strings.CutPrefix(text, "{"+usage)
	if !ok {
		return false
	}
	if rest == "}" {
		return true
	}
	rest, ok = strings.CutPrefix(rest, `,"`+contentMember+`":`)
	return ok && strings.HasSuffix(rest, "}") && isContentNote(rest[:len(rest)-1])
}
