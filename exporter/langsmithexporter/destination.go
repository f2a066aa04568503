// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/exporter/exporterhelper/xexporterhelper"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/api"
)

// attentionPause is the time between attempts while somebody must act: short enough to notice a new key soon.
const attentionPause = 30 * time.Second

// destination is one endpoint with its key and workspace, and the queue in front of it.
type destination struct {
	name    string
	subject string // in logs and health
	target  target
	config  *Config
	set     exporter.Settings

	counters    *counters
	health      *health
	letters     *deadLetters
	compressors compressors
	pacers      pacers
	queue       exporter.Traces // the core's queue, batcher and retry, which call push

	server    server
	pausedTil atomic.Int64 // Unix nanoseconds
	closing   atomic.Bool
	accepted  atomic.Int64 // Unix nanoseconds of the last success
}

func newDestination(ctx context.Context, e *tracesExporter, i int) (*destination, error) {
	d := &destination{
		name:        e.router.names[i],
		subject:     e.set.ID.String(),
		target:      e.router.targets[i],
		config:      e.config,
		set:         e.set,
		counters:    e.counters,
		health:      e.health,
		letters:     e.letters,
		compressors: e.compressors,
		pacers:      e.pacersFor(e.router.targets[i]),
	}
	d.server.logger, d.server.asking = e.set.Logger, make(chan struct{}, 1)
	if d.name != generalName {
		// The queue's file and its metrics go by the id. The name of a destination is stable and tells nothing.
		id := component.NewIDWithName(e.set.ID.Type(), d.set.ID.Name()+"@"+d.name)
		d.set.ID, d.subject = id, id.String()
	}
	settings := xexporterhelper.QueueBatchSettings{Encoding: encoding{route: d.name, unreadable: e.counters.unreadable}}
	queue, err := xexporterhelper.NewTracesRequest(ctx, d.set, takeRequest, d.push,
		exporterhelper.WithStart(d.start),
		exporterhelper.WithShutdown(d.shutdown),
		exporterhelper.WithTimeout(exporterhelper.TimeoutConfig{Timeout: 0}), // the HTTP client has its own
		exporterhelper.WithRetry(e.config.RetryConfig),
		xexporterhelper.WithQueueBatch(e.config.QueueConfig, settings))
	if err != nil {
		return nil, fmt.Errorf("create queue: %w", err)
	}
	d.queue = queue
	return d, nil
}

func (d *destination) start(ctx context.Context, host component.Host) error {
	var key api.KeySource = api.StaticKey(d.target.key)
	if d.target.keyFile != "" {
		file, err := api.NewKeyFile(d.target.keyFile, time.Now())
		if err != nil {
			return fmt.Errorf("api_key_file: %w", err)
		}
		key = file
	}
	config := d.config.ClientConfig // a copy: ToClient writes into it
	config.Endpoint = d.target.endpoint
	config.Compression = compressionNone // what and how depends on the server, and push does it
	client, err := newHTTPClient(ctx, &config, host, d.set.TelemetrySettings)
	if err != nil {
		return err
	}
	d.server.client = &api.Client{
		HTTP:      client,
		Endpoint:  d.target.endpoint,
		Key:       key,
		Workspace: d.target.workspace,
		UserAgent: d.set.BuildInfo.Command + "/" + d.set.BuildInfo.Version,
	}
	return nil
}

func newHTTPClient(
	ctx context.Context, config *confighttp.ClientConfig, host component.Host, set component.TelemetrySettings,
) (*http.Client, error) {
	client, err := config.ToClient(ctx, host.GetExtensions(), set)
	if err != nil {
		return nil, fmt.Errorf("create HTTP client: %w", err)
	}
	api.NoRedirects(client)
	return client, nil
}

func (d *destination) shutdown(context.Context) error {
	if d.server.client != nil {
		d.server.client.HTTP.CloseIdleConnections()
	}
	return nil
}

