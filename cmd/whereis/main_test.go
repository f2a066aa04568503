// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRun_printsTheAnswer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/standin/whereis/4bf9" {
			http.Error(w, "No decision on this trace is known.", http.StatusNotFound)
			return
		}
		_, _ = w.Write([]byte("kept\n"))
	}))
	defer server.Close()
	var out strings.Builder
	require.NoError(t, run(server.URL+"/", []string{"4bf9"}, &out))
	assert.Equal(t, "kept\n", out.String())
	require.EqualError(t, run(server.URL, []string{"another/../4bf9"}, &out), "No decision on this trace is known.")
	require.ErrorContains(t, run(server.URL, nil, &out), "name one trace")
	server.Close()
	require.ErrorContains(t, run(server.URL, []string{"4bf9"}, &out), "viewer extension")
}
