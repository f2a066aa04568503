// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/run"
)

const (
	// maxAttachments bounds the files of one run.
	maxAttachments = 100
	// maxAttachmentName is longer than any file name that says something.
	maxAttachmentName = 100
	// otherType is the type of what does not say which it has.
	otherType = "application/octet-stream"
)

var kAttachments = attr("langsmith.attachments")

// attachments reads the files that LangSmith's SDKs put on spans, as a list of {"name","content","mime_type"} with the
// content in base64. What redact has left of a file is no file any more, and is counted.
func (v *view) attachments(f *Fields) {
	if !v.has(kAttachments) {
		return
	}
	leftOut := 0
	names := map[string]bool{}
	for item := range elements(v.raw(kAttachments)) {
		content := memberText(item, "content")
		data, err := base64.StdEncoding.DecodeString(content)
		if err != nil || len(data) == 0 || len(f.Attachments) == maxAttachments {
			leftOut++
			continue
		}
		name := attachmentName(memberText(item, "name"), names)
		names[name] = true
		f.Attachments = append(f.Attachments, run.Attachment{
			Name: name, Type: attachmentType(memberText(item, "mime_type")), Data: data,
		})
	}
	if leftOut > 0 {
		f.meta("attachments_left_out", run.Integer(int64(leftOut)))
	}
}

// attachmentName makes a name that LangSmith takes, and that no other file of the run has: it splits the names of parts
// at dots.
func attachmentName(name string, taken map[string]bool) string {
	clean := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '_'
	}, truncate(name, maxAttachmentName))
	if clean == "" {
		clean = "attachment"
	}
	unique := clean
	for n := 2; taken[unique]; n++ {
		unique = clean + "-" + strconv.Itoa(n)
	}
	return unique
}

// attachmentType returns a MIME type that can stand in a header.
func attachmentType(s string) string {
	kind, rest, found := strings.Cut(s, "/")
	if !found || !isToken(kind) || !isToken(rest) {
		return otherType
	}
	return s
}

// isToken knows the names of registered types (RFC 6838 §4.2).
func isToken(s string) bool {
	if s == "" || len(s) > 127 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		isLetter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !isLetter && !isDigit(c) && strings.IndexByte("!#$&-^_.+", c) < 0 {
			return false
		}
	}
	return true
}
