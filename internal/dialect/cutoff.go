// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

// cutOff shows documents that somebody has cut as the text that is left of them: SDKs cut at
// OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT, whatever stands there. It comes last for model calls, when
// nobody has understood anything; everything else takes what it cannot read as text anyway.
type cutOff struct{ silent }

var (
	cutInputs  = []slot{kAIMessages, kAIPrompt, kADKRequest, kRequestData, kRawInput, kEventList}
	cutOutputs = []slot{kAICalls, kOldCalls, kADKResponse, kResponseData}
)

func (cutOff) inputs(b []byte, v *view) []byte {
	if s, ok := v.cut(cutInputs); ok {
		return v.inputAt(b, s)
	}
	return b
}

func (cutOff) outputs(b []byte, v *view) []byte {
	if s, ok := v.cut(cutOutputs); ok {
		return v.outputAt(b, s)
	}
	return b
}

// cut returns the first of the documents that is there and cannot be read.
func (v *view) cut(slots []slot) (slot, bool) {
	for _, s := range slots {
		if v.filled[s] && v.rawAt(s) == "" {
			return s, true
		}
	}
	return 0, false
}
