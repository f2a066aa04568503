// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"math"
	"strings"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// extra is what a run holds beside its inputs and outputs. Attributes that no rule names are lost, and so is the
// resource.
func extra(a attributes, span ptrace.Span) map[string]any {
	out := map[string]any{"metadata": metadata(a, span)}
	if params := invocationParams(a); len(params) > 0 {
		out["invocation_params"] = params
	}
	return out
}

func metadata(a attributes, span ptrace.Span) map[string]any {
	m := map[string]any{
		"OTEL_TRACE_ID": span.TraceID().String(),
		"OTEL_SPAN_ID":  span.SpanID().String(),
	}
	if s := a.first("gen_ai.system", "llm.system"); s != "" {
		m["ls_provider"] = s
	}
	if s := a.first("gen_ai.request.model", "gen_ai.response.model", "model", "llm.model_name"); s != "" {
		m["ls_model_name"] = s
	}
	for _, prefix := range []string{"traceloop.association.properties.", "langsmith.metadata."} {
		for key, v := range a.All() {
			if name, ok := strings.CutPrefix(key, prefix); ok && name != "" {
				m[name] = plain(v)
			}
		}
	}
	maps.Copy(m, a.object("metadata"))
	return m
}

// paramKeys are the attributes that become parameters of the call, under the last part of their name. The response's
// model comes after the request's and replaces it.
var paramKeys = []string{
	"gen_ai.request.model", "gen_ai.request.temperature", "gen_ai.request.top_p", "gen_ai.request.max_tokens",
	"gen_ai.request.frequency_penalty", "gen_ai.request.presence_penalty", "gen_ai.request.seed",
	"gen_ai.request.stop_sequences", "gen_ai.request.top_k", "gen_ai.request.encoding_formats", "gen_ai.response.model",
	"llm.presence_penalty", "llm.frequency_penalty", "llm.request.functions", "tools", "tool_arguments",
}

func invocationParams(a attributes) map[string]any {
	params := map[string]any{}
	for _, key := range paramKeys {
		if v, ok := a.Get(key); ok {
			params[key[strings.LastIndexByte(key, '.')+1:]] = plain(v)
		}
	}
	if v, ok := a.Get("gen_ai.tool.name"); ok {
		params["tool_name"] = plain(v)
	}
	maps.Copy(params, a.object("llm.invocation_parameters"))
	return params
}

func tags(a attributes) []string {
	var list []string
	for tag := range strings.SplitSeq(a.str("langsmith.span.tags"), ",") {
		if tag = strings.TrimSpace(tag); tag != "" {
			list = append(list, tag)
		}
	}
	return list
}

// attachments reads what comes with a run; the content is measured and let go.
func attachments(a attributes) []Attachment {
	var wire []struct {
		Name     string `json:"name"`
		Content  string `json:"content"`
		MIMEType string `json:"mime_type"`
	}
	if json.Unmarshal([]byte(a.str("langsmith.attachments")), &wire) != nil {
		return nil
	}
	var list []Attachment
	for _, w := range wire {
		content, err := base64.StdEncoding.DecodeString(w.Content)
		if err == nil && w.Name != "" {
			list = append(list, Attachment{Name: w.Name, MIMEType: w.MIMEType, Size: len(content)})
		}
	}
	return list
}

// finite is f, or nothing where JSON has no word for it.
func finite(f float64) any {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return f
}
