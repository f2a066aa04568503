// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	logspb "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	tracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// canary is a text with something to find in it, the same detector's each time but never the same twice.
type canary struct {
	name string
	// plant returns the n-th text, and the part of it that must be gone.
	plant func(n int) (text, needle string)
}

// written makes the n-th canary of a form with one number in it, the needle being the whole of it.
func written(name, form string) canary {
	return canary{name, func(n int) (string, string) {
		text := fmt.Sprintf(form, n)
		return text, text
	}}
}

// around is written with words around the needle that stay.
func around(name, before, form, after string) canary {
	return canary{name, func(n int) (string, string) {
		needle := fmt.Sprintf(form, n)
		return before + needle + after, needle
	}}
}

// canaries are planted in every text of a message: at least one for each way in which detectors work, in a form that
// must be known wherever it stands.
var canaries = []canary{
	written("e-mail", "canary%d@leak-test.org"),
	written("percent-encoded e-mail", "canary%d%%40leak-test.org"),
	written("vendor", "gh"+"p_"+"cAnArY%032d"),
	around("header", "Authorization: Bearer ", "cAnArY%024dxYz", ""),
	around("cookie", "Cookie: sid=", "cAnArY%024dxYz", "; theme=dark"),
	around("assignment", "password=", "cAnArY%dx!", ""),
	around("escaped JSON", `{"a":"{\"password\":\"`, "cAnArY%dx!", `\"}"}`),
	around("URL", "https://bob:", "cAnArY%dx", "@db.leak-test.org/x"),
	around("query", "https://leak-test.org/x?access_token=", "cAnArY%024dxYz", "&a=1"),
	around("prose", "my password is ", "cAnArY%dx!", ", ok?"),
	around("command", "curl -u bob:", "cAnArY%dx!", " https://leak-test.org"),
	around("private key", "-----BEGIN "+"PRIVATE KEY-----\n", "cAnArY%064d", "\n-----END PRIVATE KEY-----"),
	around("manifest", "kind: Secret\ndata:\n  a: ", "cAnArY%dx", "\n"),
	{"base64", func(n int) (string, string) {
		text := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "bob:cAnArY%05dx", n))
		return text, text
	}},
	{"card", func(n int) (string, string) {
		text := withCheckDigit(fmt.Sprintf("424242%09d", n))
		return text, text
	}},
	written("phone", "+1415555%04d"),
	around("social security", "SSN ", "219-09-%04d", ""),
	written("address", "8.8.7.%d"),
	around("custom", "the ticket ", "TKT-%06d", " was closed"),
}

// withCheckDigit appends the digit of ISO/IEC 7812-1 to digits.
func withCheckDigit(digits string) string {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			d = d*2%10 + d/5
		}
		sum += d
	}
	return digits + strconv.Itoa((10-sum%10)%10)
}

// maxCanaries keeps numbers within an octet of an address, and within four digits.
const maxCanaries = 200

// planter fills every field of a message by reflection, so that a field that OTLP gains is planted without anybody's
// doing.
type planter struct {
	canary
	count   int
	needles map[string]bool
}

// maxPlanted bounds the recursion of AnyValue, which may hold itself.
const maxPlanted = 14

func (p *planter) text() string {
	p.count++
	text, needle := p.plant(10 + p.count%maxCanaries)
	if p.needles == nil {
		p.needles = map[string]bool{}
	}
	p.needles[needle] = true
	return text
}

func (p *planter) fill(m protoreflect.Message, depth int) {
	if depth > maxPlanted {
		return
	}
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		if o := f.ContainingOneof(); o != nil && m.WhichOneof(o) != nil {
			continue
		}
		if f.IsList() {
			p.list(m.Mutable(f).List(), f, depth)
			continue
		}
		if v, ok := p.scalar(f); ok {
			m.Set(f, v)
		} else if f.Kind() == protoreflect.MessageKind {
			p.fill(m.Mutable(f).Message(), depth+1)
		}
	}
}

