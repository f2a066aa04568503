// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"encoding/json"
	"strings"
)

// form is a multipart request, put together and checked.
type form struct {
	operations []operation
	feedback   []Feedback
}

// draft is a run while its parts come in.
type draft struct {
	event       string
	wire        wireRun
	attachments []Attachment
}

type assembler struct {
	workspace string
	seen      map[string]bool   // part names
	drafts    map[string]*draft // by event.id
	order     []string
	feedback  []Feedback
}

// assemble puts parts together to runs. A part that belongs to a run comes after the run's own part. One bad run
// fails the request.
func assemble(parts []part, workspace string) (form, *refusal) {
	a := assembler{workspace: workspace, seen: map[string]bool{}, drafts: map[string]*draft{}}
	for i := range parts {
		if refused := a.add(&parts[i]); refused != nil {
			return form{}, refused
		}
	}
	out := form{feedback: a.feedback}
	for _, key := range a.order {
		d := a.drafts[key]
		op, refused := newOperation(&d.wire, d.event == "patch", workspace)
		if refused != nil {
			return form{}, refused
		}
		op.run.Attachments = d.attachments
		out.operations = append(out.operations, op)
	}
	return out, nil
}

func (a *assembler) add(p *part) *refusal {
	name := p.name()
	if a.seen[name] {
		return badRequest("part %s comes twice", name)
	}
	a.seen[name] = true
	switch {
	case p.event == "feedback":
		return a.addFeedback(p)
	case p.event == "attachment":
		return a.addAttachment(p)
	case p.field == "":
		return a.addRun(p)
	default:
		return a.addField(p)
	}
}

func (a *assembler) addRun(p *part) *refusal {
	d := &draft{event: p.event}
	if err := json.Unmarshal(p.body, &d.wire); err != nil {
		return unprocessable("part %s: not a run in JSON", p.name())
	}
	for name, inline := range map[string]json.RawMessage{
		"inputs": d.wire.Inputs, "outputs": d.wire.Outputs, "events": d.wire.Events,
	} {
		if inline != nil {
			return unprocessable("part %s: %s must be sent as a part of its own", p.name(), name)
		}
	}
	if id := strings.ToLower(text(d.wire.ID)); id != "" && id != p.id {
		return badRequest("part %s: id %s does not match the name of the part", p.name(), id)
	}
	a.drafts[p.name()] = d
	a.order = append(a.order, p.name())
	return nil
}

func (a *assembler) addField(p *part) *refusal {
	d := a.drafts[p.event+"."+p.id]
	if d == nil {
		return badRequest("part %s: comes before, or without, part %s.%s", p.name(), p.event, p.id)
	}
	if !json.Valid(p.body) {
		return unprocessable("part %s: not JSON", p.name())
	}
	switch p.field {
	case "inputs":
		d.wire.Inputs = p.body
	case "outputs":
		d.wire.Outputs = p.body
	case "events":
		d.wire.Events = p.body
	case "extra":
		d.wire.Extra = p.body
	case "serialized":
		d.wire.Serialized = p.body
	case "error":
		if json.Unmarshal(p.body, &d.wire.Error) != nil {
			return unprocessable("part %s: must be a JSON string", p.name())
		}
	}
	return nil
}

func (a *assembler) addAttachment(p *part) *refusal {
	d := a.drafts["post."+p.id]
	if d == nil {
		d = a.drafts["patch."+p.id]
	}
	if d == nil {
		return badRequest("part %s: comes before, or without, the part of its run", p.name())
	}
	d.attachments = append(d.attachments, Attachment{Name: p.field, MIMEType: p.media, Size: len(p.body)})
	return nil
}

func (a *assembler) addFeedback(p *part) *refusal {
	f, refused := parseFeedback(p.body, a.workspace)
	if refused != nil {
		return refused
	}
	if f.TraceID == "" {
		return unprocessable("part %s: trace_id: field required", p.name())
	}
	if f.ID == "" {
		f.ID = p.id
	}
	if f.ID != p.id && f.RunID != p.id {
		return badRequest("part %s: is named neither after the feedback nor after its run", p.name())
	}
	a.feedback = append(a.feedback, f)
	return nil
}
