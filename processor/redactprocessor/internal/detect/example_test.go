// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect_test

import (
	"fmt"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/detect"
)

func Example() {
	set := detect.New(detect.Options{})
	text := `{"to":"bob@example.org","arguments":"{\"pin\":4829}"}`
	for _, f := range set.NewScanner(nil).Scan(text) {
		fmt.Println(set.Detectors()[f.ID].ID, text[f.Start:f.End], "quotes at level", f.Level)
	}
	// Output:
	// email bob@example.org quotes at level -1
	// pin_code 4829 quotes at level 1
}

func ExampleKeyKind() {
	for _, key := range []string{"db.password", "apiKey", "max_tokens", "primary_key"} {
		fmt.Println(key, detect.KeyKind(key) == detect.KindSecret)
	}
	// Output:
	// db.password true
	// apiKey true
	// max_tokens false
	// primary_key false
}