func (p *planter) scalar(f protoreflect.FieldDescriptor) (protoreflect.Value, bool) {
	switch {
	case f.Kind() == protoreflect.StringKind:
		return protoreflect.ValueOfString(p.text()), true
	case f.Kind() == protoreflect.BytesKind && f.Name() == "trace_id":
		return protoreflect.ValueOfBytes([]byte("0123456789abcdef")), true
	case f.Kind() == protoreflect.BytesKind && strings.HasSuffix(string(f.Name()), "span_id"):
		return protoreflect.ValueOfBytes([]byte("01234567")), true
	case f.Kind() == protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte(p.text())), true
	case f.Name() == "int_value" || f.Name() == "double_value":
		return p.number(f)
	}
	return protoreflect.Value{}, false
}

// number plants what is a number by itself.
func (p *planter) number(f protoreflect.FieldDescriptor) (protoreflect.Value, bool) {
	n, err := strconv.ParseInt(p.text(), 10, 64)
	switch {
	case err != nil:
		return protoreflect.Value{}, false
	case f.Kind() == protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(float64(n)), true
	}
	return protoreflect.ValueOfInt64(n), true
}

// list plants one item of each kind that an item can be.
func (p *planter) list(l protoreflect.List, f protoreflect.FieldDescriptor, depth int) {
	if v, ok := p.scalar(f); ok {
		l.Append(v)
		return
	}
	if f.Kind() != protoreflect.MessageKind {
		return
	}
	variants := 1
	if value := f.Message().Fields().ByName("value"); value != nil && value.Kind() == protoreflect.MessageKind {
		variants = value.Message().Fields().Len() // one attribute for each type of AnyValue
	}
	for variant := range variants {
		item := l.NewElement()
		if variants > 1 {
			p.attribute(item.Message(), variant, depth)
		} else {
			p.fill(item.Message(), depth+1)
		}
		l.Append(item)
	}
}

// attribute plants a key and a value of the given type.
func (p *planter) attribute(m protoreflect.Message, variant, depth int) {
	m.Set(m.Descriptor().Fields().ByName("key"), protoreflect.ValueOfString(p.text()))
	if depth > maxPlanted-4 {
		return
	}
	value := m.Mutable(m.Descriptor().Fields().ByName("value")).Message()
	f := value.Descriptor().Fields().Get(variant)
	if v, ok := p.scalar(f); ok {
		value.Set(f, v)
	} else if f.Kind() == protoreflect.MessageKind {
		p.fill(value.Mutable(f).Message(), depth+6) // one level of nesting is enough to be walked into
	}
}

// survivors lists the fields of m that still hold one of the needles.
func survivors(m protoreflect.Message, path string, needles map[string]bool) []string {
	var found []string
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		at := path + "." + string(f.Name())
		switch {
		case f.IsList():
			for i := range v.List().Len() {
				found = append(found, survivor(f, v.List().Get(i), at, needles)...)
			}
		default:
			found = append(found, survivor(f, v, at, needles)...)
		}
		return true
	})
	return found
}

func survivor(f protoreflect.FieldDescriptor, v protoreflect.Value, at string, needles map[string]bool) []string {
	text := ""
	switch f.Kind() {
	case protoreflect.MessageKind:
		return survivors(v.Message(), at, needles)
	case protoreflect.StringKind:
		text = v.String()
	case protoreflect.BytesKind:
		text = string(v.Bytes())
	case protoreflect.Int64Kind:
		text = strconv.FormatInt(v.Int(), 10)
	case protoreflect.DoubleKind:
		text = strconv.FormatFloat(v.Float(), 'f', -1, 64)
	}
	for needle := range needles {
		if strings.Contains(text, needle) {
			return []string{at + ": " + text}
		}
	}
	return nil
}

// withTickets has a pattern of its own beside the defaults.
func withTickets(t *testing.T) *redactProcessor {
	t.Helper()
	cfg := defaults()
	cfg.Custom = []CustomConfig{{ID: "ticket", Pattern: `TKT-[0-9]{6}`}}
	return started(t, cfg)
}

