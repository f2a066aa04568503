// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package join

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Evidence returns spans that say of failures and evaluations what the records of ld say, for rules that read spans.
// Nobody else may see them: they have no name, no times, and a parent that does not exist, so that they never pass for
// the top of a trace.
func Evidence(ld plog.Logs) ptrace.Traces {
	td := ptrace.NewTraces()
	for _, rl := range ld.ResourceLogs().All() {
		spans := ptrace.NewSpanSlice()
		for _, sl := range rl.ScopeLogs().All() {
			for _, r := range sl.LogRecords().All() {
				if tellsOfFailure(r) || nameOf(r) == evaluation {
					carry(r, spans.AppendEmpty())
				}
			}
		}
		if spans.Len() > 0 {
			rs := td.ResourceSpans().AppendEmpty()
			rl.Resource().CopyTo(rs.Resource())
			spans.MoveAndAppendTo(rs.ScopeSpans().AppendEmpty().Spans())
		}
	}
	return td
}

func tellsOfFailure(r plog.LogRecord) bool {
	return isException(r) || failedByType(r) || failedByName(r)
}

// failedByType excludes evaluations: theirs says that the evaluation failed.
func failedByType(r plog.LogRecord) bool {
	return text(r.Attributes(), errorType) != "" && nameOf(r) != evaluation
}

// failedByName knows the events of coding agents: an error of the model's API, and the result of a tool.
func failedByName(r plog.LogRecord) bool {
	name := nameOf(r)
	if strings.HasSuffix(name, ".api_error") {
		return true
	}
	if !strings.HasSuffix(name, ".tool_result") && !strings.HasSuffix(name, ".tool_call") {
		return false
	}
	v, ok := r.Attributes().Get(success)
	return ok && v.AsString() == "false"
}

func carry(r plog.LogRecord, span ptrace.Span) {
	span.SetTraceID(r.TraceID())
	span.SetSpanID(r.SpanID())
	span.SetParentSpanID(pcommon.SpanID{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	if failedByType(r) {
		span.Attributes().PutStr(errorType, text(r.Attributes(), errorType))
	}
	if failedByName(r) {
		span.Status().SetCode(ptrace.StatusCodeError)
	}
	if isException(r) {
		fill(r, span.Events().AppendEmpty())
	}
	if nameOf(r) == evaluation {
		carryScores(r.Attributes(), span.Attributes())
	}
}

// carryScores copies what an evaluation says, so that rules can ask for its label or its score.
func carryScores(from, to pcommon.Map) {
	for key, value := range from.All() {
		if strings.HasPrefix(key, evaluationPrefix) {
			value.CopyTo(to.PutEmpty(key))
		}
	}
}
