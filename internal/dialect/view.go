// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

// slot is the place of a known attribute in a view. Each dialect names the attributes that it reads, once, at start.
type slot int

// known gives each attribute that some dialect reads its slot.
var known = map[string]slot{}

// slotWords gives each slot the word that its name begins with.
var slotWords []words

// slotInterests says who wants to know whether a slot is filled.
var slotInterests []interest

// attrs registers attributes that somebody asks for together.
func attrs(of interest, names ...string) []slot {
	slots := make([]slot, len(names))
	for i, name := range names {
		slots[i] = attr(name)
		slotInterests[slots[i]] |= of
	}
	return slots
}

// attr registers an attribute that a dialect reads. Several dialects may read the same.
func attr(name string) slot {
	if s, ok := known[name]; ok {
		return s
	}
	s := slot(len(known))
	known[name] = s
	slotWords = append(slotWords, wordsOf(name))
	slotInterests = append(slotInterests, 0)
	return s
}

// view is one span, sorted: known attributes by slot, flattened lists by their numbers, the rest as it came. It lives
// as long as one call of Read and its parts are views into the span.
type view struct {
	Span
	summary

	slots

	others
	eventLists

	metadata, parameters run.Values // memory for what is being read
	counts               counts
	buffers
}

// summary is what all attributes and events together tell.
type summary struct {
	kind     run.Kind
	words    words    // that attributes begin with
	told     interest // who finds something
	longest  int      // text among all attributes
	session  string
	signals  signals
	evidence evidence
	marked   bool    // by sampling
	spent    float64 // in US dollars, as events tell
}

// buffers are what texts are written into, before they are kept.
type buffers struct {
	scratch []byte // inputs, outputs, lists of tools
	spare   []byte // values while one of these is being written
}

// others is the attributes that have no place of their own.
type others struct {
	indexed []indexed
	fields  []field // of families of names: metadata of users
	rest    []field // that no dialect knows
}

// eventLists is the events that mean something, by what they tell.
type eventLists struct {
	messages []ptrace.SpanEvent // older conventions: one event per message
	choices  []ptrace.SpanEvent
	found    []ptrace.SpanEvent // by a vector database
	judged   []ptrace.SpanEvent
	called   []ptrace.SpanEvent // tools, whose calls have no span
}

// slots is the known attributes, each in its own place.
type slots struct {
	values []pcommon.Value
	filled []bool
	used   []slot
	raws   []string // in JSON, as far as somebody has asked
	parsed []bool
}

// field is an attribute that has no slot.
type field struct {
	*key
	value pcommon.Value
}

// indexed is one attribute of a flattened list, like llm.input_messages.1.message.tool_calls.0.tool_call.id: the
// list, the number in it, and the second number with the names before and behind it.
type indexed struct {
	list          list
	n, m          int
	before, after string
	value         pcommon.Value
}

// list is a family of attributes that flatten a list into numbered names.
type list uint8

// The flattened lists.
const (
	noList list = iota
	inputMessages
	outputMessages
	promptMessages
	completionMessages
	documentList
	rerankedList
	rankedList
	embeddingList
	toolList
	functionList
	promptTexts
	choiceTexts
	foundVectors
	evaluations // and all behind it are judgements
	annotations
	traceEvaluations
	traceAnnotations
	sessionEvaluations
	sessionAnnotations
)

var lists = map[string]list{
	"braintrust.input":          promptMessages,
	"braintrust.output":         completionMessages,
	"llm.input_messages":        inputMessages,
	"llm.output_messages":       outputMessages,
	"gen_ai.prompt":             promptMessages,
	"gen_ai.completion":         completionMessages,
	"retrieval.documents":       documentList,
	"reranker.output_documents": rerankedList,
	"reranker.input_documents":  rankedList,
	"embedding.embeddings":      embeddingList,
	"llm.tools":                 toolList,
	"llm.request.functions":     functionList,
	"llm.prompts":               promptTexts,
	"llm.choices":               choiceTexts,
	"db.vector.query.result":    foundVectors,
	"evaluations":               evaluations,
	"annotations":               annotations,
	"trace.evaluations":         traceEvaluations,
	"trace.annotations":         traceAnnotations,
	"session.evaluations":       sessionEvaluations,
	"session.annotations":       sessionAnnotations,
}