// sites are fields of OTLP in which texts stand, each by a part of its path. The planter must have been there.
var traceSites = []string{
	"resource.attributes.key", "resource.attributes.value.string_value", "resource.entity_refs.schema_url",
	".resource_spans.schema_url", "scope.name", "scope.version", "scope.attributes.key",
	"scope_spans.schema_url", "spans.name", "spans.trace_state", "spans.attributes.key", "spans.status.message",
	"spans.attributes.value.array_value", "spans.attributes.value.kvlist_value.values.key",
	"spans.attributes.value.bytes_value", "events.name", "events.attributes.key", "links.trace_state", "links.attributes.key",
}

var logSites = []string{
	"log_records.body", "log_records.severity_text", "log_records.event_name", "log_records.attributes.key",
	"log_records.attributes.value.kvlist_value", "scope_logs.schema_url", "resource.attributes.value.array_value",
}

// assertPlanted makes sure that the planter reached all sites before anything was redacted.
func assertPlanted(t *testing.T, m protoreflect.Message, plant *planter, sites []string) {
	t.Helper()
	planted := strings.Join(survivors(m, "", plant.needles), "\n")
	for _, site := range sites {
		assert.Contains(t, planted, site)
	}
}

func TestTraces_noPlantedTextSurvives(t *testing.T) {
	p := withTickets(t)
	for _, form := range canaries {
		plant := &planter{canary: form}
		request := &tracepb.ExportTraceServiceRequest{}
		plant.fill(request.ProtoReflect(), 0)
		require.Greater(t, plant.count, 100)
		assertPlanted(t, request.ProtoReflect(), plant, traceSites)
		if form.name == "card" {
			assertPlanted(t, request.ProtoReflect(), plant, []string{"attributes.value.int_value", "attributes.value.double_value"})
		}
		wire, err := proto.Marshal(request)
		require.NoError(t, err)
		in := ptraceotlp.NewExportRequest()
		require.NoError(t, in.UnmarshalProto(wire))

		redactTraces(t, p, in.Traces())

		wire, err = ptraceotlp.NewExportRequestFromTraces(in.Traces()).MarshalProto()
		require.NoError(t, err)
		out := &tracepb.ExportTraceServiceRequest{}
		require.NoError(t, proto.Unmarshal(wire, out))
		assert.Empty(t, survivors(out.ProtoReflect(), "", plant.needles), form.name)
	}
}

func TestLogs_noPlantedTextSurvives(t *testing.T) {
	p := withTickets(t)
	for _, form := range canaries {
		plant := &planter{canary: form}
		request := &logspb.ExportLogsServiceRequest{}
		plant.fill(request.ProtoReflect(), 0)
		assertPlanted(t, request.ProtoReflect(), plant, logSites)
		wire, err := proto.Marshal(request)
		require.NoError(t, err)
		in := plogotlp.NewExportRequest()
		require.NoError(t, in.UnmarshalProto(wire))

		redactLogs(t, p, in.Logs())

		wire, err = plogotlp.NewExportRequestFromLogs(in.Logs()).MarshalProto()
		require.NoError(t, err)
		out := &logspb.ExportLogsServiceRequest{}
		require.NoError(t, proto.Unmarshal(wire, out))
		assert.Empty(t, survivors(out.ProtoReflect(), "", plant.needles), form.name)
	}
}

// everyWay are processors that together use every setting.
func everyWay(t testing.TB) map[string]*redactProcessor {
	t.Helper()
	ways := map[string]*redactProcessor{}
	add := func(name string, change func(*Config)) {
		cfg := defaults()
		change(cfg)
		ways[name] = started(t, cfg)
	}
	add("default", func(*Config) {})
	add("hash", func(c *Config) { c.Detect = Actions{"personal": actionHash, "jwt": actionDrop} })
	add("length", func(c *Config) { require.NoError(t, c.Content.UnmarshalText([]byte(contentLength))) })
	add("drop", func(c *Config) { require.NoError(t, c.Content.UnmarshalText([]byte(contentDrop))) })
	add("cut", func(c *Config) { c.MaxValue, c.Summary, c.Stacktrace = 300, true, stackDrop })
	add("per tenant", func(c *Config) { c.Hash.PerTenant = true })
	return ways
}

func TestTraces_twiceIsOnce(t *testing.T) {
	for name, p := range everyWay(t) {
		for _, file := range fixtures(t, "*/*.json") {
			t.Run(name+" "+file, func(t *testing.T) {
				once := redactTraces(t, p, readTraces(t, file))
				before := tracesText(t, once)
				assert.Equal(t, before, tracesText(t, redactTraces(t, p, once)))
			})
		}
	}
}

