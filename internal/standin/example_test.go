// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/standin"
)

// A child that comes before its parent is not shown, and the OTel trace id is not LangSmith's.
func Example() {
	server := standin.New(standin.Options{})
	send := func(span string) {
		body := `{"resourceSpans":[{"scopeSpans":[{"spans":[` + span + `]}]}]}`
		r := httptest.NewRequest(http.MethodPost, "/otel/v1/traces", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		server.ServeHTTP(httptest.NewRecorder(), r)
	}
	const trace = `"traceId":"0af7651916cd43dd8448eb211c80319c",`

	send(`{` + trace + `"spanId":"00f067aa0ba902b8","parentSpanId":"00f067aa0ba902b7","name":"child"}`)
	fmt.Println(len(server.Runs()), "runs,", server.Summary().OrphansWaiting, "waits")

	send(`{` + trace + `"spanId":"00f067aa0ba902b7","name":"root"}`)
	for _, run := range server.Runs() {
		fmt.Println(run.Name, run.TraceID)
	}
	// Output:
	// 0 runs, 1 waits
	// root 00000000-0000-0000-00f0-67aa0ba902b7
	// child 00000000-0000-0000-00f0-67aa0ba902b7
}
