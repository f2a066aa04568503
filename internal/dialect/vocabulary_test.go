// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Who is not asked has nothing to say: found out by asking all the same, about each attribute by itself.
func TestVocabularies_leaveNobodyOut(t *testing.T) {
	questions := allQuestions()
	for _, name := range probeNames() {
		for _, c := range probeContexts {
			for _, value := range probeValues {
				requireSilence(t, questions, name.shown, probeSpan(c, name, value))
			}
		}
	}
}

// The same of attributes that stand together.
func TestVocabularies_leaveNobodyOutOfMixes(t *testing.T) {
	questions := allQuestions()
	names := slices.Sorted(maps.Keys(known))
	for i, name := range names {
		span := ptrace.NewSpan()
		for step := range 4 {
			span.Attributes().PutStr(names[(i+step*step*7)%len(names)], `{"usage":{"input_tokens":7},"messages":[{"role":"user"}]}`)
		}
		requireSilence(t, questions, name, Span{Span: span})
	}
}

func requireSilence(t *testing.T, questions []*question, name string, s Span) {
	t.Helper()
	if s.Scope == (Span{}).Scope {
		s.Scope = ptrace.NewScopeSpans().Scope()
	}
	v := newView(s)
	defer v.release()
	for _, kind := range probeKinds {
		v.kind = kind
		for _, q := range questions {
			for _, d := range q.table {
				if !v.hears(d) {
					require.False(t, q.answers(d.dialect, v), "vocabularies: %s: %s of a %s in %s", name, q.name, kind, titles[d.dialect])
				}
			}
		}
	}
}

// A word that no dialect reads would wake one for nothing.
func TestVocabularies_haveNoWordInVain(t *testing.T) {
	spoken := map[string]bool{"": true}
	for name := range known {
		spoken[leadingWord(name)] = true
		spoken[name] = true
	}
	for name := range lists {
		spoken[leadingWord(name)] = true
	}
	for _, name := range families {
		spoken[leadingWord(name)] = true
	}
	for d, list := range vocabularies {
		for _, w := range list {
			assert.True(t, spoken[w], "%s: %q", titles[d], w)
		}
	}
	assert.LessOrEqual(t, len(wordBits), 63)
}
