// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package contract

// RunMetadata is what most who compare releases and tenants ask for: for each key of a run's metadata the attributes that
// fill it, of which the first that is present counts. The exporter makes metadata of them by default, and sampling keeps
// them when it prunes the root that carries them.
func RunMetadata() map[string][]string {
	return map[string][]string{
		"app.version":       {"app.version", "service.version"},
		"env":               {"deployment.environment.name", "deployment.environment", "env"},
		"feature":           {"feature", "app.feature", "feature.name"},
		"prompt.version":    {"prompt.version", "gen_ai.prompt.version", "llm.prompt_template.version", "prompt_version"},
		"request_id":        {"request_id", "request.id", "http.request.header.x-request-id"},
		"retriever.version": {"retriever.version", "retriever_version"},
		"tenant":            {"tenant", "tenant.id", "tenant_id"},
		"toolset.version":   {"toolset.version", "toolset_version"},
	}
}