// consume queues chunks. The core's interface has no call for a request that has been made already, and so the
// converter, which runs in this goroutine, takes it out of the context.
func (d *destination) consume(ctx context.Context, chunks []chunk) error {
	r := newRequest(chunks)
	if q := d.config.QueueConfig.Get(); q != nil && q.Sizer == exporterhelper.RequestSizerTypeBytes &&
		int64(r.bytes) > q.QueueSize {
		err := errors.New("sending_queue::queue_size: is smaller than one call's runs")
		d.giveUp(ctx, reasonQueue, chunks, err)
		return consumererror.NewPermanent(err)
	}
	return d.queue.ConsumeTraces(context.WithValue(ctx, handoffKey{}, &handoff{r}), ptrace.NewTraces())
}

type handoffKey struct{}

// handoff is emptied when it is taken, so that a context in a queue keeps no runs alive that have been sent.
type handoff struct{ request *request }

func takeRequest(ctx context.Context, _ ptrace.Traces) (xexporterhelper.Request, error) {
	h, ok := ctx.Value(handoffKey{}).(*handoff)
	if !ok || h.request == nil {
		return nil, errors.New("take request: there is none")
	}
	r := h.request
	h.request = nil
	return r, nil
}

// push sends what the queue hands out: all of it, or it says what is left.
func (d *destination) push(ctx context.Context, req xexporterhelper.Request) error {
	r, ok := req.(*request)
	if !ok {
		return consumererror.NewPermanent(fmt.Errorf("push: not one of ours: %T", req))
	}
	now := time.Now()
	if wait := time.Unix(0, d.pausedTil.Load()).Sub(now); wait > 0 && !d.closing.Load() {
		return exporterhelper.NewThrottleRetry(errors.New("paused, as LangSmith asked"), wait)
	}
	s := sending{d: d, now: now, left: maxPosts, attempts: r.attempts, info: d.server.limits(ctx, now)}
	s.all(ctx, r.chunks)
	if len(s.rest) > 0 {
		return d.unsent(now, &s)
	}
	if s.refused == len(r.chunks) {
		return consumererror.NewPermanent(s.err)
	}
	return nil
}

// unsent turns the trouble that stopped a sending into what the retry sender understands. It pauses the whole
// destination where the next request would fare the same.
func (d *destination) unsent(now time.Time, s *sending) error {
	err := error(&unsentError{err: s.err, rest: s.rest})
	var e *api.Error
	if !errors.As(s.err, &e) {
		return err
	}
	wait := e.After
	if e.Verdict == api.Unauthorized || e.Verdict == api.Misdirected {
		wait = attentionPause
	}
	if wait == 0 {
		return err
	}
	if e.Verdict != api.Throttled && e.Verdict != api.Retry || e.Quota {
		d.health.trouble(d.subject, e)
	}
	wait = jittered(wait, e.Quota)
	if e.Verdict == api.Throttled || e.Verdict == api.Retry {
		d.pausedTil.Store(now.Add(wait).UnixNano())
	}
	return exporterhelper.NewThrottleRetry(err, wait)
}

// jittered makes a wait longer by chance, so that the Collectors of a fleet do not come back all at once. When a plan is
// counted anew, everybody who shares it waits for the same moment.
func jittered(wait time.Duration, quota bool) time.Duration {
	spread := wait / 10
	if quota {
		spread = quotaSpread
	}
	return wait + rand.N(spread+1)
}

// quotaSpread is how far the first attempts of an hour lie apart.
const quotaSpread = 2 * time.Minute

// giveUp counts runs that will not arrive, and keeps them in the dead-letter file where there is one.
func (d *destination) giveUp(ctx context.Context, reason string, chunks []chunk, err error) {
	d.counters.refused(ctx, reason, len(chunks), err)
	if d.letters == nil {
		return
	}
	for _, c := range chunks {
		l := newLetter(d.subject, c.group.project, reason, time.Now(), err)
		d.counters.letter(ctx, d.letters.add(l, c.group, c.data))
	}
}
