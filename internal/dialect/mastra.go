// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import "strings"

// mastra is what Mastra's exporters add to genAI and to openInference.
// See https://mastra.ai/docs/observability
type mastra struct{ silent }

var (
	kMastraFirstToken = attr("mastra.completion_start_time")
	_                 = attr("mastra.span.type")
)

func (mastra) details(v *view, f *Fields) {
	f.firstTokenText(v.text(kMastraFirstToken))
	for _, m := range v.fields {
		name, ok := strings.CutPrefix(m.name, "mastra.metadata.")
		if ok && !isHTTPDump(name) {
			f.metaValue(name, m.value)
		}
	}
}

// isHTTPDump reports whether a name holds the provider's raw response, which Mastra keeps as metadata.
func isHTTPDump(name string) bool {
	return name == "headers" || name == "body" || strings.HasPrefix(name, "headers.") || strings.HasPrefix(name, "body.")
}
