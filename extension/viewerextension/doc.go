// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:generate go tool mdatagen metadata.yaml

// Package viewerextension serves a stand-in for LangSmith's ingest API and a page that shows what it received.
//
// It promises to answer only those who ask for it by a loopback name, by an IP address or by a name that the
// configuration gives, and no web page but its own; to hold bounded memory; and to send nothing to anybody. What it
// shows is what the exporter sent, decoded from the wire.
package viewerextension
