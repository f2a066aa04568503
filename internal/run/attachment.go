// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package run

// Attachment is a file of a run.
type Attachment struct {
	Name string // letters, digits, dashes and underscores: a part of a form is named after it
	Type string // MIME type
	Data []byte
}
