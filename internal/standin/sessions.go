// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

// sessionView is a project as the API shows it.
type sessionView struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	TenantID  string `json:"tenant_id"`
	StartTime string `json:"start_time"`
	RunCount  int    `json:"run_count"`
}

// getSessions lists the projects: all, those of a ?name=, or those whose name has ?name_contains= in it.
func (s *Server) getSessions(w http.ResponseWriter, r *http.Request) {
	name, part := r.URL.Query().Get("name"), r.URL.Query().Get("name_contains")
	workspace := workspaceOf(r)
	list := slices.DeleteFunc(s.sessions(), func(v sessionView) bool {
		return name != "" && v.Name != name || workspace != "" && v.TenantID != workspace ||
			!strings.Contains(strings.ToLower(v.Name), strings.ToLower(part))
	})
	writeJSON(w, http.StatusOK, list)
}

func (s *Server) sessions() []sessionView {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]sessionView, 0, len(s.store.projects))
	for _, p := range s.store.projects {
		list = append(list, sessionView{
			ID: p.id, Name: p.name, TenantID: p.workspace, StartTime: p.created.UTC().Format(timeLayout), RunCount: p.runs,
		})
	}
	slices.SortFunc(list, func(a, b sessionView) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return list
}
