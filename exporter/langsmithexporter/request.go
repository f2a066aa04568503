// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/exporter/exporterhelper/xexporterhelper"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/encode"
)

// chunk is one encoded run, or a judgement of one, with where it goes to within its destination.
type chunk struct {
	group group
	since int64 // Unix seconds when it was queued
	data  []byte
}

func (c *chunk) isFeedback() bool { return c.group.protocol == encode.Feedback }

// split returns runs and judgements apart. Mostly there are only runs.
func split(chunks []chunk) (runs, feedback []chunk) {
	if !slices.ContainsFunc(chunks, func(c chunk) bool { return c.isFeedback() }) {
		return chunks, nil
	}
	for _, c := range chunks {
		if c.isFeedback() {
			feedback = append(feedback, c)
		} else {
			runs = append(runs, c)
		}
	}
	return runs, feedback
}

// dataOf returns the bytes of chunks.
func dataOf(chunks []chunk) [][]byte {
	data := make([][]byte, len(chunks))
	for i := range chunks {
		data[i] = chunks[i].data
	}
	return data
}

// group is what a request may hold together.
type group struct {
	protocol encode.Protocol
	project  string
}

// request is what waits in a queue: encoded runs of one destination. It merges and splits by their true size, and a
// run larger than any limit stands alone.
type request struct {
	chunks   []chunk
	bytes    int
	attempts int // that have failed, of what is left of a request
}

var _ xexporterhelper.RequestErrorHandler = (*request)(nil)

func newRequest(chunks []chunk) *request {
	r := &request{chunks: slices.Clip(chunks)}
	for _, c := range chunks {
		r.bytes += len(c.data)
	}
	return r
}

func (r *request) append(c chunk) {
	r.chunks = append(r.chunks, c)
	r.bytes += len(c.data)
}

// ItemsCount is the number of runs, and of judgements.
func (r *request) ItemsCount() int { return len(r.chunks) }

// BytesSize is the size of the runs as they will be sent, before compression.
func (r *request) BytesSize() int { return r.bytes }

// MergeSplit adds other's runs to r's and cuts where a request would grow beyond maxSize. The order stays, parents
// before children, and so the last request may be larger than others: nothing depends on that but how well the batcher
// fills them. Judgements stay with the run before them.
func (r *request) MergeSplit(
	_ context.Context, maxSize int, szt exporterhelper.RequestSizerType, other xexporterhelper.Request,
) ([]xexporterhelper.Request, error) {
	all := r
	if other != nil {
		o, ok := other.(*request)
		if !ok {
			return nil, fmt.Errorf("merge requests: not one of ours: %T", other)
		}
		all.chunks = append(all.chunks, o.chunks...)
		all.bytes += o.bytes
	}
	if maxSize <= 0 || sizeBy(szt, all) <= maxSize {
		return []xexporterhelper.Request{all}, nil
	}
	var out []xexporterhelper.Request
	part := &request{}
	for _, c := range all.chunks {
		one := request{bytes: len(c.data), chunks: []chunk{c}}
		if len(part.chunks) > 0 && !c.isFeedback() && sizeBy(szt, part)+sizeBy(szt, &one) > maxSize {
			out, part = append(out, part), &request{}
		}
		part.append(c)
	}
	return append(out, part), nil
}

func sizeBy(szt exporterhelper.RequestSizerType, r *request) int {
	switch szt {
	case exporterhelper.RequestSizerTypeBytes:
		return r.bytes
	case exporterhelper.RequestSizerTypeItems:
		return len(r.chunks)
	}
	return 1
}

// unsentError says which runs have not been accepted, so that those alone are tried again.
type unsentError struct {
	err   error
	rest  []chunk
	after time.Duration // how long to wait, where somebody has said; zero is as long as the settings say
}

// forCore is e as the core's retry understands it.
func (e *unsentError) forCore() error {
	if e.after > 0 {
		return exporterhelper.NewThrottleRetry(e, e.after)
	}
	return e
}

func (e *unsentError) Error() string { return e.err.Error() }
func (e *unsentError) Unwrap() error { return e.err }

// OnError returns what is left to be sent.
func (r *request) OnError(err error) xexporterhelper.Request {
	if e, ok := errors.AsType[*unsentError](err); ok {
		rest := newRequest(e.rest)
		rest.attempts = r.attempts + 1
		return rest
	}
	return r
}
