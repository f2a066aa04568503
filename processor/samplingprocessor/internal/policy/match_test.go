// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"errors"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func TestHash_isSipHash(t *testing.T) {
	key := hashKey{0x0706050403020100, 0x0f0e0d0c0b0a0908}
	message := make([]byte, 15)
	for i := range message {
		message[i] = byte(i)
	}
	assert.Equal(t, uint64(0xa129ca6149be45e5), hash(key, message)) // the example of the paper
	assert.Equal(t, hash(key, message), hash(key, string(message)))
	assert.Equal(t, uint64(0x726fdb47dd0e0e31), hash(key, ""))
}

func TestHash_isTheSameEverywhereAndDependsOnTheSeed(t *testing.T) {
	again := keysOf("a")
	assert.Equal(t, keysOf("a"), again)
	assert.NotEqual(t, keysOf("a"), keysOf("b"))
	keys := keysOf("a")
	assert.NotEqual(t, hash(keys[ofTrace], "x"), hash(keys[ofConversation], "x"))
	assert.Less(t, randomness(hash(keys[ofTrace], "x")), uint64(1)<<56)
}

func TestGlob(t *testing.T) {
	f := func(want bool, pattern, text string) {
		t.Helper()
		assert.Equal(t, want, glob(pattern, text), "%s in %s", pattern, text)
	}
	f(true, "a", "a")
	f(false, "a", "ab")
	f(true, "a*", "abc")
	f(true, "*c", "abc")
	f(true, "a*c", "abbc")
	f(true, "a*b*c", "a1b2c")
	f(false, "a*b*c", "a1c")
	f(true, "*", "")
	f(false, "ab*ba", "aba")
	f(true, "invoke_agent *", "invoke_agent helper")
}

func TestAttributes_boundsPatternsAndAbsence(t *testing.T) {
	f := func(want bool, wish any, attributes map[string]any) {
		t.Helper()
		p := compile(t, Options{}, Rule{
			Name: "r", When: &When{Attributes: map[string]any{"k": wish}}, Keep: percent(100),
		})
		e := p.Observe(span(attributes))
		assert.Equal(t, want, p.Decide([16]byte{1}, &e, now).Keep, "%v of %v", wish, attributes)
	}
	f(true, map[string]any{"exists": true}, map[string]any{"k": false})
	f(false, map[string]any{"exists": true}, map[string]any{"j": 1})
	f(true, map[string]any{"exists": false}, map[string]any{"j": 1})
	f(false, map[string]any{"exists": false}, map[string]any{"resource.k": 1})
	f(true, map[string]any{"min": 3}, map[string]any{"k": 3})
	f(true, map[string]any{"min": 2.5, "max": int64(9)}, map[string]any{"k": 3.5})
	f(false, map[string]any{"min": 3}, map[string]any{"k": 2})
	f(false, map[string]any{"max": 3}, map[string]any{"k": 4})
	f(false, map[string]any{"min": 3}, map[string]any{"k": "5"})
	f(true, map[string]any{"pattern": "^eu-"}, map[string]any{"k": "eu-1"})
	f(false, map[string]any{"pattern": "^eu-"}, map[string]any{"k": "us-1"})
	f(false, "x", map[string]any{"k": "y", "resource.k": "x"}) // what the span says counts
	f(true, "x", map[string]any{"resource.k": "x"})
}

func TestAttributes_mistakes(t *testing.T) {
	f := func(want, key string, wish any) {
		t.Helper()
		_, err := Compile([]Rule{
			{Name: "r", When: &When{Attributes: map[string]any{key: wish}}, Keep: percent(1)},
		}, Options{})
		assert.ErrorContains(t, err, want)
	}
	f("asks for nothing", "k", map[string]any{})
	f("exists: must be true or false, is 3", "k", map[string]any{"exists": 3})
	f("exists: false cannot stand beside", "k", map[string]any{"exists": false, "min": 3})
	f("pattern: must not be empty", "k", map[string]any{"pattern": ""})
	f("names no attribute", "", 1)
	f("names no attribute", `resource[""]`, 1)
	f("is no attribute", `resource["x`, 1)
	f("needs at least one value", "k", []any{})
	f("must be a text", "k", []any{[]any{}})
}

