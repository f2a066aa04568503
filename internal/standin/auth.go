// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"net/http"
	"strings"
)

type keyKind int

const (
	personalKey keyKind = iota
	orgKey
)

func keySet(opt Options) map[string]keyKind {
	keys := make(map[string]keyKind, len(opt.APIKeys))
	for _, k := range opt.APIKeys {
		keys[k] = personalKey
	}
	for _, k := range opt.OrgKeys {
		keys[k] = orgKey
	}
	return keys
}

// authorize checks the key of a request that sends something. Reading needs none: the page has no key.
func (s *Server) authorize(r *http.Request) *refusal {
	if len(s.keys) == 0 {
		return nil
	}
	key := strings.TrimSpace(r.Header.Get("x-api-key"))
	kind, known := s.keys[key]
	if !known {
		return &refusal{status: http.StatusUnauthorized, text: "Invalid token", key: "detail"}
	}
	if kind == orgKey && workspaceOf(r) == "" {
		return &refusal{status: http.StatusForbidden, text: "org_scoped_key_requires_workspace", key: "error"}
	}
	return nil
}

func workspaceOf(r *http.Request) string {
	return strings.ToLower(strings.TrimSpace(r.Header.Get("X-Tenant-Id")))
}
