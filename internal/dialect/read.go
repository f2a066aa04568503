// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"bytes"
	"slices"
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

// Reader reads one span after the other. What the zero value has read stays; if Reuse is set, it is valid until the
// reader forgets it.
type Reader struct {
	Reuse bool
	Room  int // that is left behind the metadata of each span, for what is added to it

	values run.Slab
	usages []run.Usage // the last piece of them
	texts  [][]byte
	at     int // the piece of texts that is being filled
}

const (
	// textPiece is the size of one piece of a reader's memory for inputs and outputs, unless a text is longer.
	textPiece = 64 << 10
	// giantText is the size of a text that is never copied.
	giantText = 256 << 10
	// maxTexts is how much memory is used again. A trace that needs more is a giant.
	maxTexts = 2 << 20
)

// Read fills f, which must be empty, with what all dialects together say about s. Inputs and Outputs are JSON objects of
// their own, not views into the span.
func (r *Reader) Read(s Span, f *Fields) {
	v := newView(s)
	defer v.release()
	f.Kind, f.Name, f.Marked = v.kind, v.runName(), v.marked
	f.Session, f.User, f.Project, f.Example = v.session, v.user(), v.project(), v.text(kExample)
	f.Metadata, f.Invocation = v.metadata, v.parameters
	f.Failure = v.evidence.failure(s)
	f.Provider, f.Model = v.readModel()
	if u, told := v.readUsage(); told {
		f.Usage = r.usage(u)
		f.RollUp = f.Kind != run.LLM && f.Kind != run.Embedding
	}
	f.Inputs = r.text(v, v.content(dialect.inputs))
	f.Outputs = r.text(v, v.content(dialect.outputs))
	for _, d := range details {
		if v.hears(d) {
			d.details(v, f)
		}
	}
	f.Feedback, f.Calls = v.feedback(), v.calls()
	v.attachments(f)
	v.addRest(f)
	v.metadata, v.parameters = f.Metadata, f.Invocation
	f.Metadata, f.Invocation = r.values.Keep(f.Metadata, r.Room), r.values.Keep(f.Invocation, 0)
}

// usage copies u to where it stays until the reader forgets it.
func (r *Reader) usage(u run.Usage) *run.Usage {
	if !r.Reuse {
		return &u
	}
	if len(r.usages) == cap(r.usages) {
		r.usages = make([]run.Usage, 0, min(max(usualUsages, 2*cap(r.usages)), maxUsages))
	}
	r.usages = append(r.usages, u)
	return &r.usages[len(r.usages)-1]
}

const (
	// usualUsages is how many runs of a trace have usage as a rule, at most, and maxUsages how much is used again.
	usualUsages = 32
	maxUsages   = 1024
)

// text copies what has been written to where it stays until the reader forgets it. Giants stay where they are, and the
// view gets other memory.
func (r *Reader) text(v *view, b []byte) []byte {
	n := len(b)
	if n > giantText && cap(b)-n < n/4 {
		v.scratch, v.longest = nil, 0
		return b[:n:n]
	}
	if n == 0 || !r.Reuse || n > giantText {
		return bytes.Clone(b)
	}
	for r.at < len(r.texts) && cap(r.texts[r.at])-len(r.texts[r.at]) < n {
		r.at++
	}
	if r.at == len(r.texts) {
		r.texts = append(r.texts, make([]byte, 0, max(textPiece, n+n/4)))
	}
	r.texts[r.at] = append(r.texts[r.at], b...)
	piece := r.texts[r.at]
	return piece[len(piece)-n : len(piece) : len(piece)]
}

// Forget makes the memory of all that has been read free for what comes next.
func (r *Reader) Forget() {
	if !r.Reuse {
		r.values = run.NewSlab(1)
		return
	}
	r.values.Reset()
	r.usages = r.usages[:0]
	room := 0
	for i, piece := range r.texts {
		if room += cap(piece); room > maxTexts {
			clear(r.texts[i:])
			r.texts = r.texts[:i]
			break
		}
		r.texts[i] = piece[:0]
	}
	r.at = 0
}

// maxName is the longest name kept: CrewAI names a task by its whole description.
const maxName = 200

func (v *view) runName() string {
	for _, d := range names {
		if !v.hears(d) {
			continue
		}
		if n := trimSpace(d.name(v)); !isBlank(n) {
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
		if !v.hears(d) {
			continue
		}
		p, m := d.model(v)
		if provider == "" && p != "" {
			provider = providerSlug(p)
		}
		if model == "" && !isNoModel(m) {
			model = m
		}
	}
	if provider == "" && model != "" {
		provider = providerOfModel(model)
	}
	return provider, model
}

// isNoModel knows the words that stand where a model's name is not known.
func isNoModel(model string) bool {
	return isBlank(model) || strings.EqualFold(model, "unknown") || strings.EqualFold(model, "none")
}

func (v *view) readUsage() (u run.Usage, told bool) {
	v.counts = noCounts
	for _, d := range usages {
		if v.hears(d) {
			d.usage(v, &v.counts)
		}
	}
	return v.counts.resolve(v.kind)
}

// content asks the dialects of the kind for inputs or outputs and returns the first answer, which is valid until the
// next question. A message without a word is an answer only if nobody knows more.
func (v *view) content(of func(dialect, []byte, *view) []byte) []byte {
	if v.longest > giantText { // as a rule it is the content, which would grow there in many steps
		v.scratch = slices.Grow(v.scratch[:0], v.longest+v.longest/16)
	}
	var hollow []byte
	for _, d := range contents(v.kind) {
		if !v.hears(d) {
			continue
		}
		v.scratch = of(d.dialect, v.scratch[:0], v)
		switch {
		case len(v.scratch) <= len("{}"):
		case !isHollow(v.scratch):
			return v.scratch
		case hollow == nil:
			hollow = bytes.Clone(v.scratch)
		}
	}
	return hollow
}

// maxHollow is longer than a message without a word.
const maxHollow = 96

// isHollow reports whether an answer is one message that says nothing.
func isHollow(answer []byte) bool {
	if len(answer) > maxHollow || !bytes.HasPrefix(answer, []byte(`{"messages":[{`)) {
		return false
	}
	messages := member(string(answer), "messages")
	if length(messages) != 1 {
		return false
	}
	for message := range elements(messages) {
		for k, value := range members(message) {
			if k != "role" && !isBlank(value) {
				return false
			}
		}
	}
	return true
}

// user returns who the application says its user is.
func (v *view) user() string {
	if v.told&ofUser == 0 {
		return ""
	}
	return v.label(userKeys...)
}

// UserKeys are the attributes by which applications name their user, the most deliberate first.
func UserKeys() []string { return namesOf(userKeys...) }

var userKeys = attrs(ofUser,
	"langsmith.metadata.user_id", "langfuse.user.id", "user.id", "enduser.id",
	"ai.telemetry.metadata.userId", "ai.telemetry.metadata.user_id", "ai.settings.context.userId",
	"traceloop.association.properties.user_id", "lmnr.association.properties.user_id",
	"mlflow.trace.user",
	"mastra.metadata.userId", "langwatch.user.id", "confident.trace.user_id", "gen_ai.user", "llm.user",
)

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