func TestCondition_isAskedUntilASpanFulfillsIt(t *testing.T) {
	asked := 0
	opts := Options{Condition: func(text string) (SpanCondition, error) {
		if text == "bad" {
			return nil, errors.New("no such thing")
		}
		return func(_ ptrace.ResourceSpans, _ ptrace.ScopeSpans, s ptrace.Span) bool {
			asked++
			return s.SpanID()[0] == 2
		}, nil
	}}
	p := compile(t, opts, Rule{Name: "r", Keep: percent(100), When: &When{
		Attributes: map[string]any{"a": 1}, Service: []string{"x"}, Condition: "some",
	}}, Rule{Name: "s", Keep: percent(50), When: &When{Any: &[]When{{Condition: "other"}, {MinSpans: 9}}}})
	e := p.Observe(draw(node{id: 1}, node{id: 2}, node{id: 3}))
	assert.Equal(t, 4, asked)
	assert.Equal(t, uint64(0b1100), e.matched)
	assert.Equal(t, "s", p.Decide([16]byte{1}, &e, now).Rule)

	_, err := Compile([]Rule{{Name: "r", When: &When{Condition: "bad"}, Keep: percent(1)}}, opts)
	assert.ErrorContains(t, err, "rules::0::when::condition: no such thing")
	_, err = Compile([]Rule{{Name: "r", When: &When{Condition: "some"}, Keep: percent(1)}}, Options{})
	assert.ErrorContains(t, err, "cannot be used here")
}

func TestUnreachable_asAnEarlierRuleTakesMore(t *testing.T) {
	release := &NewRelease{Attributes: []string{"service.version"}, For: 1, Traces: 1}
	f := func(want bool, earlier, later *When) {
		t.Helper()
		got := Unreachable([]Rule{{Name: "a", When: earlier}, {Name: "b", When: later}})
		assert.Equal(t, want, len(got) == 1)
	}
	f(true, nil, nil)
	f(true, nil, &When{Error: true})
	f(false, &When{Error: true}, nil)
	f(true, &When{Error: true}, &When{Error: true})
	f(true, &When{Error: true}, &When{Error: "failed"})
	f(true, &When{Error: true}, &When{Error: "failed", Service: []string{"x"}})
	f(false, &When{Error: "failed"}, &When{Error: true})
	f(false, &When{Error: true}, &When{Error: false})
	f(false, &When{Error: true}, &When{Error: "expected"})
	f(false, &When{Error: true}, &When{Error: map[string]any{"evidence": map[string]any{"status": false}}})
	f(false, &When{Error: true}, &When{Error: 7})
	f(true, &When{MinTokens: 5}, &When{MinTokens: 5, MinCost: 1})
	f(false, &When{MinTokens: 5, MinCost: 1}, &When{MinTokens: 5})
	f(true, &When{MinDuration: 10}, &When{MinDuration: 30})
	f(false, &When{MinDuration: 30}, &When{MinDuration: 10})
	f(true, &When{MaxDuration: 30}, &When{MaxDuration: 10})
	f(false, &When{MaxDuration: 30}, &When{MinDuration: 10})
	f(true, &When{Attributes: map[string]any{"x": 1}}, &When{Attributes: map[string]any{"x": 1, "y": 2}})
	f(false, &When{Attributes: map[string]any{"x": 1, "y": 2}}, &When{Attributes: map[string]any{"x": 1}})
	f(true, &When{Attributes: map[string]any{"x": []any{1, 2}}}, &When{Attributes: map[string]any{"x": 2}})
	f(false, &When{Attributes: map[string]any{"x": []any{1, 2}}}, &When{Attributes: map[string]any{"x": 3}})
	f(false, &When{Attributes: map[string]any{"x": map[string]any{"min": 1}}}, &When{Attributes: map[string]any{"x": 2}})
	f(true, &When{Service: []string{"x", "y"}}, &When{Service: []string{"x"}})
	f(false, &When{Service: []string{"x"}}, &When{Service: []string{"x", "y"}})
	f(true, &When{Any: &[]When{{Error: true}, {MinTokens: 5}}}, &When{Error: true})
	f(true, &When{Any: &[]When{{Error: true}, {MinTokens: 5}}}, &When{MinTokens: 9, MinCost: 1})
	f(true, &When{Any: &[]When{{Error: true}, {MinTokens: 5}}}, &When{Any: &[]When{{MinTokens: 6}, {Error: "failed"}}})
	f(false, &When{Any: &[]When{{Error: true}, {MinTokens: 5}}}, &When{MinTokens: 4})
	f(true, &When{All: &[]When{{Error: true}, {MinTokens: 5}}}, &When{Error: true, MinTokens: 5})
	f(false, &When{All: &[]When{{Error: true}, {MinTokens: 5}}}, &When{Error: true})
	f(true, &When{MinTokens: 5}, &When{All: &[]When{{Error: true}, {MinTokens: 5}}})
	f(false, &When{MinTokens: 5}, &When{Any: &[]When{{Error: true}, {MinTokens: 5}}})
	f(true, &When{Not: &When{MinTokens: 9}}, &When{Not: &When{MinTokens: 5}})
	f(false, &When{Not: &When{MinTokens: 5}}, &When{Not: &When{MinTokens: 9}})
	f(false, &When{Condition: "a"}, &When{Condition: "b"})
	f(false, &When{Any: &[]When{}}, &When{})
	f(false, &When{NewRelease: release}, &When{NewRelease: release})
	f(false, &When{Not: &When{NewRelease: release}}, &When{Not: &When{NewRelease: release}})
	f(false, &When{Any: &[]When{{NewRelease: release}}}, &When{Any: &[]When{{NewRelease: release}}})
}

