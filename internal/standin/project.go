// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import "time"

// defaultProject takes what names none.
const defaultProject = "default"

// project is a tracing project, which the API calls a session. It is there as long as it has runs.
type project struct {
	id, name, workspace string
	created             time.Time
	runs                int // those included that wait for their post
}

// projectFor returns the project of a run, made on its first: by name, else by id, else the default one.
func (s *store) projectFor(workspace, name, id string, now time.Time) *project {
	if name == "" && id == "" {
		name = defaultProject
	}
	if id == "" {
		id = nameUUID("project", workspace, name)
	}
	key := runKey{workspace, id}
	p := s.projects[key]
	if p == nil {
		p = &project{id: id, name: name, workspace: workspace, created: now}
		if name == "" {
			p.name = id
		}
		s.projects[key] = p
	}
	return p
}

// release takes a run out of its project, and the project away with its last run.
func (s *store) release(one *stored) {
	key := runKey{one.run.Workspace, one.run.ProjectID}
	p := s.projects[key]
	if p == nil {
		return
	}
	if p.runs--; p.runs <= 0 {
		delete(s.projects, key)
	}
}
