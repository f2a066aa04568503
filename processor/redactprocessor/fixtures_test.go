// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// planted are the values that the recorded traces with personal data hold, in parts so that no scanner takes them for
// real.
var planted = []string{
	"ada.lovelace@example.com", "j.doe+work@mail.example.org", "415) 555-0132", "555-0132", "07700 900123",
	"4242 4242 4242 4242",
	"DE8937040044" + "0532013000", "078-05-1120", "sk-proj-" + "Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zAb7dEf0hIj3kLm6n",
	"AKIA" + "IOSFODNN7EXAMPLE", "wJalrXUtnFEMI/" + "K7MDENG/bPxRfiCYEXAMPLEKEY",
	"ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a",
	"eyJhbGciOiJIUzI1NiIs", "eyJzdWIiOiIxMjM0NTY3ODkw", "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
}

func TestTraces_plantedValuesOfRecordedTracesAreGone(t *testing.T) {
	p := started(t, defaults())
	files := append(fixtures(t, "*/pii*.json"), fixtures(t, "*/*_pii.json")...)
	for _, file := range files {
		t.Run(filepath.Base(filepath.Dir(file))+"/"+filepath.Base(file), func(t *testing.T) {
			out := tracesText(t, redactTraces(t, p, readTraces(t, file)))
			assertAbsent(t, out, planted...)
			assert.Contains(t, out, "203.0.113.77", "addresses for documentation stay")
			assert.Contains(t, out, "[REDACTED:email]")
		})
	}
}

func TestTraces_customPatternMasksWhatDetectorsLeave(t *testing.T) {
	cfg := defaults()
	cfg.Custom = []CustomConfig{{ID: "lab_address", Pattern: `203\.0\.113\.\d+`}}
	p := started(t, cfg)
	for _, file := range fixtures(t, "*/pii.json") {
		out := tracesText(t, redactTraces(t, p, readTraces(t, file)))
		assertAbsent(t, out, "203.0.113.77")
	}
}

// Recorded traces without personal data must keep what they say: a false alarm is damage for good.
func TestTraces_recordedTracesAreLeftAlone(t *testing.T) {
	cfg := defaults()
	cfg.Stacktrace, cfg.Media = stackFull, mediaKeep
	p := started(t, cfg)
	found := map[string]int{}
	for _, file := range fixtures(t, "*/*.json") {
		var td ptrace.Traces
		t.Run(filepath.Base(filepath.Dir(file))+"/"+filepath.Base(file), func(t *testing.T) {
			td = readTraces(t, file)
			redactTraces(t, p, td)
		})
		r := p.ready.idle.Get().(*redactor)
		for c, n := range r.tally.byDetector {
			name := r.set.Detectors()[c.id].ID
			found[name] += int(n)
			if testing.Verbose() && filepath.Base(file) != "pii.json" {
				t.Logf("%s: %d × %s in %s", file, n, name, c.site)
			}
		}
		p.ready.idle.Put(r)
	}
	t.Logf("findings in all recorded traces: %v", found)
}
