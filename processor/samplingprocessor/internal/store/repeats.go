// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package store

import "slices"

// Repeats reports whether some span came more than once, as when a request is sent again.
func (s *Store[N]) Repeats(parts []Part) bool {
	spans := 0
	for i := range parts {
		if parts[i].Logs == 0 {
			spans += len(parts[i].Spans)
		}
	}
	if spans > fewSpans {
		return len(s.arrivals(parts, spans).index) < spans
	}
	var space [fewSpans][8]byte
	seen := space[:0]
	for i := range parts {
		if parts[i].Logs != 0 {
			continue
		}
		for j := range parts[i].Spans {
			id := parts[i].Spans[j].ID
			if slices.Contains(seen, id) {
				return true
			}
			seen = append(seen, id)
		}
	}
	return false
}
