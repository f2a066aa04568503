// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"errors"

	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

var (
	errNotStarted = errors.New("redact: not started")
	// errFailed is permanent: the same message would fail again.
	errFailed = consumererror.NewPermanent(errors.New("redact: the message could not be processed and is refused"))
)

// stamp writes the policy on a resource, or takes one away that somebody else wrote.
func stamp(r pcommon.Resource, policy string) {
	if policy == "" {
		r.Attributes().Remove(policyAttribute)
		return
	}
	r.Attributes().PutStr(policyAttribute, policy)
}

func copyTraces(td ptrace.Traces) ptrace.Traces {
	c := ptrace.NewTraces()
	td.CopyTo(c)
	return c
}

func copyLogs(ld plog.Logs) plog.Logs {
	c := plog.NewLogs()
	ld.CopyTo(c)
	return c
}

// failedTraces lists the traces of td that have a span with an error.
func failedTraces(td ptrace.Traces) map[pcommon.TraceID]bool {
	failed := map[pcommon.TraceID]bool{}
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				if spanFailed(s) {
					failed[s.TraceID()] = true
				}
			}
		}
	}
	return failed
}

// failureFlags are attributes by which libraries say that a span failed while its status says nothing.
var failureFlags = map[string]string{
	"langfuse.observation.level": "ERROR", "gen_ai.tool.status": "error", "lk.function_tool.is_error": "true",
	"genkit:state": "error", "success": "false", "n8n.execution.status": "error",
}

// spanFailed tells whether a span shows a failure, by its status, an exception, or what its library says instead.
func spanFailed(s ptrace.Span) bool {
	if s.Status().Code() == ptrace.StatusCodeError || hasException(s) {
		return true
	}
	for key, val := range s.Attributes().All() {
		if key == "error.type" && val.AsString() != "" {
			return true
		}
		if bad, ok := failureFlags[key]; ok && val.AsString() == bad {
			return true
		}
	}
	return false
}

func hasException(s ptrace.Span) bool {
	for _, e := range s.Events().All() {
		if e.Name() == "exception" {
			return true
		}
	}
	return false
}

// wantsErrors tells whether any rule asks which traces failed.
func (c *Content) wantsErrors() bool {
	for _, rule := range c.rules {
		if rule.errors {
			return true
		}
	}
	return false
}
