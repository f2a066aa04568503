// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package viewerextension

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// guard lets through who asks for the viewer by a name that is its own. A web page elsewhere that makes its own name
// resolve to this machine (DNS rebinding) asks by that name; one that posts across origins says where it is from.
func guard(cfg *Config, next http.Handler) http.Handler {
	names := slices.Clone(cfg.AllowedHosts)
	if host, _, err := net.SplitHostPort(cfg.Endpoint); err == nil && host != "" {
		names = append(names, host)
	}
	for i := range names {
		names[i] = strings.ToLower(names[i])
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
		switch {
		case !knownHost(r.Host, names):
			http.Error(w, "the viewer is not served under this host name; see its setting allowed_hosts", http.StatusForbidden)
		case foreignOrigin(r):
			http.Error(w, "the viewer takes no requests from other web pages", http.StatusForbidden)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// knownHost accepts loopback names, addresses and the names given. An address cannot be rebound.
func knownHost(hostport string, names []string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") || slices.Contains(names, host) {
		return true
	}
	_, err := netip.ParseAddr(host)
	return err == nil
}

// foreignOrigin reports that a browser sent the request for a page that is not the viewer's.
func foreignOrigin(r *http.Request) bool {
	if r.Header.Get("Sec-Fetch-Site") == "cross-site" && r.Header.Get("Sec-Fetch-Mode") != "navigate" {
		return true
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return false
	}
	u, err := url.Parse(origin)
	return err != nil || !strings.EqualFold(u.Host, r.Host)
}
