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
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/decision"
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
	later    []chunk // judgements of runs that LangSmith does not know yet
	refused  int
	err      error // of the last post that failed
}

// all sends chunks, each group of what may go together for itself.
func (s *sending) all(ctx context.Context, chunks []chunk) {
	groups, byGroup := groupChunks(chunks)
	for _, g := range groups {
		form, err := encode.FormOf(g.protocol)
		if err != nil {
			s.refuse(ctx, reasonProtocol, byGroup[g], err)
			continue
		}
		maxRuns := s.info.MaxRuns
		if g.protocol == encode.Feedback {
			if s.waits(ctx, byGroup[g]) {
				continue
			}
			maxRuns = 1
		}
		for _, body := range cut(byGroup[g], s.info.MaxBytes-bodyFrame, maxRuns) {
			s.body(ctx, form, body)
		}
	}
}

// cut divides chunks into bodies that LangSmith takes. One that is too large stands alone.
func cut(chunks []chunk, maxBytes, maxRuns int) [][]chunk {
	var bodies [][]chunk
	from, size := 0, 0
	for i := range chunks {
		n := len(chunks[i].data)
		if i > from && (size+n > maxBytes || i-from == maxRuns) {
			bodies = append(bodies, chunks[from:i])
			from, size = i, 0
		}
		size += n
	}
	return append(bodies, chunks[from:])
}

// body sends chunks of one group.
func (s *sending) body(ctx context.Context, form encode.Form, chunks []chunk) {
	if s.stopped || s.left == 0 {
		s.keep(chunks)
		return
	}
	if err := s.post(ctx, form, chunks); err != nil {
		s.failed(ctx, form, chunks, err)
	}
}

// failed decides what becomes of chunks after an attempt at sending them.
func (s *sending) failed(ctx context.Context, form encode.Form, chunks []chunk, err error) {
	if errors.Is(err, errConflict) {
		for i := range chunks {
			s.body(ctx, form, chunks[i:i+1])
		}
		return
	}
	if chunks[0].isFeedback() && isMissing(err) {
		s.runMissing(ctx, chunks, err)
		return
	}
	s.left--
	s.err = err
	e, ok := errors.AsType[*api.Error](err)
	if !ok {
		s.isolate(ctx, form, chunks, reasonEncode)
		return
	}
	switch e.Verdict {
	case api.TooLarge:
		s.tooLarge(ctx, form, chunks)
	case api.Rejected:
		s.isolate(ctx, form, chunks, reasonRejected)
	case api.Retry:
		if e.Status == http.StatusInternalServerError && s.suspect() {
			s.isolate(ctx, form, chunks, reasonServer)
			return
		}
		s.stopped = e.Status == 0 || e.After > 0 // a server that answers 500 may dislike this body only
		s.keep(chunks)
	default:
		s.stopped = true
		s.keep(chunks)
	}
}

// post sends a body, by another endpoint where the server does not know the protocol's own.
func (s *sending) post(ctx context.Context, form encode.Form, chunks []chunk) error {
	fallback, ok := encode.Fallback(chunks[0].group.protocol)
	if !ok {
		return s.request(ctx, form, chunks)
	}
	if s.d.server.batches(s.info, s.now) {
		form = fallback
	}
	err := s.request(ctx, form, chunks)
	if !isMissing(err) {
		return err
	}
	if form == fallback {
		s.d.server.useBatch(false, s.now) // it is not an old server, it is none
		return err
	}
	err = s.request(ctx, fallback, chunks)
	s.d.server.useBatch(!isMissing(err), s.now)
	return err
}

// isMissing reports whether there was nobody at the endpoint.
func isMissing(err error) bool {
	var e *api.Error
	return errors.As(err, &e) && e.Status == http.StatusNotFound
}

