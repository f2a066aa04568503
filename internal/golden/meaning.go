// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package golden

import "encoding/json"

// Meaning decodes JSON, and JSON in its texts, whose members may come in any order: that of a tool's arguments says
// nothing. What is no JSON is returned as the text that it is.
func Meaning(content []byte) any {
	var v any
	if len(content) == 0 {
		return nil
	}
	if json.Unmarshal(content, &v) != nil {
		return "no JSON: " + string(content)
	}
	return unfold(v)
}

func unfold(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, item := range v {
			v[k] = unfold(item)
		}
	case []any:
		for i, item := range v {
			v[i] = unfold(item)
		}
	case string:
		var inner any
		if json.Unmarshal([]byte(v), &inner) == nil {
			return unfold(inner)
		}
	}
	return v
}
