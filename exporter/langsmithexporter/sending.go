// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/api"
	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/encode"
)

const (
	// maxPosts bounds the requests of one push that fail. Finding one bad run among a hundred takes about fifteen; what is
	// undecided when the bound is reached is tried again later, and by then there is less of it.
	maxPosts = 64
	// suspectAfter is after how many answers of 500 a body is halved to find the run that causes them: some minutes, so
	// that an ordinary outage is over.
	suspectAfter = 10
	// suspectFor is how fresh the proof must be that the server takes other runs.
	suspectFor = 10 * time.Minute
	// minRunBytes is where shortening ends: no server in use takes less than nginx's 1 MiB, and what is left of a run then
	// says little.
	minRunBytes = 64 << 10
	// minBodyBytes is the least that a server's 413 can teach: below it the limit is not the body's.
	minBodyBytes = 256 << 10
)

// sending is one push on its way: it halves what LangSmith refuses until the bad runs stand alone.
type sending struct {
	d    *destination
	now  time.Time
	left int // posts that may still fail

	info     api.Info
	attempts int  // that have failed before this one
	stopped  bool // the next request would fare no better
	rest     []chunk
	refused  int
	err      error // of the last post that failed
}

// all sends chunks, each group of what may go together for itself.
func (s *sending) all(ctx context.Context, chunks []chunk) {
	groups, byGroup := groupChunks(chunks)
	for _, g := range groups {
		enc, err := encode.For(g.protocol)
		if err != nil {
			s.refuse(ctx, reasonProtocol, g, byGroup[g], err)
			continue
		}
		for _, body := range cut(byGroup[g], s.info.MaxBytes-bodyFrame, s.info.MaxRuns) {
			s.body(ctx, enc, g, body)
		}
	}
}

// cut divides chunks into bodies that LangSmith takes. One that is too large stands alone.
func cut(chunks [][]byte, maxBytes, maxRuns int) [][][]byte {
	var bodies [][][]byte
	from, size := 0, 0
	for i, c := range chunks {
		if i > from && (size+len(c) > maxBytes || i-from == maxRuns) {
			bodies = append(bodies, chunks[from:i])
			from, size = i, 0
		}
		size += len(c)
	}
	return append(bodies, chunks[from:])
}

func (s *sending) body(ctx context.Context, enc encode.Encoder, g group, chunks [][]byte) {
	if s.stopped || s.left == 0 {
		s.keep(g, chunks)
		return
	}
	if err := s.post(ctx, enc, g, chunks); err != nil {
		s.failed(ctx, enc, g, chunks, err)
	}
}

// failed decides what becomes of chunks after an attempt at sending them.
func (s *sending) failed(ctx context.Context, enc encode.Encoder, g group, chunks [][]byte, err error) {
	if errors.Is(err, errConflict) {
		for i := range chunks {
			s.body(ctx, enc, g, chunks[i:i+1])
		}
		return
	}
	s.left--
	s.err = err
	e, ok := errors.AsType[*api.Error](err)
	if !ok {
		s.isolate(ctx, enc, g, chunks, reasonEncode)
		return
	}
	switch e.Verdict {
	case api.TooLarge:
		s.tooLarge(ctx, enc, g, chunks)
	case api.Rejected:
		s.isolate(ctx, enc, g, chunks, reasonRejected)
	case api.Retry:
		if e.Status == http.StatusInternalServerError && s.suspect() {
			s.isolate(ctx, enc, g, chunks, reasonServer)
			return
		}
		s.stopped = e.Status == 0 || e.After > 0 // a server that answers 500 may dislike this body only
		s.keep(g, chunks)
	default:
		s.stopped = true
		s.keep(g, chunks)
	}
}

// post sends a body, by another endpoint where the server does not know the protocol's own.
func (s *sending) post(ctx context.Context, enc encode.Encoder, g group, chunks [][]byte) error {
	fallback, ok := encode.Fallback(g.protocol)
	if !ok {
		return s.request(ctx, enc, g, chunks)
	}
	if s.d.server.batches(s.info, s.now) {
		enc = fallback
	}
	err := s.request(ctx, enc, g, chunks)
	if !isMissing(err) {
		return err
	}
	if enc == fallback {
		s.d.server.useBatch(false, s.now) // it is not an old server, it is none
		return err
	}
	err = s.request(ctx, fallback, g, chunks)
	s.d.server.useBatch(!isMissing(err), s.now)
	return err
}

// isMissing reports whether there was nobody at the endpoint.
func isMissing(err error) bool {
	var e *api.Error
	return errors.As(err, &e) && e.Status == http.StatusNotFound
}

