// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"crypto/sha256"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor/internal/store"
)

// tenant tells the traces of a tenant from those of others that have the same ids, as they come from processes that were
// forked or restored with their random numbers. Zero where the resource names none.
type tenant [16]byte

// tenantOf reads the tenant of a resource, where the configuration says how.
func (c *Config) tenantOf(resource pcommon.Map) (t tenant) {
	if len(c.Tenant) == 0 {
		return t
	}
	var name []byte
	told := false
	for _, key := range c.Tenant {
		if v, ok := resource.Get(key); ok {
			name, told = append(name, v.AsString()...), true
		}
		name = append(name, 0)
	}
	if told {
		sum := sha256.Sum256(name)
		copy(t[:], sum[:])
	}
	return t
}

// key is what the trace is found by: its id, and where its tenant is told, one that no other tenant's trace has.
func (t tenant) key(id pcommon.TraceID, outlet uint16) store.Key {
	k := store.Key{Trace: id, Outlet: outlet}
	for i := range k.Trace {
		k.Trace[i] ^= t[i]
	}
	return k
}

// split sorts the spans of a request by trace, as the function of that name does, and by tenant.
func (c *Config) split(td ptrace.Traces) (pieces []*piece, nameless int) {
	if len(c.Tenant) == 0 {
		return split(td)
	}
	byTenant := map[tenant]ptrace.Traces{}
	var order []tenant
	td.ResourceSpans().RemoveIf(func(rs ptrace.ResourceSpans) bool {
		t := c.tenantOf(rs.Resource().Attributes())
		own, ok := byTenant[t]
		if !ok {
			own = ptrace.NewTraces()
			byTenant[t] = own
			order = append(order, t)
		}
		rs.MoveTo(own.ResourceSpans().AppendEmpty())
		return true
	})
	for _, t := range order {
		list, none := split(byTenant[t])
		for _, p := range list {
			p.tenant = t
		}
		pieces, nameless = append(pieces, list...), nameless+none
	}
	return pieces, nameless
}

// tenantOfPart returns the tenant of a part of a trace, which has but one.
func (c *Config) tenantOfPart(td ptrace.Traces) tenant {
	if td.ResourceSpans().Len() == 0 {
		return tenant{}
	}
	return c.tenantOf(td.ResourceSpans().At(0).Resource().Attributes())
}
