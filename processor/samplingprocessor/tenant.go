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

// tenantOfPart returns the tenant of a part of a trace, which has but one.
func (c *Config) tenantOfPart(td ptrace.Traces) tenant {
	if td.ResourceSpans().Len() == 0 {
		return tenant{}
	}
	return c.tenantOf(td.ResourceSpans().At(0).Resource().Attributes())
}
