// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"strings"
)

// everything is a set with every detector on but the removal of attachments.
func everything() *Set {
	return New(Options{Actions: map[ID]Action{StreetAddress: Mask, Geo: Mask}})
}

// masked replaces each finding of text by its mask, and reads again until nothing is found, as the processor does.
func masked(s *Set, text string) string {
	for range 8 {
		next := maskedOnce(s, text)
		if next == text {
			break
		}
		text = next
	}
	return text
}

func maskedOnce(s *Set, text string) string {
	var b strings.Builder
	at := 0
	for _, f := range s.NewScanner(nil).Scan(text) {
		quote := ""
		if f.Level != Unquoted {
			quote = strings.Repeat(`\`, 1<<f.Level-1) + `"`
		}
		b.WriteString(text[at:f.Start] + quote + MaskPrefix + s.Detectors()[f.ID].ID + "]" + quote)
		at = f.End
	}
	return b.String() + text[at:]
}
