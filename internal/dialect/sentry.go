// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

// sentry is the content of Sentry's SDKs, which write the names of older conventions of their own. All else they say in
// those of genAI.
// See https://docs.sentry.io/platforms/python/tracing/instrumentation/custom-instrumentation/ai-agents-module/
type sentry struct{ silent }

var (
	kSentryMessages = attr("gen_ai.request.messages")
	kSentryText     = attr("gen_ai.response.text")
	kSentryCalls    = attr("gen_ai.response.tool_calls")
	kSentryTools    = attr("gen_ai.request.available_tools")
	kSentryInput    = attr("gen_ai.tool.input")
	kSentryOutput   = attr("gen_ai.tool.output")
)

func (sentry) inputs(b []byte, v *view) []byte {
	switch {
	case v.has(kSentryInput):
		return v.inputAt(b, kSentryInput)
	case isArray(v.raw(kSentryMessages)):
		return appendMessages(b, v.system(), v.raw(kSentryMessages))
	case v.has(kSentryMessages):
		return v.inputAt(b, kSentryMessages)
	}
	return b
}

// outputs joins the texts of an answer, which may be a list or stand alone, with the calls beside them.
func (sentry) outputs(b []byte, v *view) []byte {
	text := v.raw(kSentryText)
	switch {
	case v.has(kSentryOutput):
		return v.outputAt(b, kSentryOutput)
	case areItems(text) && !v.has(kSentryCalls):
		return appendMessages(b, "", text)
	case !v.has(kSentryText, kSentryCalls):
		return b
	}
	m := message{role: "assistant"}
	switch {
	case isArray(text):
		m.readContent(text)
	case v.has(kSentryText):
		m.readContent(quote(v.label(kSentryText)))
	}
	for call := range elements(v.raw(kSentryCalls)) {
		if isString(call) {
			call = parse(unquote(call))
		}
		m.calls = append(m.calls, readCall(call))
	}
	if m.isNothing() {
		return b
	}
	return append(m.append(append(b, `{"messages":[`...)), "]}"...)
}
