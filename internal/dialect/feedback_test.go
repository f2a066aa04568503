// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

func TestRead_feedbackInEvents(t *testing.T) {
	at := time.Unix(1_800_000_000, 5).UTC()
	f := func(name string, attributes attrs, want ...dialect.Feedback) {
		t.Helper()
		s := newSpan(t, "any", "chat", nil)
		e := s.Events().AppendEmpty()
		e.SetName(name)
		e.SetTimestamp(pcommon.NewTimestampFromTime(at))
		require.NoError(t, e.Attributes().FromRaw(attributes))
		assert.Equal(t, want, dialect.Read(s).Feedback)
	}
	f("gen_ai.evaluation.result", attrs{
		"gen_ai.evaluation.name": "Relevance", "gen_ai.evaluation.score.value": 0.8,
		"gen_ai.evaluation.score.label": "pass", "gen_ai.evaluation.explanation": "on topic",
		"gen_ai.response.id": "resp_1",
	}, dialect.Feedback{
		Feedback: run.Feedback{
			Key: "Relevance", Score: run.Number(0.8), Value: "pass", Comment: "on topic", Judge: run.ByModel, At: at,
		},
		Response: "resp_1",
	})
	f("gen_ai.evaluation.result", attrs{"gen_ai.evaluation.score.label": "pass"},
		dialect.Feedback{Feedback: run.Feedback{Key: "evaluation", Value: "pass", Judge: run.ByModel, At: at}})
	f("gen_ai.evaluation.result", attrs{"gen_ai.evaluation.name": "x", "error.type": "timeout"},
		dialect.Feedback{Feedback: run.Feedback{
			Key: "x", Comment: "timeout", Failed: true, Judge: run.ByModel, At: at,
		}})
	f("gen_ai.evaluation.result", attrs{"gen_ai.evaluation.name": "x", "gen_ai.evaluation.score.value": math.NaN()})
	f("gen_ai.evaluation.result", attrs{"gen_ai.evaluation.name": "says nothing"})
	f("langwatch.evaluation.custom", attrs{
		"json_encoded_event": `{"name":"toxicity","passed":true,"score":0.95,"details":"mild","evaluation_id":"e1"}`,
	}, dialect.Feedback{
		Feedback: run.Feedback{
			Key: "toxicity", Score: run.Number(0.95), Value: "passed", Comment: "mild", Judge: run.ByCode, At: at,
		},
		Identifier: "e1",
	})
	f("langwatch.evaluation.custom", attrs{"json_encoded_event": `{"name":"safe","passed":false}`},
		dialect.Feedback{Feedback: run.Feedback{Key: "safe", Score: run.Boolean(false), Judge: run.ByCode, At: at}})
	f("langwatch.evaluation.custom", attrs{"json_encoded_event": `{"name":`})
}

