// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package condition compiles conditions on spans in OTTL, the transformation language of the Collector.
//
// They see what the language calls a span's context: span.attributes["x"], resource.attributes["x"], span.kind and so
// on. Spans are not changed: only functions that return something can be called. A condition that fails on a span does
// not hold for it.
package condition

import (
	"context"
	"fmt"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl/contexts/ottlspan"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl/ottlfuncs"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.uber.org/zap"
)

// Condition reports whether it holds for a span.
type Condition func(ptrace.ResourceSpans, ptrace.ScopeSpans, ptrace.Span) bool

type parser = ottl.Parser[*ottlspan.TransformContext]

// Compile compiles a condition. Paths may begin with their context (span.name) or, as was usual once, without (name).
func Compile(text string) (Condition, error) {
	// The language logs every evaluation at debug level, spans and all: nothing of that is wanted in a log.
	quiet := component.TelemetrySettings{Logger: zap.NewNop()}
	functions := ottlfuncs.StandardConverters[*ottlspan.TransformContext]()
	named, err := ottlspan.NewParser(functions, quiet, ottlspan.EnablePathContextNames())
	if err != nil {
		return nil, fmt.Errorf("make parser: %w", err)
	}
	bare, err := ottlspan.NewParser(functions, quiet)
	if err != nil {
		return nil, fmt.Errorf("make parser: %w", err)
	}
	return compile(text, named, bare)
}

// compile tries the parsers in turn and returns what the first one says is wrong.
func compile(text string, parsers ...parser) (Condition, error) {
	var first error
	for i := range parsers {
		c, err := parsers[i].ParseCondition(text)
		if err == nil {
			return evaluate(c), nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

func evaluate(c *ottl.Condition[*ottlspan.TransformContext]) Condition {
	return func(rs ptrace.ResourceSpans, ss ptrace.ScopeSpans, s ptrace.Span) bool {
		t := ottlspan.NewTransformContext(rs, ss, s)
		defer t.Close()
		holds, err := c.Eval(context.Background(), t)
		return err == nil && holds
	}
}