var listWords = func() (all [sessionAnnotations + 1]words) {
	for name, l := range lists {
		all[l] |= wordsOf(name)
	}
	return all
}()

// maxIndexDigits bounds the numbers in names. They are sorted by and never allocated for.
const maxIndexDigits = 9

var views = sync.Pool{New: func() any { return &view{} }}

func newView(s Span) *view {
	v := views.Get().(*view)
	if len(v.values) < len(known) {
		v.values = make([]pcommon.Value, len(known))
		v.filled = make([]bool, len(known))
		v.raws = make([]string, len(known))
		v.parsed = make([]bool, len(known))
	}
	v.Span, v.words = s, anything
	for name, value := range s.Attributes().All() {
		k := keyOf(name)
		v.marked = v.marked || k.mark
		if !isEmpty(value) {
			v.add(k, value)
		}
	}
	v.kind = v.signals.kind(s)
	v.readEvents(s.Events())
	v.session = v.conversation()
	slices.SortStableFunc(v.indexed, compareIndexed)
	return v
}

// release forgets the span, so that a pooled view keeps no payload alive.
func (v *view) release() {
	for _, s := range v.used {
		v.values[s], v.filled[s] = pcommon.Value{}, false
		v.raws[s], v.parsed[s] = "", false
	}
	v.used = v.used[:0]
	v.Span = Span{}
	v.summary = summary{}
	v.indexed, v.fields, v.rest = emptied(v.indexed), emptied(v.fields), emptied(v.rest)
	v.messages, v.choices, v.found = emptied(v.messages), emptied(v.choices), emptied(v.found)
	v.judged, v.called = emptied(v.judged), emptied(v.called)
	v.metadata, v.parameters = emptied(v.metadata), emptied(v.parameters)
	v.scratch, v.spare = bounded(v.scratch), bounded(v.spare)
	views.Put(v)
}

// emptied returns the memory of s without what is in it.
func emptied[S ~[]T, T any](s S) S {
	clear(s)
	return s[:0]
}

// maxKeptBuffer is the largest buffer that a pooled view keeps: most spans are far smaller.
const maxKeptBuffer = 1 << 20

func bounded(b []byte) []byte {
	if cap(b) > maxKeptBuffer {
		return nil
	}
	return b[:0]
}

func (v *view) add(k *key, value pcommon.Value) {
	v.longest = max(v.longest, len(text(value)))
	v.words |= k.words
	v.told |= k.told
	if k.branch != noBranch {
		v.signals.addFilled(k.branch, k.name, value)
	}
	if k.failure {
		v.evidence.attribute(k.name, value, v.Scope)
	}
	if k.slot != noSlot {
		v.setFilled(k.slot, value)
	}
	switch k.place {
	case inFamily:
		v.fields = append(v.fields, field{k, value})
	case inList:
		v.indexed = append(v.indexed, k.item)
		v.indexed[len(v.indexed)-1].value = value
	case inRest:
		v.rest = append(v.rest, field{k, value})
	}
}

// set keeps the first filled value: the attribute before an event that repeats it.
func (v *view) set(s slot, value pcommon.Value) {
	if !isEmpty(value) {
		v.setFilled(s, value)
	}
}

func (v *view) setFilled(s slot, value pcommon.Value) {
	if v.filled[s] {
		return
	}
	v.values[s], v.filled[s] = value, true
	v.used = append(v.used, s)
	v.words |= slotWords[s]
	v.told |= slotInterests[s]
}

// isEmpty reports whether a value is there in name only.
func isEmpty(v pcommon.Value) bool {
	switch v.Type() {
	case pcommon.ValueTypeEmpty:
		return true
	case pcommon.ValueTypeStr:
		return isBlank(v.Str())
	case pcommon.ValueTypeSlice:
		return v.Slice().Len() == 0
	case pcommon.ValueTypeMap:
		return v.Map().Len() == 0
	case pcommon.ValueTypeBytes:
		return v.Bytes().Len() == 0
	}
	return false
}