// What was JSON stays JSON under every setting, wherever an attribute is left at all.
func TestTraces_validJSONStaysValid(t *testing.T) {
	for name, p := range everyWay(t) {
		compared := 0
		for _, file := range fixtures(t, "*/*.json") {
			t.Run(name+" "+file, func(t *testing.T) {
				before, after := jsonTexts(readTraces(t, file)), allTexts(redactTraces(t, p, readTraces(t, file)))
				for key, text := range before {
					if now, ok := after[key]; ok && !json.Valid([]byte(now)) {
						t.Errorf("%s: was %.300s, is %.300s", key, text, now)
					}
					compared++
				}
			})
		}
		assert.Greater(t, compared, 1000, name)
	}
}

// jsonTexts are the objects and arrays among the texts of spans.
func jsonTexts(td ptrace.Traces) map[string]string {
	texts := allTexts(td)
	for key, text := range texts {
		if !isObject(text) || !json.Valid([]byte(text)) {
			delete(texts, key)
		}
	}
	return texts
}

// allTexts are the texts of spans by place.
func allTexts(td ptrace.Traces) map[string]string {
	texts := map[string]string{}
	add := func(place string, m pcommon.Map) {
		for key, val := range m.All() {
			if val.Type() == pcommon.ValueTypeStr {
				texts[place+"/"+key] = val.Str()
			}
		}
	}
	for i, rs := range td.ResourceSpans().All() {
		for j, ss := range rs.ScopeSpans().All() {
			for k, s := range ss.Spans().All() {
				place := fmt.Sprint(i, j, k)
				add(place, s.Attributes())
				for n, e := range s.Events().All() {
					add(fmt.Sprint(place, "event", n), e.Attributes())
				}
			}
		}
	}
	return texts
}

func TestLogs_bodyOfEveryType(t *testing.T) {
	p := started(t, defaults())
	ld := plog.NewLogs()
	records := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	records.AppendEmpty().Body().SetStr("mail to canary@leak-test.org")
	records.AppendEmpty().Body().SetEmptyBytes().FromRaw([]byte("\x00\xffcanary@leak-test.org\x00"))
	records.AppendEmpty().Body().SetInt(4242424242424242)
	records.AppendEmpty().Body().SetDouble(4242424242424242)
	m := records.AppendEmpty().Body().SetEmptyMap()
	m.PutEmptySlice("list").AppendEmpty().SetStr("canary@leak-test.org")
	m.PutEmptyMap("credentials").PutInt("pin", 12345)
	m.PutStr("canary@leak-test.org", "a")
	m.PutStr("canary2@leak-test.org", "b")

	redactLogs(t, p, ld)

	wire, err := (&plog.JSONMarshaler{}).MarshalLogs(ld)
	require.NoError(t, err)
	assertAbsent(t, string(wire), "canary", "4242", "12345")
	assert.Equal(t, "\x00\xff[REDACTED:email]\x00", string(records.At(1).Body().Bytes().AsRaw()), "bytes stay bytes")
	assert.Equal(t, map[string]any{
		"list": []any{"[REDACTED:email]"}, "credentials": map[string]any{"pin": "[REDACTED:secret_value]"},
		"[REDACTED:email]": "a", "[REDACTED:email]#2": "b",
	}, records.At(4).Body().Map().AsRaw())
}

func TestTraces_shapeStays(t *testing.T) {
	p := started(t, defaults())
	td := ptrace.NewTraces()
	span := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	require.NoError(t, span.Attributes().FromRaw(map[string]any{
		"int": int64(1763800000000), "bool": true, "double": 0.5, "list": []any{int64(1), "a", false},
		"map":                       map[string]any{"k": []byte{1, 2}},
		"gen_ai.usage.input_tokens": int64(12345678), "gen_ai.request.max_tokens": int64(4096), "empty": "",
	}))
	want := span.Attributes().AsRaw()
	redactTraces(t, p, td)
	assert.Equal(t, want, span.Attributes().AsRaw())
}