func TestUnreachable_asEarlierRulesTakeBothHalves(t *testing.T) {
	failed, fine := Rule{Name: "failed", When: &When{Error: true}}, Rule{Name: "fine", When: &When{Error: false}}
	assert.Equal(t, []string{"rest", "long"},
		Unreachable([]Rule{failed, fine, {Name: "rest"}, {Name: "long", When: &When{MinDuration: 5}}}))
	fine.When.MinTokens = 5
	assert.Equal(t, []string{"big"}, Unreachable([]Rule{
		failed, fine,
		{Name: "rest", When: &When{MinTokens: 4}},
		{Name: "big", When: &When{MinTokens: 6}},
	}))
}

// TestUnreachable_knowsAllWishes fails when a wish is added that covers does not compare.
func TestUnreachable_knowsAllWishes(t *testing.T) {
	for i := range reflect.TypeFor[When]().NumField() {
		var w When
		field := reflect.ValueOf(&w).Elem().Field(i)
		switch field.Kind() {
		case reflect.Interface:
			field.Set(reflect.ValueOf(true))
		case reflect.Map:
			field.Set(reflect.ValueOf(map[string]any{"x": 1}))
		case reflect.Slice:
			field.Set(reflect.ValueOf([]string{"x"}))
		case reflect.String:
			field.SetString("x")
		case reflect.Float64:
			field.SetFloat(1)
		case reflect.Pointer:
			switch field.Interface().(type) {
			case *When:
				w.Not = &When{MinSpans: 1}
			case *NewRelease:
				w.NewRelease = &NewRelease{}
			default:
				field.Set(reflect.ValueOf(&[]When{{MinSpans: 1}}))
			}
		default:
			field.SetInt(1)
		}
		assert.False(t, covers(&w, nil), reflect.TypeFor[When]().Field(i).Name)
	}
}

func TestExplain(t *testing.T) {
	f := func(want string, opts Options, nodes ...node) {
		t.Helper()
		p := compile(t, opts, Rule{Name: "r", When: &When{MinTokens: 1}, Keep: percent(100)})
		e := p.Observe(draw(nodes...))
		assert.Equal(t, want, e.Explain())
	}
	f("no agent span, 1 span, longest 0s", Options{}, node{id: 1})
	f("keep requested, failed (error_type status), 2 spans, longest 0s, 5 tokens, cost 0.5, 1 conversation",
		Options{Keep: []string{"k"}},
		node{id: 1, failed: true, attributes: attributes("error.type", "x", "k", true, "session.id", "s")},
		node{id: 2, parent: 1, attributes: attributes(
			"gen_ai.operation.name", "chat", "gen_ai.usage.input_tokens", 5, "gen_ai.usage.cost", 0.5)})
	f("expected (by_design), 1 span, longest 0s", Options{},
		node{id: 1, attributes: attributes("error.type", "GraphInterrupt", "gen_ai.operation.name", "invoke_agent")})
}