// readIndexed reads names like llm.prompts.0.prompt.text and reports whether k is one of a flattened list. One whose
// number is none of an item's stands in no list.
func readIndexed(k string) (item indexed, ok bool) {
	i := firstNumber(k)
	if i < 0 {
		return item, false
	}
	l, ok := lists[k[:i-1]]
	if !ok {
		return item, false
	}
	n, rest, ok := cutNumber(k[i:])
	if !ok {
		return item, true
	}
	item = indexed{list: l, n: n, m: -1, before: rest}
	if j := firstNumber(rest); j > 0 {
		if m, after, ok := cutNumber(rest[j:]); ok {
			item.m, item.before, item.after = m, rest[:j-1], after
		}
	}
	return item, true
}

// firstNumber returns the index of the first segment that starts with a digit, behind a dot, or -1.
func firstNumber(k string) int {
	for i := 1; i < len(k); i++ {
		if k[i-1] == '.' && isDigit(k[i]) {
			return i
		}
	}
	return -1
}

// cutNumber splits "12.message.role" into 12 and "message.role".
func cutNumber(s string) (int, string, bool) {
	number, rest, _ := strings.Cut(s, ".")
	if len(number) > maxIndexDigits {
		return 0, "", false
	}
	n, err := strconv.Atoi(number)
	return n, rest, err == nil && n >= 0
}

func compareIndexed(a, b indexed) int {
	return cmp.Or(
		cmp.Compare(a.list, b.list), cmp.Compare(a.n, b.n), cmp.Compare(a.before, b.before), cmp.Compare(a.m, b.m),
	)
}

// items returns the entries of a flattened list, in order.
func (v *view) items(l list) []indexed {
	start, _ := slices.BinarySearchFunc(v.indexed, l, func(e indexed, l list) int { return cmp.Compare(e.list, l) })
	end := start
	for end < len(v.indexed) && v.indexed[end].list == l {
		end++
	}
	return v.indexed[start:end]
}

// groups splits the entries of a list by their first number.
func groups(entries []indexed, yield func(item []indexed)) {
	for len(entries) > 0 {
		end := 1
		for end < len(entries) && entries[end].n == entries[0].n {
			end++
		}
		yield(entries[:end])
		entries = entries[end:]
	}
}

// has reports whether any of the attributes is there and filled.
func (v *view) has(slots ...slot) bool {
	for _, s := range slots {
		if v.filled[s] {
			return true
		}
	}
	return false
}

// text returns the first of the attributes that is a filled string.
func (v *view) text(slots ...slot) string {
	for _, s := range slots {
		if v.filled[s] {
			if t := text(v.values[s]); t != "" {
				return t
			}
		}
	}
	return ""
}

// label is text for identifiers, which arrive as numbers too.
func (v *view) label(slots ...slot) string {
	for _, s := range slots {
		if v.filled[s] {
			if t := identifier(v.values[s]); t != "" {
				return t
			}
		}
	}
	return ""
}

// raw returns the first of the attributes that holds JSON, as text or as a structured value, in JSON.
func (v *view) raw(slots ...slot) string {
	for _, s := range slots {
		if v.filled[s] {
			if raw := v.rawAt(s); raw != "" {
				return raw
			}
		}
	}
	return ""
}

// rawAt is rawOf for an attribute: several dialects look at the same, and it is read once.
func (v *view) rawAt(s slot) string {
	if !v.parsed[s] {
		v.parsed[s] = true
		v.raws[s] = v.rawOf(v.values[s])
	}
	return v.raws[s]
}

func (v *view) rawOf(value pcommon.Value) string {
	switch value.Type() {
	case pcommon.ValueTypeStr:
		return parse(value.Str())
	case pcommon.ValueTypeBytes:
		return parse(string(value.Bytes().AsRaw()))
	case pcommon.ValueTypeMap:
		v.spare = appendAny(v.spare[:0], value, 0)
		return string(v.spare)
	case pcommon.ValueTypeSlice:
		v.spare = appendAny(v.spare[:0], value, 0)
		return v.joined(string(v.spare))
	}
	return ""
}

// joined takes the quotes off the items of a list that are all objects in JSON: an array of OpenTelemetry holds texts.
// Any other list is returned as it is.
func (v *view) joined(list string) string {
	v.spare = append(v.spare[:0], '[')
	for item := range elements(list) {
		object := ""
		if isString(item) {
			object = parse(unquote(item))
		}
		if !isObject(object) {
			return list
		}
		v.spare = append(appendComma(v.spare), object...)
	}
	return string(append(v.spare, ']'))
}
