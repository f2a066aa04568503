// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package standin is LangSmith's ingest API in one process, as far as its wire is documented: what a test or a local
// page needs in order to see what LangSmith would have made of the bytes that left.
//
// It is an oracle. It decodes OTLP and multipart by itself, maps spans to runs by LangSmith's documented rules and
// shares no code with the exporter that it checks. Where the documentation leaves a choice, it takes the one that
// forgives least, so that what arrives here may be expected to arrive there: a child without its parent is never
// shown, a status ERROR without an exception event is a success, an inline input in a multipart request is refused.
//
// It promises bounded memory: the oldest traces are evicted, and what was evicted is counted. It reads no clock but
// the one it is given.
package standin

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	// defaultMaxBody is what LangSmith advertises as the greatest batch (size_limit_bytes).
	defaultMaxBody = 20 << 20
	// defaultMaxRuns and defaultMaxBytes hold some hundred long agent sessions; a laptop gives that without noticing.
	defaultMaxRuns  = 50_000
	defaultMaxBytes = 256 << 20
	// defaultMaxTraceRuns is LangSmith's own limit of runs in a trace.
	defaultMaxTraceRuns = 25_000
	// defaultOrphanTTL is REDIS_RUNS_EXPIRY_SECONDS of a self-hosted LangSmith.
	defaultOrphanTTL = 12 * time.Hour
	// apiPrefix stands before every path of a self-hosted installation, and may on the cloud.
	apiPrefix = "/api/v1"
)

// Options sets up a Server. The zero value is a server that takes any key and whose clock stands still.
type Options struct {
	// Now is the clock. Without one, time stands still at the Unix epoch: nothing expires.
	Now func() time.Time
	// APIKeys are the keys that may send; none at all means that any may, also without a key.
	APIKeys []string
	// OrgKeys are those of APIKeys that belong to an organisation and need X-Tenant-Id.
	OrgKeys []string

	MaxBody      int64 // bytes of one request, compressed or not; more is answered 413
	MaxRuns      int   // runs kept
	MaxBytes     int64 // bytes of runs kept; orphans and what arrived raw have a quarter of it each
	MaxTraceRuns int   // runs of one trace; further ones are rejected
	OrphanTTL    time.Duration
	// NoOrphans drops a child that comes before its parent, as a self-hosted LangSmith before 0.16 does.
	NoOrphans bool

	// DisableZstd refuses zstd and says so in /info, as older installations do.
	DisableZstd bool
	// StrictConflict answers a request that repeats one run with 409 and stores nothing of it. Which of the two
	// LangSmith does is not documented; without it the other runs are stored.
	StrictConflict bool
	// Arrived opens /arrived/v1/traces.
	Arrived bool
	// Control opens /standin/faults.
	Control bool
	// Record keeps what was received, for Contains, up to RecordBytes.
	Record      bool
	RecordBytes int64
}

// Server is the stand-in, an http.Handler. It is safe for concurrent use.
type Server struct {
	opt  Options
	keys map[string]keyKind
	mux  *http.ServeMux

	faults   faults
	received recorder
	arrived  arrivals

	mu    sync.Mutex
	store *store
}

// New returns a Server for opt, with the documented limits wherever opt has zero.
func New(opt Options) *Server {
	opt = withDefaults(opt)
	s := &Server{opt: opt, keys: keySet(opt), store: newStore(opt), mux: http.NewServeMux()}
	s.received.limit = opt.RecordBytes
	s.arrived.init(opt.MaxBytes / 4)
	s.routes()
	return s
}

func withDefaults(opt Options) Options {
	if opt.Now == nil {
		opt.Now = func() time.Time { return time.Unix(0, 0).UTC() }
	}
	opt.MaxBody = orDefault(opt.MaxBody, defaultMaxBody)
	opt.MaxRuns = orDefault(opt.MaxRuns, defaultMaxRuns)
	opt.MaxBytes = orDefault(opt.MaxBytes, defaultMaxBytes)
	opt.MaxTraceRuns = orDefault(opt.MaxTraceRuns, defaultMaxTraceRuns)
	opt.OrphanTTL = orDefault(opt.OrphanTTL, defaultOrphanTTL)
	opt.RecordBytes = orDefault(opt.RecordBytes, defaultMaxBytes)
	return opt
}

func orDefault[N int | int64 | time.Duration](n, otherwise N) N {
	if n <= 0 {
		return otherwise
	}
	return n
}

func (s *Server) routes() {
	s.mux.HandleFunc("POST /otel/v1/traces", s.ingest(s.postTraces))
	s.mux.HandleFunc("POST /runs/multipart", s.ingest(s.postMultipart))
	s.mux.HandleFunc("POST /runs/batch", s.ingest(s.postBatch))
	s.mux.HandleFunc("POST /feedback", s.ingest(s.postFeedback))

	s.mux.HandleFunc("GET /info", s.getInfo)
	s.mux.HandleFunc("GET /ok", s.getOK)
	s.mux.HandleFunc("POST /runs/query", s.queryRuns)
	s.mux.HandleFunc("GET /runs/{id}", s.getRun)
	s.mux.HandleFunc("GET /sessions", s.getSessions)
	s.mux.HandleFunc("GET /feedback", s.getFeedback)

	s.mux.HandleFunc("GET /standin/summary", s.getSummary)
	if s.opt.Arrived {
		s.mux.HandleFunc("POST /arrived/v1/traces", s.postArrived)
		s.mux.HandleFunc("GET /standin/arrived/{traceid}", s.getArrived)
	}
	if s.opt.Control {
		s.mux.HandleFunc("POST /standin/faults", s.postFaults)
		s.mux.HandleFunc("DELETE /standin/faults", s.deleteFaults)
	}
}

// ServeHTTP answers one request. Every path may have /api/v1 before it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, apiPrefix)
	if path != r.URL.Path {
		r = withPath(r, path)
	}
	if fault, ok := s.faults.take(path); ok {
		s.fail(fault, w, r)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// withPath is r with another path, as http.StripPrefix makes it: the caller's request stays as it was.
func withPath(r *http.Request, path string) *http.Request {
	inner := new(http.Request)
	*inner = *r
	u := *r.URL
	u.Path, u.RawPath = path, ""
	inner.URL = &u
	return inner
}

func (s *Server) now() time.Time { return s.opt.Now() }