func (s *sending) request(ctx context.Context, enc encode.Encoder, g group, chunks [][]byte) error {
	b, err := enc.Body(chunks)
	if err != nil {
		return err
	}
	size := b.Size
	b, err = s.d.compressors.compress(compression(s.d.config.ClientConfig.Compression, b.Path, s.info), b)
	if err != nil {
		return err
	}
	s.d.pacers.wait(ctx, b.Path)
	answer, err := s.d.server.client.Post(ctx, s.now, httpRequest(b, g))
	s.d.counters.request(ctx, answer.Status)
	if err != nil {
		return err
	}
	s.d.accepted.Store(s.now.UnixNano())
	s.d.health.well(s.d.subject)
	if answer.Status == http.StatusConflict && g.protocol != encode.OTLP && len(chunks) > 1 {
		return errConflict
	}
	lost := 0
	if g.protocol == encode.OTLP {
		lost = min(rejectedSpans(answer.Body), len(chunks))
	}
	s.d.counters.refused(ctx, reasonPartial, lost, errors.New("LangSmith accepted a request without some of its runs"))
	s.d.counters.sent(ctx, len(chunks)-lost, size)
	return nil
}

// errConflict says that some runs of a native request have been received before. Whether LangSmith keeps the others of
// the request is not documented, and so each is sent once more, alone: there a conflict says all. It happens after a
// crash, or when an answer was lost.
var errConflict = errors.New("some of the runs have been received before")

// httpRequest is b in the API's terms. Native runs name their project themselves.
func httpRequest(b encode.Body, g group) api.Request {
	r := api.Request{
		Path: b.Path, ContentType: b.ContentType, Parts: b.Parts, Size: b.Size, Encoding: string(b.Encoding),
	}
	if g.protocol == encode.OTLP {
		r.Project = g.project
	} else {
		r.Plain = b.Plain
	}
	return r
}

// tooLarge halves a body, and remembers that this server takes less. A run that is too large by itself is shortened.
func (s *sending) tooLarge(ctx context.Context, enc encode.Encoder, g group, chunks [][]byte) {
	if len(chunks) == 1 {
		s.shorten(ctx, enc, g, chunks[0])
		return
	}
	size := 0
	for _, c := range chunks {
		size += len(c)
	}
	s.d.server.tooLarge(size)
	s.halves(ctx, enc, g, chunks)
}

// shorten tries a run that is too large by itself in half its size, in a quarter, and so on, and at last without inputs
// and outputs.
func (s *sending) shorten(ctx context.Context, enc encode.Encoder, g group, whole []byte) {
	for limit := min(len(whole)/2, s.info.MaxBytes-bodyFrame); ; limit /= 2 {
		if limit < minRunBytes {
			limit = 0
		}
		short, ok := enc.Shorten(whole, limit)
		if !ok {
			break
		}
		if s.left == 0 {
			s.keep(g, [][]byte{whole})
			return
		}
		err := s.post(ctx, enc, g, [][]byte{short})
		if err == nil {
			s.d.counters.shortened(ctx)
			return
		}
		if e, ok := errors.AsType[*api.Error](err); !ok || e.Verdict != api.TooLarge {
			s.failed(ctx, enc, g, [][]byte{whole}, err)
			return
		}
		s.left--
		s.err = err
		if limit == 0 {
			break
		}
	}
	s.refuse(ctx, reasonTooLarge, g, [][]byte{whole}, s.err)
}

// isolate halves a body until the run that LangSmith does not take stands alone.
func (s *sending) isolate(ctx context.Context, enc encode.Encoder, g group, chunks [][]byte, reason string) {
	switch {
	case len(chunks) > 1:
		s.halves(ctx, enc, g, chunks)
	case reason != reasonServer || s.now.Sub(time.Unix(0, s.d.accepted.Load())) <= suspectFor:
		s.refuse(ctx, reason, g, chunks, s.err)
	default:
		s.keep(g, chunks) // nothing else arrives either: it is not the run
	}
}

// suspect reports whether it is time to look for a run at which the server breaks, as others would wait behind it for
// ever.
func (s *sending) suspect() bool {
	return s.attempts > 0 && s.attempts%suspectAfter == 0
}

func (s *sending) halves(ctx context.Context, enc encode.Encoder, g group, chunks [][]byte) {
	middle := len(chunks) / 2
	s.body(ctx, enc, g, chunks[:middle])
	s.body(ctx, enc, g, chunks[middle:])
}

func (s *sending) keep(g group, chunks [][]byte) {
	for _, data := range chunks {
		s.rest = append(s.rest, chunk{group: g, data: data})
	}
}

func (s *sending) refuse(ctx context.Context, reason string, g group, chunks [][]byte, err error) {
	s.refused += len(chunks)
	s.err = err
	bad := make([]chunk, len(chunks))
	for i, data := range chunks {
		bad[i] = chunk{group: g, data: data}
	}
	s.d.giveUp(ctx, reason, bad, err)
}

// rejectedSpans reads the answer of an OTLP server, which may be empty or in another form.
func rejectedSpans(answer []byte) int {
	if len(answer) == 0 || strings.HasPrefix(string(answer[:1]), "{") {
		return 0
	}
	resp := ptraceotlp.NewExportResponse()
	if err := resp.UnmarshalProto(answer); err != nil {
		return 0
	}
	return int(max(resp.PartialSuccess().RejectedSpans(), 0))
}