func (s *sending) request(ctx context.Context, form encode.Form, chunks []chunk) error {
	g := chunks[0].group
	b, err := form.Body(dataOf(chunks))
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
	s.d.server.accept(g.protocol, s.now, s.d.config.RetryConfig.InitialInterval)
	s.d.health.well(s.d.subject)
	if answer.Status == http.StatusConflict && g.protocol != encode.OTLP && len(chunks) > 1 {
		return errConflict
	}
	if g.protocol == encode.Feedback {
		s.d.counters.feedback(ctx, len(chunks))
		return nil
	}
	lost := 0
	if g.protocol == encode.OTLP {
		lost = min(rejectedSpans(answer.Body), len(chunks))
	}
	s.d.counters.refused(ctx, reasonPartial, lost, errors.New("LangSmith accepted a request without some of its runs"))
	s.d.counters.sent(ctx, len(chunks)-lost, size)
	s.d.watchers.tell(decision.Accepted, "", s.d.subject, chunks)
	return nil
}

// errConflict says that some runs of a native request have been received before (assumptions 10 and 11). Whether LangSmith keeps the others of
// the request is not documented, and so each is sent once more, alone: there a conflict says all. It happens after a
// crash, or when an answer was lost.
var errConflict = errors.New("some of the runs have been received before")

// httpRequest is b in the API's terms. Native runs name their project themselves (assumption 3).
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
func (s *sending) tooLarge(ctx context.Context, form encode.Form, chunks []chunk) {
	if len(chunks) == 1 {
		s.shorten(ctx, form, chunks[0])
		return
	}
	size := 0
	for _, c := range chunks {
		size += len(c.data)
	}
	s.d.server.tooLarge(size)
	s.halves(ctx, form, chunks)
}

// shorten tries a run that is too large by itself in half its size, in a quarter, and so on, and at last without inputs
// and outputs.
func (s *sending) shorten(ctx context.Context, form encode.Form, whole chunk) {
	for limit := min(len(whole.data)/2, s.info.MaxBytes-bodyFrame); ; limit /= 2 {
		if limit < minRunBytes {
			limit = 0
		}
		short := whole
		var ok bool
		if short.data, ok = form.Shorten(whole.data, limit); !ok {
			break
		}
		if s.left == 0 {
			s.keep([]chunk{whole})
			return
		}
		err := s.post(ctx, form, []chunk{short})
		if err == nil {
			if !whole.isFeedback() {
				s.d.counters.shortened(ctx)
			}
			return
		}
		if e, ok := errors.AsType[*api.Error](err); !ok || e.Verdict != api.TooLarge {
			s.failed(ctx, form, []chunk{whole}, err)
			return
		}
		s.left--
		s.err = err
		if limit == 0 {
			break
		}
	}
	s.refuse(ctx, reasonTooLarge, []chunk{whole}, s.err)
}

// isolate halves a body until the run that LangSmith does not take stands alone.
func (s *sending) isolate(ctx context.Context, form encode.Form, chunks []chunk, reason string) {
	switch {
	case len(chunks) > 1:
		s.halves(ctx, form, chunks)
	case reason != reasonServer || s.d.server.takes(chunks[0].group.protocol, s.now):
		s.refuse(ctx, reason, chunks, s.err)
	default:
		s.keep(chunks) // nothing else arrives either: it is not the run
	}
}

// suspect reports whether it is time to look for a run at which the server breaks, as others would wait behind it for
// ever.
func (s *sending) suspect() bool {
	return s.attempts > 0 && s.attempts%suspectAfter == 0
}

func (s *sending) halves(ctx context.Context, form encode.Form, chunks []chunk) {
	middle := len(chunks) / 2
	s.body(ctx, form, chunks[:middle])
	s.body(ctx, form, chunks[middle:])
}

func (s *sending) keep(chunks []chunk) { s.rest = append(s.rest, chunks...) }

func (s *sending) refuse(ctx context.Context, reason string, chunks []chunk, err error) {
	s.refused += len(chunks)
	s.err = err
	s.d.giveUp(ctx, reason, chunks, err)
}

// rejectedSpans reads the answer of an OTLP server, which may be empty or in another form. LangSmith is not known to
// reject any there (assumption 27).
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
