// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package viewerextension

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/extension"
	"go.uber.org/zap"

	"github.com/otelcol-langsmith/otelcol-langsmith/extension/viewerextension/internal/metadata"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/decision"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/standin"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/viewer"
)

const (
	// readTimeout bounds how long a request may take to come in. Loopback needs milliseconds.
	readTimeout = 30 * time.Second
	// idleTimeout is longer than the pauses of a polling page or exporter.
	idleTimeout = 2 * time.Minute
	// shutdownGrace is how long requests in flight may take when the Collector ends.
	shutdownGrace = 5 * time.Second
	// maxHeader bounds the headers of a request.
	maxHeader = 64 << 10
)

// viewerExtension serves the stand-in and the page.
type viewerExtension struct {
	cfg       *Config
	set       extension.Settings
	telemetry *metadata.TelemetryBuilder
	standin   *standin.Server
	decisions *decisions
	delivered *deliveries
	server    *http.Server
	serving   sync.WaitGroup
}

var (
	_ extension.Extension = (*viewerExtension)(nil)
	_ decision.Observer   = (*viewerExtension)(nil)

	_ decision.DeliveryObserver = (*viewerExtension)(nil)
)

func newViewer(set extension.Settings, cfg *Config) (*viewerExtension, error) {
	telemetry, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, fmt.Errorf("create metrics: %w", err)
	}
	keys := make([]string, len(cfg.APIKeys))
	for i, k := range cfg.APIKeys {
		keys[i] = string(k)
	}
	e := &viewerExtension{
		cfg: cfg, set: set, telemetry: telemetry,
		standin: standin.New(standin.Options{
			Now: time.Now, APIKeys: keys, MaxBody: int64(cfg.MaxRequestBytes), MaxRuns: cfg.MaxRuns,
			MaxBytes: int64(cfg.MaxBytes), Arrived: cfg.Arrived, Control: cfg.Faults,
		}),
		decisions: newDecisions(cfg.MaxDecisions),
		delivered: newDeliveries(cfg.MaxDecisions),
	}
	e.server = &http.Server{
		Handler:           e.handler(),
		ReadHeaderTimeout: readTimeout,
		ReadTimeout:       readTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          zap.NewStdLog(set.Logger),
	}
	return e, nil
}

// Start listens, so that a busy port is an error of the start, and serves.
func (e *viewerExtension) Start(ctx context.Context, host component.Host) error {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", e.cfg.Endpoint)
	if err != nil {
		return fmt.Errorf("endpoint: cannot listen on %s, which another process may use: %w", e.cfg.Endpoint, err)
	}
	e.set.Logger.Info("Serving the page", zap.String("url", "http://"+listener.Addr().String()+"/"))
	e.serving.Go(func() {
		if err := e.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			componentstatus.ReportStatus(host, componentstatus.NewFatalErrorEvent(fmt.Errorf("serve the page: %w", err)))
		}
	})
	return nil
}

// Shutdown lets the requests in flight end, for a while, and closes.
func (e *viewerExtension) Shutdown(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, shutdownGrace)
	defer cancel()
	err := e.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		err = e.server.Close()
	}
	e.serving.Wait()
	e.telemetry.Shutdown()
	return err
}

// ObserveDecision notes a decision of the sampler.
func (e *viewerExtension) ObserveDecision(d decision.Decision) { e.decisions.add(d) }

// ObserveDelivery notes what an exporter has done with runs.
func (e *viewerExtension) ObserveDelivery(d decision.Delivery) { e.delivered.add(d) }

// handler puts the parts together: the page at /, everything else to the stand-in, both behind the guard.
func (e *viewerExtension) handler() http.Handler {
	page := viewer.Handler()
	mux := http.NewServeMux()
	mux.Handle("GET /standin/decisions", e.decisions)
	mux.HandleFunc("GET /standin/whereis/{trace}", e.whereis)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if viewer.Serves(r.URL.Path) {
			page.ServeHTTP(w, r)
			return
		}
		e.standin.ServeHTTP(w, r)
	})
	return e.count(guard(e.cfg, mux))
}

// classOf says which part of the extension a path belongs to. The set is closed: paths come from outside.
func classOf(path string) string {
	path = strings.TrimPrefix(path, "/api/v1")
	switch path {
	case "/otel/v1/traces", "/runs/multipart", "/runs/batch", "/feedback":
		return "ingest"
	case "/arrived/v1/traces":
		return "arrived"
	}
	switch {
	case strings.HasPrefix(path, "/standin/"):
		return "own"
	case viewer.Serves(path):
		return "page"
	}
	return "read"
}
