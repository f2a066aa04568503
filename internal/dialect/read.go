// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// Read tells what all dialects together say about s.
func Read(s Span) Fields {
	var r Reader
	var f Fields
	r.Read(s, &f)
	return f
}

// Reader reads one span after the other. Metadata and parameters of what it has read are valid until it forgets them.
type Reader struct{ kept [][]run.Named }

const (
	// keptValues is the number of values in one piece of a reader's memory: more than any span has.
	keptValues = 1024
)

// Read sets f to what all dialects together say about s. Inputs and Outputs are JSON objects of their own, not views
// into the span.
func (r *Reader) Read(s Span, f *Fields) {
	v := newView(s)
	defer v.release()
	*f = Fields{
		Kind:       v.kind,
		Name:       v.runName(),
		Session:    v.session,
		User:       v.user(),
		Project:    v.project(),
		Metadata:   v.metadata,
		Invocation: v.parameters,
	}
	f.Failure, f.Failed = v.evidence.failure(s)
	f.Provider, f.Model = v.readModel()
	f.Usage = v.readUsage()
	f.RollUp = f.Usage != nil && f.Kind != run.LLM && f.Kind != run.Embedding
	f.Inputs = v.content(dialect.inputs)
	f.Outputs = v.content(dialect.outputs)
	for _, d := range details {
		d.details(v, f)
	}
	v.addRest(f)
	v.metadata, v.parameters = f.Metadata, f.Invocation
	f.Metadata, f.Invocation = r.keep(f.Metadata), r.keep(f.Invocation)
}

// keep copies values to where they stay until the reader forgets them.
func (r *Reader) keep(vs run.Values) run.Values {
	if len(vs) == 0 {
		return nil
	}
	last := len(r.kept) - 1
	if last < 0 || cap(r.kept[last])-len(r.kept[last]) < len(vs) {
		r.kept = append(r.kept, make([]run.Named, 0, keptValues))
		last++
	}
	start := len(r.kept[last])
	r.kept[last] = append(r.kept[last], vs...)
	return run.Values(r.kept[last][start:len(r.kept[last]):len(r.kept[last])])
}

// Forget makes the memory of all that has been read free for what comes next.
func (r *Reader) Forget() {
	for i := range r.kept {
		clear(r.kept[i])
		r.kept[i] = r.kept[i][:0]
	}
	r.kept = r.kept[:min(len(r.kept), 1)]
}

// maxName is the longest name kept: CrewAI names a task by its whole description.
const maxName = 200

func (v *view) runName() string {
	for _, d := range names {
		if n := strings.TrimSpace(d.name(v)); !isBlank(n) {
			return truncate(n, maxName)
		}
	}
	return truncate(v.Name(), maxName)
}

// truncate cuts s to n bytes at most, between runes.
func truncate(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

func (v *view) readModel() (provider, model string) {
	for _, d := range models {
		p, m := d.model(v)
		if provider == "" {
			provider = providerSlug(p)
		}
		if model == "" && !isBlank(m) {
			model = m
		}
	}
	if provider == "" && model != "" {
		provider = providerOfModel(model)
	}
	return provider, model
}

func (v *view) readUsage() *run.Usage {
	c := noCounts
	for _, d := range usages {
		d.usage(v, &c)
	}
	return c.resolve()
}

// content asks the dialects of the kind for inputs or outputs and keeps the first answer.
func (v *view) content(of func(dialect, []byte, *view) []byte) []byte {
	for _, d := range contents(v.kind) {
		v.scratch = of(d, v.scratch[:0], v)
		if len(v.scratch) > len("{}") {
			return bytes.Clone(v.scratch)
		}
	}
	return nil
}

// user returns who the application says its user is.
func (v *view) user() string { return v.label(userKeys...) }

var userKeys = []slot{
	attr("langsmith.metadata.user_id"), attr("langfuse.user.id"), attr("user.id"), attr("enduser.id"),
	attr("ai.telemetry.metadata.userId"), attr("ai.telemetry.metadata.user_id"), attr("ai.settings.context.userId"),
	attr("traceloop.association.properties.user_id"), attr("lmnr.association.properties.user_id"),
	attr("mlflow.trace.user"),
	attr("mastra.metadata.userId"), attr("langwatch.user.id"), attr("gen_ai.user"), attr("llm.user"),
}

// project returns the LangSmith project that the application asks for, on the span or for its whole process.
func (v *view) project() string {
	if p := v.text(kProject, kVercelProject); p != "" {
		return p
	}
	if p, ok := v.Resource.Get("langsmith.trace.session_name"); ok {
		return text(p)
	}
	return ""
}

var (
	kProject       = attr("langsmith.trace.session_name")
	kVercelProject = attr("ai.telemetry.metadata.ls_project_name")
)
