// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package viewer is the page that shows runs: plain HTML, CSS and JavaScript, embedded, without a build step.
//
// The page asks only its own origin, by LangSmith's API, and puts data into the document as text, never as markup.
// Its content security policy forbids everything else, inline scripts included.
package viewer

import (
	"embed"
	"io/fs"
	"net/http"
	"path"
)

//go:embed assets
var embedded embed.FS

// policy allows what comes from the page's own origin, and no more.
const policy = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"

// Serves reports whether path is the page or a part of it.
func Serves(name string) bool {
	_, ok := asset(name)
	return ok
}

// asset returns where the file for a path is. Directories are not listed.
func asset(name string) (string, bool) {
	if name == "/" {
		name = "/index.html"
	}
	file := "assets" + path.Clean(name)
	info, err := fs.Stat(embedded, file)
	return file, err == nil && !info.IsDir()
}

// Handler serves the page and its parts.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		file, ok := asset(r.URL.Path)
		if !ok {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "the page is only read", http.StatusMethodNotAllowed)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		// The next build may have another page under the same address.
		h.Set("Cache-Control", "no-cache")
		http.ServeFileFS(w, r, embedded, file)
	})
}
