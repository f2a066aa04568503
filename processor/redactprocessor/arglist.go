// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"encoding/json"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/detect"
	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/walk"
)

// The words of a command line are a list of texts in process.command_args and the like. A password among them is known by
// the option before it, so that the list is read as a whole, as JSON, before each of its texts is.

// Bounds of such a list: kernels allow more, but nobody's command has as many words.
const (
	maxArguments    = 1024
	maxCommandBytes = 64 << 10
)

// arguments masks the passwords behind the options in a list of texts.
func (r *redactor) arguments(at *walk.Place, list pcommon.Slice) {
	words := commandLine(list)
	if words == nil {
		return
	}
	encoded, _ := json.Marshal(words) // texts always encode
	var found []detect.Finding
	for _, f := range r.scanner.Scan(string(encoded)) {
		if f.ID == detect.CLIPassword { // whatever else there is is found in the words
			found = append(found, f)
		}
	}
	if len(found) == 0 {
		return
	}
	var was, clean []string // JSON changes what is no UTF-8, so that both are compared as it has them
	masked := r.apply(at, string(encoded), found)
	if json.Unmarshal(encoded, &was) != nil || json.Unmarshal([]byte(masked), &clean) != nil || len(clean) != len(was) {
		return
	}
	for i, word := range clean {
		if word != was[i] {
			list.At(i).SetStr(word)
		}
	}
}

// commandLine returns the texts of a list one of which is an option, or nil.
func commandLine(list pcommon.Slice) []string {
	if list.Len() < 2 || list.Len() > maxArguments {
		return nil
	}
	var words []string
	options, size := false, 0
	for _, item := range list.All() {
		if item.Type() != pcommon.ValueTypeStr {
			return nil
		}
		word := item.Str()
		options = options || len(word) > 1 && strings.HasPrefix(word, "-") && (word[1] == '-' || isLetter(word[1]))
		size += len(word)
		words = append(words, word)
	}
	if !options || size > maxCommandBytes {
		return nil
	}
	return words
}
