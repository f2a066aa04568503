// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"encoding/json"
	"time"
)

// The types of a run, as LangSmith's API has them.
const (
	typeLLM       = "llm"
	typeChain     = "chain"
	typeTool      = "tool"
	typeRetriever = "retriever"
	typeEmbedding = "embedding"
	typePrompt    = "prompt"
	typeParser    = "parser"
)

const (
	statusSuccess = "success"
	statusError   = "error"
	statusPending = "pending"
)

func isRunType(s string) bool {
	switch s {
	case typeLLM, typeChain, typeTool, typeRetriever, typeEmbedding, typePrompt, typeParser:
		return true
	}
	return false
}

// Run is a run as it is stored. Ids are UUIDs in lower case, "" where there is none; the JSON fields are nil where
// nothing came.
type Run struct {
	Place
	Content
	Usage

	Name        string
	Type        string
	Status      string
	Error       string
	Start, End  time.Time // zero when unknown
	FirstToken  time.Time // of the first new_token event
	Tags        []string
	ExampleID   string // reference_example_id
	Attachments []Attachment
}

// Place says where a run belongs.
type Place struct {
	ID          string
	TraceID     string
	ParentID    string // "" for a root
	DottedOrder string
	Workspace   string // the X-Tenant-Id that it came with
	ProjectID   string
	Project     string
}

// Content is what a run holds, each field as JSON.
type Content struct {
	Inputs     json.RawMessage
	Outputs    json.RawMessage
	Events     json.RawMessage
	Extra      json.RawMessage
	Serialized json.RawMessage
}

// Usage is a run's own tokens; those of the runs below are not in it.
type Usage struct {
	PromptTokens     int64
	CompletionTokens int64
	TotalTokens      int64
}

// Attachment is a file of a run. Its content is not kept.
type Attachment struct {
	Name     string `json:"name"`
	MIMEType string `json:"mime_type"`
	Size     int    `json:"size"`
}

// Metadata returns extra.metadata; nil when there is none.
func (r *Run) Metadata() map[string]any {
	var extra struct {
		Metadata map[string]any `json:"metadata"`
	}
	if json.Unmarshal(r.Extra, &extra) != nil {
		return nil
	}
	return extra.Metadata
}

// IsRoot reports that the run has no parent.
func (r *Run) IsRoot() bool { return r.ParentID == "" }

// runOverhead is what a run costs beside its content: the struct, its strings, its places in the maps.
const runOverhead = 1 << 10

func (r *Run) size() int64 {
	n := len(r.Inputs) + len(r.Outputs) + len(r.Events) + len(r.Extra) + len(r.Serialized)
	n += len(r.Name) + len(r.Error) + len(r.DottedOrder)
	for _, t := range r.Tags {
		n += len(t)
	}
	return int64(n + runOverhead)
}

// usageOf reads usage_metadata where LangSmith looks for it: in the outputs, else in the metadata.
func usageOf(r *Run) Usage {
	var outputs, extra struct {
		UsageMetadata *usageWire `json:"usage_metadata"`
		Metadata      struct {
			UsageMetadata *usageWire `json:"usage_metadata"`
		} `json:"metadata"`
	}
	if json.Unmarshal(r.Outputs, &outputs) == nil && outputs.UsageMetadata != nil {
		return outputs.UsageMetadata.usage()
	}
	if json.Unmarshal(r.Extra, &extra) == nil && extra.Metadata.UsageMetadata != nil {
		return extra.Metadata.UsageMetadata.usage()
	}
	return Usage{}
}

type usageWire struct {
	Input  int64 `json:"input_tokens"`
	Output int64 `json:"output_tokens"`
	Total  int64 `json:"total_tokens"`
}

func (u *usageWire) usage() Usage {
	total := u.Total
	if total == 0 {
		total = u.Input + u.Output
	}
	return Usage{PromptTokens: u.Input, CompletionTokens: u.Output, TotalTokens: total}
}
