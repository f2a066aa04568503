// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

// agentOps is AgentOps' spans, which are OpenLLMetry's by other names. Its model calls speak genAIIndexed.
// See https://docs.agentops.ai
type agentOps struct{ silent }

var (
	kAgentOpsName   = attr("agentops.entity.name")
	kAgentOpsInput  = attr("agentops.entity.input")
	kAgentOpsOutput = attr("agentops.entity.output")
	_               = attr("agentops.span.kind")
)

func (agentOps) name(v *view) string { return v.text(kAgentOpsName) }

func (agentOps) inputs(b []byte, v *view) []byte  { return v.entityInput(b, kAgentOpsInput) }
func (agentOps) outputs(b []byte, v *view) []byte { return v.entityOutput(b, kAgentOpsOutput) }
