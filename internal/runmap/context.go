// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package runmap

import "github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"

// shareContext gives every run the session and user of its trace: LangSmith counts a thread by the runs that name it,
// and libraries write it on some spans only.
func (m *mapper) shareContext() {
	m.share(func(f *dialect.Fields) *string { return &f.Session })
	m.share(func(f *dialect.Fields) *string { return &f.User })
}

// share fills one text. If the spans of a trace agree on it, all get it; if not, a span gets its nearest ancestor's.
func (m *mapper) share(of func(*dialect.Fields) *string) {
	only := m.unanimous(of)
	for _, i := range m.tree.Order() {
		text := of(&m.fields[i])
		if p := m.tree.Parent(i); *text == "" && p >= 0 {
			*text = *of(&m.fields[p])
		}
		if *text == "" {
			*text = only
		}
	}
}

// unanimous returns the text that all spans which have one agree on. Where infrastructure disagrees with agents, as a
// browser's session does with a conversation, the agents are heard.
func (m *mapper) unanimous(of func(*dialect.Fields) *string) string {
	for _, heard := range [...]func(i int) bool{
		func(int) bool { return true },
		func(i int) bool { return dialect.Classify(m.spans[i]) == dialect.Agent && !m.isTransport(i) },
	} {
		only, agreed := "", true
		for _, i := range m.tree.Order() {
			text := *of(&m.fields[i])
			if text == "" || text == only || !heard(i) {
				continue
			}
			agreed = agreed && only == ""
			only = text
		}
		if agreed {
			return only
		}
	}
	return ""
}

// isTransport reports whether a span's session may be no more than a connection's.
func (m *mapper) isTransport(i int) bool {
	_, ok := m.spans[i].Attributes().Get("mcp.session.id")
	return ok
}
