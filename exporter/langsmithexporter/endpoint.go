// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// validateScheme wants a key and a prompt to travel encrypted, unless somebody has said twice that they need not.
func (c *Config) validateScheme(u *url.URL) error {
	if u.Scheme == "http" && !isLoopback(u) && !c.ClientConfig.TLS.Insecure {
		return errors.New("must be https, unless the host is this one; tls::insecure sends in the clear all the same")
	}
	return nil
}

// addedPaths are what documentation of other clients tells people to write, the longer ones first.
var addedPaths = []string{
	"/otel/v1/traces", "/otel/v1/logs", "/otel/v1/metrics", "/otel/v1", "/otel", "/v1/traces", "/v1/logs", "/v1/metrics",
	"/runs/multipart", "/runs/batch", "/runs",
}

// selfHostedPath is where a self-hosted installation has its API, below whatever path it has itself.
const selfHostedPath = "/api/v1"

// parseEndpoint reads the URL below which the ingest API lies, and says what to write instead of what others want here.
func parseEndpoint(s string) (*url.URL, error) {
	s = cleanEndpoint(s)
	if s == "" {
		return nil, fmt.Errorf("must not be empty: write %q", defaultEndpoint)
	}
	if !strings.Contains(s, "://") {
		return nil, fmt.Errorf("has no scheme: write %q", "https://"+s)
	}
	u, err := url.Parse(s)
	if err != nil {
		return nil, errors.New("is not a URL") // the error would quote it, credentials included
	}
	if (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
		return nil, fmt.Errorf("must be an https URL, has scheme %q and host %q: write %q", u.Scheme, u.Host, "https://"+u.Host)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("must have neither user, query nor fragment: the key belongs into api_key")
	}
	if isCloud(u) {
		return u, checkCloud(u)
	}
	return u, checkPath(u, s)
}

// checkPath explains what is too much for an endpoint outside LangSmith's cloud.
func checkPath(u *url.URL, s string) error {
	base, tail := withoutAdded(s)
	root, times := withoutAPI(base)
	right := root + selfHostedPath
	if isLoopback(u) && times < 2 { // a stand-in needs no path
		right = base
	}
	switch {
	case tail != "":
		return fmt.Errorf("must not end in %q, which the exporter adds: write %q", tail, right)
	case times > 1:
		return fmt.Errorf("must not end in %q: write %q", s[len(root):], right)
	}
	return nil
}

// withoutAPI takes the path of the API off, and says how often it was there.
func withoutAPI(base string) (root string, times int) {
	for {
		cut, found := strings.CutSuffix(strings.TrimSuffix(base, "/v1"), "/api")
		if !found {
			return base, times
		}
		base, times = strings.TrimRight(cut, "/"), times+1
	}
}

// withoutAdded takes off what the exporter adds, as often as it is there: other exporters add it to what was complete.
func withoutAdded(s string) (base, tail string) {
	base = s
	for again := true; again; {
		again = false
		for _, added := range addedPaths {
			if cut, found := strings.CutSuffix(base, added); found {
				base, again = strings.TrimRight(cut, "/"), true
			}
		}
	}
	return base, s[len(base):]
}

// cloudDomain is LangSmith's own. Its API has a host of its own in each region, and the page for people another.
// See https://docs.langchain.com/langsmith/create-account-api-key
const cloudDomain = "smith.langchain.com"

func isCloud(u *url.URL) bool {
	host := strings.ToLower(u.Hostname())
	return host == cloudDomain || strings.HasSuffix(host, "."+cloudDomain)
}

// checkCloud explains what is taken from the browser, from other clients, or from a self-hosted installation.
func checkCloud(u *url.URL) error {
	host := strings.ToLower(u.Hostname())
	if page, ok := strings.CutSuffix(host, cloudDomain); ok && !strings.Contains("."+page, ".api.") {
		return fmt.Errorf("is the page for people: write %q", "https://"+page+"api."+cloudDomain)
	}
	if u.Scheme != "https" {
		return fmt.Errorf("must be https: write %q", "https://"+host)
	}
	if path := strings.Trim(u.Path, "/"); path != "" {
		if path == "eu" || path == "apac" || path == "aws" {
			host = path + "." + host
		}
		return fmt.Errorf("must have no path in LangSmith's cloud, has %q: write %q", u.Path, "https://"+host)
	}
	return nil
}

// hint returns what is worth a warning at start, or nothing: a self-hosted installation has its API below a path, but
// what stands before it may hide that.
func hint(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil || isLoopback(u) || isCloud(u) || strings.Contains(u.Path+"/", selfHostedPath+"/") {
		return ""
	}
	root, _ := withoutAPI(endpoint)
	return "a self-hosted LangSmith has its API below /api/v1: if nothing arrives, write " + root + selfHostedPath
}

// keyHint returns what is worth a warning about a key, or nothing. It says nothing of the key but its kind.
func keyHint(key string) string {
	switch {
	case strings.HasPrefix(key, "lsv2_pt_"):
		return "is a personal token, which ends with the account of its owner: a service key (lsv2_sk_) does not"
	case strings.HasPrefix(key, "ls__"):
		return "is of a kind that LangSmith has not accepted since October 2024"
	}
	return ""
}

func cleanEndpoint(s string) string {
	return strings.TrimRight(strings.Trim(s, " \t\r\n\"'"), "/")
}

func isLoopback(u *url.URL) bool {
	host := u.Hostname()
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
