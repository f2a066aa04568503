// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import "github.com/otelcol-langsmith/otelcol-langsmith/internal/run"

// liteLLM is what LiteLLM's proxy adds to OpenLLMetry's attributes: guardrails and prices.
// See https://docs.litellm.ai/docs/observability/opentelemetry_integration
type liteLLM struct{ silent }

var (
	kGuardrailName     = attr("guardrail_name")
	kGuardrailMode     = attr("guardrail_mode")
	kGuardrailResponse = attr("guardrail_response")

	kLiteInputCost  = []slot{attr("gen_ai.cost.input_cost"), attr("gen_ai.cost.input_usd")}
	kLiteOutputCost = []slot{attr("gen_ai.cost.output_cost"), attr("gen_ai.cost.output_usd")}
	kLiteTotalCost  = []slot{attr("gen_ai.cost.total_cost"), attr("gen_ai.cost.total_usd"), attr("gen_ai.cost.usd")}
)

func (liteLLM) name(v *view) string { return v.text(kGuardrailName) }

func (liteLLM) usage(v *view, c *counts) {
	fillCost(&c.inputCost, v, kLiteInputCost...)
	fillCost(&c.outputCost, v, kLiteOutputCost...)
	fillCost(&c.totalCost, v, kLiteTotalCost...)
}

func (liteLLM) outputs(b []byte, v *view) []byte {
	if !v.has(kGuardrailResponse) {
		return b
	}
	return v.outputAt(b, kGuardrailResponse)
}

func (liteLLM) details(v *view, f *Fields) {
	if mode := v.label(kGuardrailMode); mode != "" {
		f.meta("guardrail_mode", run.Str(mode))
	}
}

// isLiteLLMPlumbing knows the proxy's own steps, which have nothing but a name.
func isLiteLLMPlumbing(s Span) bool {
	if s.Scope.Name() != "litellm" {
		return false
	}
	switch s.Name() {
	case "auth", "router", "proxy_pre_call", "redis", "postgres", "batch_write_to_db", "self", "reset_budget_job",
		"pod_lock_manager":
		return true
	}
	return false
}
