// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"encoding/json"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/redactprocessor/internal/walk"
)

// contentEntry deals with an entry of a span or record whose content does not leave, and tells whether that settles
// what becomes of it.
func (r *redactor) contentEntry(at *walk.Place, key string, info *keyInfo, val pcommon.Value) (walk.Verdict, bool) {
	event := at.Event
	if event == "" {
		event = r.now.event
	}
	switch at.Site {
	case walk.SpanAttribute, walk.LogAttribute, walk.EventAttribute:
		if info.bag && val.Type() == pcommon.ValueTypeStr {
			return r.labelsOnly(at, val)
		}
		if info.stack || info.content.holdsContent(val) {
			return r.withoutContent(at, info.input || isPast(event), val), true
		}
		if at.Site == walk.SpanAttribute || !isMessageEvent(event) {
			return walk.Verdict{}, false
		}
	case walk.LogBody:
		if !isMessageEvent(event) {
			return r.bodyMember(at, key, info, val)
		}
	default:
		return walk.Verdict{}, false
	}
	return r.messagePart(at, key, event, val)
}

// bodyMember deals with a member of a body that is not known to be a message. Words like message and data, which
// every log has, do not make it content.
func (r *redactor) bodyMember(at *walk.Place, key string, info *keyInfo, val pcommon.Value) (walk.Verdict, bool) {
	switch {
	case key == "":
		return walk.Verdict{}, false
	case info.bag && val.Type() == pcommon.ValueTypeStr:
		return r.labelsOnly(at, val)
	case info.stack || info.content > maybeContent && info.content.holdsContent(val):
		return r.withoutContent(at, info.input, val), true
	}
	return walk.Verdict{}, false
}

// messagePart deals with a part of a message that is known to be one by the name of its event only.
func (r *redactor) messagePart(at *walk.Place, key, event string, val pcommon.Value) (walk.Verdict, bool) {
	switch {
	case openEventKeys[key] || isNamespaced(key):
		return walk.Verdict{}, false
	case isHolder(val) && (key == "" || holderKeys[key] || counts(keyWords(key))):
		return walk.Verdict{}, false // what is in it is judged by its own keys
	case isCount(val):
		return walk.Verdict{}, false
	}
	return r.withoutContent(at, isPast(event), val), true
}

// isNamespaced tells attributes of conventions, which are judged by name, from members of a message.
func isNamespaced(key string) bool {
	return len(key) > 7 && (key[:7] == "gen_ai." || key[:7] == "server.") || key == "error.type"
}

func isCount(val pcommon.Value) bool {
	switch val.Type() {
	case pcommon.ValueTypeInt, pcommon.ValueTypeDouble, pcommon.ValueTypeBool, pcommon.ValueTypeEmpty:
		return true
	}
	return false
}

// isHolder tells whether a value holds nothing but maps.
func isHolder(val pcommon.Value) bool {
	switch val.Type() {
	case pcommon.ValueTypeMap:
		return true
	case pcommon.ValueTypeSlice:
		for _, item := range val.Slice().All() {
			if item.Type() != pcommon.ValueTypeMap {
				return false
			}
		}
		return true
	}
	return false
}

// isPast tells whether the message of an event is one that was given to a model: what it says of failures is history.
func isPast(event string) bool {
	switch event {
	case "gen_ai.system.message", "gen_ai.user.message", "gen_ai.assistant.message", "gen_ai.tool.message",
		"gen_ai.content.prompt":
		return true
	}
	return false
}

// labelsOnly leaves of metadata what is short. Frameworks put whole prompts and answers there.
func (r *redactor) labelsOnly(at *walk.Place, val pcommon.Value) (walk.Verdict, bool) {
	text, ok := r.bagWithoutContent(val.Str())
	if !ok {
		return r.withoutContent(at, false, val), true
	}
	if text != val.Str() {
		r.tally.count(groupContent, at.Site, r.now.content)
		val.SetStr(text)
	}
	return walk.Verdict{}, false
}

// withoutContent drops or measures a value.
func (r *redactor) withoutContent(at *walk.Place, past bool, val pcommon.Value) walk.Verdict {
	text := val.AsString()
	if text == "" || isContentNote(text) {
		return walk.Verdict{Do: walk.Keep}
	}
	usage := ""
	if !past {
		r.now.evidence.look(text)
		usage = usageOf(text)
	}
	verdict := walk.Verdict{Do: walk.Remove}
	switch {
	case usage != "" && r.isUsageOnly(text, usage):
		return walk.Verdict{Do: walk.Keep}
	case usage != "":
		verdict = walk.Verdict{Do: walk.Set, New: r.withUsage(usage, len(text))}
	case r.now.content == contentLength:
		verdict = walk.Verdict{Do: walk.Set, New: contentNote(len(text))}
		if isObject(text) || val.Type() == pcommon.ValueTypeStr && json.Valid([]byte(text)) {
			verdict.New = `"` + verdict.New + `"` // JSON stays JSON
		}
	}
	r.tally.count(groupContent, at.Site, r.now.content)
	return verdict
}

// isObject tells whether a text is an object or array of JSON, by its ends.
func isObject(text string) bool {
	text = strings.TrimSpace(text)
	return len(text) > 1 && (text[0] == '{' && text[len(text)-1] == '}' || text[0] == '[' && text[len(text)-1] == ']')
}
