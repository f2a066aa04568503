// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"cmp"
	"context"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/config/configcompression"
	"go.uber.org/zap"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/api"
	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/encode"
)

const (
	// infoFresh is how long an answer of /info is taken for true: servers are upgraded now and then.
	infoFresh = time.Hour
	// infoAgain is the time to the next question when there was no answer.
	infoAgain = time.Minute
	// infoTimeout bounds how long the first request waits for /info. All works without it.
	infoTimeout = 5 * time.Second
	// batchFor is how long a server that did not know /runs/multipart is spared the question.
	batchFor = time.Hour
	// bodyFrame is what a body has beside its runs, at the most.
	bodyFrame = 128
)

// server is what is known of the server of a destination.
type server struct {
	logger *zap.Logger
	client *api.Client

	asking chan struct{} // holds one while somebody asks
	info   atomic.Pointer[knownInfo]

	gate gate

	bodyBytes atomic.Int64 // what a 413 has taught; zero is nothing
	batchTil  atomic.Int64 // Unix nanoseconds

	accepted [encode.Feedback + 1]atomic.Int64 // by protocol, Unix nanoseconds of the last success
}

func newServer(logger *zap.Logger) *server {
	return &server{logger: logger, asking: make(chan struct{}, 1)}
}

// accept notes a success. After a silence it is the end of an outage, and nobody waits any longer; while a server takes
// one thing and not another, waiting is right.
func (s *server) accept(p encode.Protocol, now time.Time, silence time.Duration) {
	last := s.accepted[p].Swap(now.UnixNano())
	if now.Sub(time.Unix(0, last)) >= silence {
		s.gate.open()
	}
}

// takes reports whether the server has taken something of that protocol not long ago: what it does not take then is to
// blame itself.
func (s *server) takes(p encode.Protocol, now time.Time) bool {
	return now.Sub(time.Unix(0, s.accepted[p].Load())) <= suspectFor
}

// takesAnything reports whether the server has taken something not long ago.
func (s *server) takesAnything(now time.Time) bool {
	for p := range s.accepted {
		if s.takes(encode.Protocol(p), now) {
			return true
		}
	}
	return false
}

type knownInfo struct {
	api.Info
	until time.Time
}

// limits returns what the server takes, as of an hour ago at the most. Only one caller asks; the others wait for the
// first answer, and none of them for a newer one.
func (s *server) limits(ctx context.Context, now time.Time) api.Info {
	known := s.info.Load()
	if known != nil && now.Before(known.until) {
		return s.learnt(known.Info)
	}
	if !s.mayAsk(ctx, known == nil) {
		return s.learnt(s.known())
	}
	defer func() { <-s.asking }()
	if known = s.info.Load(); known == nil || !now.Before(known.until) {
		known = s.ask(ctx, now)
		s.info.Store(known)
	}
	return s.learnt(known.Info)
}

// mayAsk takes the right to ask, and waits for it if it is to.
func (s *server) mayAsk(ctx context.Context, wait bool) bool {
	select {
	case s.asking <- struct{}{}:
		return true
	default:
	}
	if !wait {
		return false
	}
	select {
	case s.asking <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// known is what is best to assume without asking.
func (s *server) known() api.Info {
	if known := s.info.Load(); known != nil {
		return known.Info
	}
	return api.DefaultInfo()
}

func (s *server) ask(ctx context.Context, now time.Time) *knownInfo {
	ctx, cancel := context.WithTimeout(ctx, infoTimeout)
	defer cancel()
	info, err := s.client.Info(ctx, now)
	if err == nil {
		return &knownInfo{Info: info, until: now.Add(infoFresh)}
	}
	s.logger.Debug("The server does not tell its limits", zap.Error(err))
	return &knownInfo{Info: s.known(), until: now.Add(infoAgain)}
}

// learnt adds what the server's refusals have taught.
func (s *server) learnt(info api.Info) api.Info {
	if n := int(s.bodyBytes.Load()); n > 0 {
		info.MaxBytes = min(info.MaxBytes, n)
	}
	return info
}

// tooLarge remembers that the server has refused so many bytes.
func (s *server) tooLarge(bytes int) {
	if half := int64(bytes / 2); half >= minBodyBytes {
		if known := s.bodyBytes.Load(); known == 0 || half < known {
			s.bodyBytes.Store(half)
		}
	}
}

// batches reports whether native runs go to /runs/batch for now.
func (s *server) batches(info api.Info, now time.Time) bool {
	return info.NoMultipart || now.UnixNano() < s.batchTil.Load()
}

// useBatch remembers for a while whether the server lacks /runs/multipart.
func (s *server) useBatch(lacks bool, now time.Time) {
	til := int64(0)
	if lacks {
		til = now.Add(batchFor).UnixNano()
	}
	s.batchTil.Store(til)
}

// The words for compression that the configuration knows beside gzip and zstd.
const (
	compressionAuto configcompression.Type = ""
	compressionNone configcompression.Type = "none"
)

// compression chooses how to compress a body (assumptions 4 and 5). What is sent to an OTLP endpoint has always been
// gzip; on the native ones the server says what it reads, and nobody compresses batches.
func compression(wanted configcompression.Type, path string, info api.Info) encode.Compression {
	mayGzip := wanted == compressionAuto || wanted == configcompression.TypeGzip
	mayZstd := wanted == compressionAuto || wanted == configcompression.TypeZstd
	switch {
	case path == encode.PathOTLP && mayGzip:
		return encode.Gzip
	case path != encode.PathMultipart:
		return encode.None
	case info.Zstd && mayZstd:
		return encode.Zstd
	case info.Gzip && mayGzip:
		return encode.Gzip
	}
	return encode.None
}

// compressors is one for each way of compressing.
type compressors map[encode.Compression]*encode.Compressor

func newCompressors(level int) (compressors, error) {
	all := compressors{}
	for _, how := range []encode.Compression{encode.Gzip, encode.Zstd} {
		c, err := encode.NewCompressor(how, cmp.Or(level, fastest))
		if err != nil {
			return nil, err
		}
		all[how] = c
	}
	return all, nil
}

func (c compressors) compress(how encode.Compression, b encode.Body) (encode.Body, error) {
	if how == encode.None {
		return b, nil
	}
	return c[how].Compress(b)
}

// Requests in ten seconds that LangSmith documents for a key (assumption 22).
// See https://docs.langchain.com/langsmith/cloud
const (
	rateMultipart = 6000
	rateOthers    = 2000
)

// pacers keep to the rates, each endpoint to its own.
type pacers map[string]*api.Pacer

func newPacers() pacers {
	return pacers{
		encode.PathOTLP:      api.NewPacer(rateOthers),
		encode.PathMultipart: api.NewPacer(rateMultipart),
		encode.PathBatch:     api.NewPacer(rateOthers),
		encode.PathFeedback:  api.NewPacer(rateOthers),
	}
}

// wait returns when a request may go to path, or when ctx ends.
func (p pacers) wait(ctx context.Context, path string) {
	pacer, ok := p[path]
	if !ok {
		return
	}
	wait := pacer.Reserve(time.Now())
	if wait <= 0 {
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
