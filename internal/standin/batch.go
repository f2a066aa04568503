// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"encoding/json"
	"mime"
	"net/http"
)

// postBatch takes {"post":[run…],"patch":[run…]}, everything inline.
func (s *Server) postBatch(sub *submission) (answer, *refusal) {
	if media, _, err := mime.ParseMediaType(sub.r.Header.Get("Content-Type")); err != nil || media != mediaJSON {
		return answer{}, refuse(http.StatusUnsupportedMediaType, "Unsupported Content-Type: must be application/json")
	}
	var batch struct {
		Post  []wireRun `json:"post"`
		Patch []wireRun `json:"patch"`
	}
	if json.Unmarshal(sub.body, &batch) != nil {
		return answer{}, unprocessable("body: not a batch of runs in JSON")
	}
	ops := make([]operation, 0, len(batch.Post)+len(batch.Patch))
	for i := range batch.Post {
		op, refused := newOperation(&batch.Post[i], false, sub.workspace)
		if refused != nil {
			return answer{}, refused
		}
		ops = append(ops, op)
	}
	for i := range batch.Patch {
		op, refused := newOperation(&batch.Patch[i], true, sub.workspace)
		if refused != nil {
			return answer{}, refused
		}
		ops = append(ops, op)
	}
	if refused := s.apply(ops); refused != nil {
		return answer{}, refused
	}
	return queued(), nil
}
