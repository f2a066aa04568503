// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect_test

import (
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/golden"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/pdatatest"
)

// variants are the other ways in which exporters write the same span. Each changes a copy.
var variants = map[string]func(*rand.Rand, pcommon.Map){
	"in another order": func(random *rand.Rand, m pcommon.Map) {
		was := pcommon.NewMap()
		m.MoveTo(was)
		var names []string
		for k := range was.All() {
			names = append(names, k)
		}
		random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		for _, k := range names {
			v, _ := was.Get(k)
			v.CopyTo(m.PutEmpty(k))
		}
	},
	"counts as doubles": func(_ *rand.Rand, m pcommon.Map) {
		changeCounts(m, func(v pcommon.Value, n int64) { v.SetDouble(float64(n)) })
	},
	"counts as texts": func(_ *rand.Rand, m pcommon.Map) {
		changeCounts(m, func(v pcommon.Value, n int64) { v.SetStr(strconv.FormatInt(n, 10)) })
	},
	"JSON encoded twice": func(_ *rand.Rand, m pcommon.Map) {
		changeJSON(m, func(v pcommon.Value, text string) {
			quoted, _ := json.Marshal(text)
			v.SetStr(string(quoted))
		})
	},
	"JSON as structured values": func(_ *rand.Rand, m pcommon.Map) {
		changeJSON(m, func(v pcommon.Value, text string) {
			var raw any
			if json.Unmarshal([]byte(text), &raw) == nil {
				_ = v.FromRaw(raw)
			}
		})
	},
	"JSON as bytes": func(_ *rand.Rand, m pcommon.Map) {
		changeJSON(m, func(v pcommon.Value, text string) { v.SetEmptyBytes().FromRaw([]byte(text)) })
	},
	"with empty values of everybody else": func(random *rand.Rand, m pcommon.Map) {
		for _, name := range contentNames() {
			if _, ok := m.Get(name); !ok {
				m.PutStr(name, blanks[random.IntN(len(blanks))])
			}
		}
	},
}

var blanks = []string{"", "{}", "[]", "null", "None", "N/A", "<not specified>", "<REDACTED>", `""`, " "}

// contentNames are the attributes from which content and counts are read.
var contentNames = sync.OnceValue(func() []string {
	var all []string
	for _, part := range dialect.Mapping() {
		if !strings.HasPrefix(part.Name, "inputs") && !strings.HasPrefix(part.Name, "outputs") && part.Name != "usage" {
			continue
		}
		for _, source := range part.Sources {
			for _, name := range source.Attributes {
				if !strings.ContainsAny(name, " *") {
					all = append(all, name)
				}
			}
		}
	}
	return all
})

func changeCounts(m pcommon.Map, change func(pcommon.Value, int64)) {
	for k, v := range m.All() {
		if v.Type() == pcommon.ValueTypeInt && (strings.Contains(k, "usage") || strings.Contains(k, "token_count")) {
			change(v, v.Int())
		}
	}
}

// changeJSON changes the texts that hold messages and other documents.
func changeJSON(m pcommon.Map, change func(pcommon.Value, string)) {
	for k, v := range m.All() {
		text := v.AsString()
		isDocument := strings.HasSuffix(k, "messages") || strings.HasSuffix(k, "put") || strings.HasSuffix(k, "value") ||
			strings.HasSuffix(k, "llm_request") || strings.HasSuffix(k, "llm_response") || strings.HasSuffix(k, "usage_details")
		if v.Type() == pcommon.ValueTypeStr && isDocument && len(text) > 2 && (text[0] == '{' || text[0] == '[') &&
			json.Valid([]byte(text)) {
			change(v, text)
		}
	}
}

func TestRead_variantsSayTheSame(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for _, f := range pdatatest.Fixtures(t) {
		if f.Dialect == "codex-cli" {
			continue // hundreds of spans that say nothing
		}
		for _, s := range spans(pdatatest.LoadTraces(t, f.Path)) {
			want := dialect.Read(s)
			for name, change := range variants {
				changed := s
				changed.Span = ptrace.NewSpan()
				s.CopyTo(changed.Span)
				change(random, changed.Attributes())
				got := dialect.Read(changed)
				sameFields(t, want, got, f.File+" "+s.Name()+" "+name)
			}
		}
	}
}

func sameFields(t *testing.T, want, got dialect.Fields, what string) {
	t.Helper()
	assert.Equal(t, want.Name, got.Name, what)
	assert.Equal(t, want.Kind, got.Kind, what)
	assert.Equal(t, want.Usage, got.Usage, what)
	assert.Equal(t, want.Model, got.Model, what)
	assert.Equal(t, want.Belonging, got.Belonging, what)
	assert.Equal(t, want.Failure, got.Failure, what)
	sameJSON(t, want.Inputs, got.Inputs, what)
	sameJSON(t, want.Outputs, got.Outputs, what)
}

func sameJSON(t *testing.T, want, got []byte, what string) {
	t.Helper()
	if want == nil || got == nil {
		require.Equal(t, string(want), string(got), what)
		return
	}
	assert.Equal(t, golden.Meaning(want), golden.Meaning(got), what)
}