func TestRead_feedbackInAttributes(t *testing.T) {
	f := func(attributes attrs, want ...dialect.Feedback) {
		t.Helper()
		assert.ElementsMatch(t, want, dialect.Read(newSpan(t, "any", "step", attributes)).Feedback)
	}
	f(nil)
	f(attrs{ // OpenInference
		"evaluations.0.evaluation.name": "correctness", "evaluations.0.evaluation.score": int64(1),
		"evaluations.0.evaluation.label": "correct", "evaluations.0.evaluation.explanation": "as in the book",
		"evaluations.0.evaluation.annotator_kind": "HUMAN", "evaluations.0.evaluation.identifier": "i1",
		"trace.annotations.0.annotation.name": "tone", "trace.annotations.0.annotation.label": "polite",
		"trace.annotations.0.annotation.annotator_kind": "LLM",
		"annotations.1.annotation.score":                "high",
	}, dialect.Feedback{
		Feedback: run.Feedback{
			Key: "correctness", Score: run.Integer(1), Value: "correct", Comment: "as in the book", Judge: run.ByPerson,
		},
		Identifier: "i1",
	}, dialect.Feedback{
		Feedback: run.Feedback{Key: "tone", Value: "polite", Judge: run.ByModel}, OfTrace: true,
	}, dialect.Feedback{Feedback: run.Feedback{Key: "evaluation", Value: "high", Judge: run.ByCode}})
	f(attrs{"eval.Hallucination.score": "0.5", "eval.Hallucination.label": "factual", "eval.duration": 5, "eval.run.id": "x"},
		dialect.Feedback{Feedback: run.Feedback{
			Key: "Hallucination", Score: run.Number(0.5), Value: "factual", Judge: run.ByCode,
		}})
	f(attrs{"gen_ai.evaluation.name": "x", "gen_ai.evaluation.score.value": 2},
		dialect.Feedback{Feedback: run.Feedback{Key: "x", Score: run.Integer(2), Judge: run.ByModel}})
	f(attrs{ // Pydantic Evals
		"assertions": `{"polite":{"name":"polite","value":true,"reason":"says please","source":{"name":"Judge","arguments":null}}}`,
		"scores":     map[string]any{"length": map[string]any{"value": 0.5}},
		"labels":     `{"topic":{"value":"returns","reason":"of what was said"}}`,
	}, dialect.Feedback{Feedback: run.Feedback{
		Key: "polite", Score: run.Boolean(true), Comment: "says please", Judge: run.ByCode,
	}}, dialect.Feedback{Feedback: run.Feedback{Key: "length", Score: run.Number(0.5), Judge: run.ByCode}},
		dialect.Feedback{Feedback: run.Feedback{Key: "topic", Value: "returns", Judge: run.ByCode}})
	f(attrs{"labels": "plain"})
	f(attrs{ // of an evaluator's span; two lists that count from nought
		"evaluation.name": "relevance", "evaluation.score": 0.5, "evaluation.label": "ok", "evaluation.explanation": "why",
		"annotation.name": "thumb", "annotation.score": 1, "annotation.annotator_kind": "HUMAN", "eval.score": 1,
		"trace.evaluations.0.evaluation.name": "t", "trace.evaluations.0.evaluation.score": 0.25,
		"session.evaluations.0.evaluation.name": "s", "session.evaluations.0.evaluation.score": 0.75,
	}, dialect.Feedback{Feedback: run.Feedback{
		Key: "relevance", Score: run.Number(0.5), Value: "ok", Comment: "why", Judge: run.ByCode,
	}}, dialect.Feedback{Feedback: run.Feedback{Key: "thumb", Score: run.Integer(1), Judge: run.ByPerson}},
		dialect.Feedback{Feedback: run.Feedback{Key: "t", Score: run.Number(0.25), Judge: run.ByCode}, OfTrace: true},
		dialect.Feedback{Feedback: run.Feedback{Key: "s", Score: run.Number(0.75), Judge: run.ByCode}, OfTrace: true})
	f(attrs{"evaluation.score": 0.5})
	f(attrs{"braintrust.scores": `{"accuracy":1.5,"unknown":null}`, "braintrust.scores.relevance": 0.25},
		dialect.Feedback{Feedback: run.Feedback{Key: "accuracy", Score: run.Number(1.5), Judge: run.ByCode}},
		dialect.Feedback{Feedback: run.Feedback{Key: "relevance", Score: run.Number(0.25), Judge: run.ByCode}})
}

func TestRead_feedbackIsBounded(t *testing.T) {
	s := newSpan(t, "any", "step", nil)
	for range 120 {
		e := s.Events().AppendEmpty()
		e.SetName("gen_ai.evaluation.result")
		e.Attributes().PutStr("gen_ai.evaluation.name", strings.Repeat("ä", 200))
		e.Attributes().PutStr("gen_ai.evaluation.explanation", strings.Repeat("x", 40<<10))
	}
	got := dialect.Read(s).Feedback
	assert.Len(t, got, 100)
	assert.Equal(t, strings.Repeat("ä", 90), got[0].Key)
	assert.Len(t, got[0].Comment, 32<<10)
}
