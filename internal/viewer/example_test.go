// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package viewer_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/viewer"
)

func ExampleHandler() {
	page := httptest.NewRecorder()
	viewer.Handler().ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/", nil))
	fmt.Println(page.Code, page.Header().Get("Content-Type"))
	fmt.Println(viewer.Serves("/app.js"), viewer.Serves("/runs/query"))
	// Output:
	// 200 text/html; charset=utf-8
	// true false
}
