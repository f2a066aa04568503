// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package viewer

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func get(method, path string) *http.Response {
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w.Result()
}

// assets returns every file of the page by name.
func assets(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, fs.WalkDir(embedded, "assets", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(embedded, name)
		files[path.Base(name)] = string(b)
		return err
	}))
	return files
}

func TestHandler_servesEveryAssetWithTheHeaders(t *testing.T) {
	types := map[string]string{
		".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
	}
	for name, body := range assets(t) {
		url := "/" + name
		if name == "index.html" {
			url = "/"
		}
		require.True(t, Serves(url), url)
		r := get("GET", url)
		assert.Equal(t, 200, r.StatusCode, url)
		assert.Equal(t, types[path.Ext(name)], r.Header.Get("Content-Type"), url)
		assert.Equal(t, "nosniff", r.Header.Get("X-Content-Type-Options"))
		assert.Equal(t, "no-cache", r.Header.Get("Cache-Control"))
		assert.True(t, strings.HasPrefix(r.Header.Get("Content-Security-Policy"), "default-src 'self';"))
		assert.EqualValues(t, len(body), r.ContentLength, url)
	}
}

func TestHandler_nothingElse(t *testing.T) {
	for _, name := range []string{"/assets", "/assets/app.js", "/..", "/../viewer.go", "/x", "", "//app.js/.."} {
		assert.False(t, Serves(name), name)
	}
	assert.Equal(t, 404, get("GET", "/x").StatusCode)
	assert.Equal(t, 405, get("POST", "/").StatusCode)
	assert.Equal(t, 200, get("HEAD", "/app.js").StatusCode)
}

// The page must work under its own policy, and what a trace says must never become markup or a request.
func TestAssets_keepToThePolicy(t *testing.T) {
	f := func(names, pattern, why string) {
		t.Helper()
		re := regexp.MustCompile(pattern)
		for name, body := range assets(t) {
			if path.Ext(name) == names {
				assert.Empty(t, re.FindString(body), "%s: %s", name, why)
			}
		}
	}
	f(".js", `innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment`, "data is text")
	f(".js", `\beval\b|new Function|setTimeout\("`, "no code from text")
	f(".js", `https?://[^1]`, "no request to another origin")
	f(".html", `<style|\sstyle=|\son\w+=|<script(?: type="module")?>`, "nothing inline")
	f(".html", `(?:src|href)="(?:https?:)?//`, "no request to another origin")
	f(".css", `@import|url\(`, "no request at all")
}

func TestAssets_emptyPageTellsTheTwoLines(t *testing.T) {
	list := assets(t)["list.js"]
	assert.Contains(t, list, `"export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318"`)
	assert.Contains(t, list, `"export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"`)
}

func TestAssets_modulesImportWhatIsThere(t *testing.T) {
	files := assets(t)
	imports := regexp.MustCompile(`from "\./([\w.]+)"`)
	for name, body := range files {
		for _, found := range imports.FindAllStringSubmatch(body, -1) {
			assert.Contains(t, files, found[1], "imported by %s", name)
		}
	}
}
