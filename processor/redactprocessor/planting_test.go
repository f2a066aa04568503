// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	logspb "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	tracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/corpus"
)

// plantedRows is how many texts of the corpora are planted.
const plantedRows = 300

// wrapping is a way in which a text stands in another one.
type wrapping struct {
	name string
	in   func(text string) string
	json bool
}

// wrappings are how texts stand in the messages of agents.
var wrappings = []wrapping{
	{"as it is", func(text string) string { return text }, false},
	{"in JSON", func(text string) string { return `{"role":"user","content":` + quotedJSON(text) + `,"n":1}` }, true},
	{"in JSON in JSON", func(text string) string {
		return `[{"type":"text","arguments":` + quotedJSON(`{"input":`+quotedJSON(text)+`}`) + `}]`
	}, true},
	{"in JSON in JSON in JSON", func(text string) string {
		return `{"a":` + quotedJSON(`{"b":`+quotedJSON(`{"c":`+quotedJSON(text)+`}`)+`}`) + `}`
	}, true},
}

func quotedJSON(text string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// shortNeedle is the length up to which a secret may also stand in what surrounds it.
const shortNeedle = 7

// plantable are texts of the corpora with what both readers call a secret, each long enough to be looked for anywhere,
// and that are valid text: OTLP's strings are nothing else.
func plantable(t *testing.T, p *redactProcessor) []canary {
	t.Helper()
	said := corpus.Labels(t)
	var list []canary
	rows := corpus.Rows(t, "../..", corpus.Secrets[:]...)
	rand.New(rand.NewPCG(5, 6)).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	for _, row := range rows {
		label := said[corpus.Hash(row.Value)]
		secrets := label.Secrets(row.Value)
		if len(list) == plantedRows || label.Readers != "SS" || len(secrets) != 1 || len(secrets[0]) <= shortNeedle ||
			strings.ToValidUTF8(row.Value, "") != row.Value || strings.ContainsAny(secrets[0], "\"\\\n<>&\t\u00a0") {
			continue
		}
		if label.Gone(row.Value, redactedText(t, p, row.Value)) {
			list = append(list, canary{row.Rule, func(int) (string, string) { return row.Value, secrets[0] }})
		}
	}
	return list
}

// What is found in a text as it is, is found wherever the text stands in a message, and in JSON within JSON, which
// stays JSON.
func TestTraces_corpusIsGoneEverywhere(t *testing.T) {
	p := started(t, defaults())
	texts := plantable(t, p)
	require.Len(t, texts, plantedRows)
	for _, wrap := range wrappings {
		kept := 0
		for _, form := range texts {
			text, needle := form.plant(0)
			wrapped := canary{form.name, func(int) (string, string) { return wrap.in(text), needle }}
			for _, left := range plantedLeft(t, p, wrapped, wrap.json) {
				t.Errorf("%s, %s: %.400s", wrap.name, form.name, left)
				kept++
				break
			}
		}
		t.Logf("%s: %d of %d kept anywhere", wrap.name, kept, len(texts))
	}
}

// plantedLeft plants the text in every field of spans and of log records and returns the places that still hold it, or
// that held JSON and do no longer.
func plantedLeft(t *testing.T, p *redactProcessor, form canary, isJSON bool) []string {
	t.Helper()
	traces, logs := &tracepb.ExportTraceServiceRequest{}, &logspb.ExportLogsServiceRequest{}
	plantTraces, plantLogs := &planter{canary: form}, &planter{canary: form}
	plantTraces.fill(traces.ProtoReflect(), 0)
	plantLogs.fill(logs.ProtoReflect(), 0)
	in, inLogs := ptraceotlp.NewExportRequest(), plogotlp.NewExportRequest()
	require.NoError(t, in.UnmarshalProto(wireOf(t, traces)))
	require.NoError(t, inLogs.UnmarshalProto(wireOf(t, logs)))
	redactTraces(t, p, in.Traces())
	redactLogs(t, p, inLogs.Logs())

	wire, err := in.MarshalProto()
	require.NoError(t, err)
	require.NoError(t, proto.Unmarshal(wire, traces))
	wire, err = inLogs.MarshalProto()
	require.NoError(t, err)
	require.NoError(t, proto.Unmarshal(wire, logs))
	left := append(survivors(traces.ProtoReflect(), "", plantTraces.needles), survivors(logs.ProtoReflect(), "", plantLogs.needles)...)
	if isJSON {
		left = append(append(left, broken(traces.ProtoReflect(), "")...), broken(logs.ProtoReflect(), "")...)
	}
	return left
}

func wireOf(t *testing.T, m proto.Message) []byte {
	t.Helper()
	wire, err := proto.Marshal(m)
	require.NoError(t, err)
	return wire
}

// broken lists the values of attributes and the bodies of m that look like JSON and are none.
func broken(m protoreflect.Message, path string) []string {
	var found []string
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		at := path + "." + string(f.Name())
		switch {
		case f.IsList() && f.Kind() == protoreflect.MessageKind:
			for i := range v.List().Len() {
				found = append(found, broken(v.List().Get(i).Message(), at)...)
			}
		case !f.IsList() && f.Kind() == protoreflect.MessageKind:
			found = append(found, broken(v.Message(), at)...)
		case f.Name() == "string_value":
			if text := v.String(); isObject(text) && corpus.Unmasked(text) != " " && !json.Valid([]byte(text)) {
				found = append(found, at+": no JSON: "+text)
			}
		}
		return true
	})
	return found
}

// The sites that the planter reaches are those of the canaries.
func TestPlanting_reachesEverySite(t *testing.T) {
	form := written("marker", "marker%d")
	traces, logs := &tracepb.ExportTraceServiceRequest{}, &logspb.ExportLogsServiceRequest{}
	plant := &planter{canary: form}
	plant.fill(traces.ProtoReflect(), 0)
	plant.fill(logs.ProtoReflect(), 0)
	assertPlanted(t, traces.ProtoReflect(), plant, traceSites)
	assertPlanted(t, logs.ProtoReflect(), plant, logSites)
	assert.Greater(t, plant.count, 200)
}
