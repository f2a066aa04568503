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
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/config/configretry"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/exporter/exporterhelper/xexporterhelper"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.uber.org/zap"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/api"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/decision"
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

	reports
	compressors compressors
	pacers      pacers
	queue       exporter.Traces // the core's queue, batcher and retry, which call push
	feedback    *destination    // where judgements wait and go; nil in that one itself, and when they are not wanted

	server    *server
	pausedTil atomic.Int64 // Unix nanoseconds
	closing   atomic.Bool
}

// reports is who is told of what becomes of runs, the same for all destinations of an exporter.
type reports struct {
	counters *counters
	health   *health
	letters  *deadLetters
	watchers *watchers
}

func bareDestination(e *tracesExporter, i int) *destination {
	return &destination{
		name:        e.router.names[i],
		subject:     e.set.ID.String(),
		target:      e.router.targets[i],
		config:      e.config,
		set:         e.set,
		reports:     e.reports,
		compressors: e.compressors,
		pacers:      e.pacersFor(e.router.targets[i]),
		server:      newServer(e.set.Logger),
	}
}

func newDestination(ctx context.Context, e *tracesExporter, i int) (*destination, error) {
	d := bareDestination(e, i)
	if d.name != generalName {
		d.rename(e.set.ID, d.name)
	}
	err := d.makeQueue(ctx, d.config.QueueConfig, d.config.RetryConfig,
		exporterhelper.WithStart(d.start), exporterhelper.WithShutdown(d.shutdown))
	if err != nil || !d.config.Feedback {
		return d, err
	}
	d.feedback, err = newFeedbackDestination(ctx, e.set.ID, d)
	return d, err
}

// rename gives d an id of its own below the exporter's: its queue's file and metrics go by it. The name of a destination
// is stable and tells nothing.
func (d *destination) rename(exporter component.ID, name string) {
	d.set.ID = component.NewIDWithName(exporter.Type(), exporter.Name()+"@"+name)
	d.subject = d.set.ID.String()
}

func (d *destination) makeQueue(
	ctx context.Context, queue configoptional.Optional[exporterhelper.QueueBatchConfig], retry configretry.BackOffConfig,
	opts ...exporterhelper.Option,
) error {
	settings := xexporterhelper.QueueBatchSettings{Encoding: encoding{route: d.name, unreadable: d.unreadable}}
	opts = append(opts,
		exporterhelper.WithTimeout(exporterhelper.TimeoutConfig{Timeout: 0}), // the HTTP client has its own
		exporterhelper.WithRetry(retry),
		xexporterhelper.WithQueueBatch(queue, settings))
	var err error
	if d.queue, err = xexporterhelper.NewTracesRequest(ctx, d.set, takeRequest, d.push, opts...); err != nil {
		return fmt.Errorf("create queue: %w", err)
	}
	return nil
}

// begin starts the queues of d, or none of them.
func (d *destination) begin(ctx context.Context, host component.Host) error {
	if err := d.queue.Start(ctx, host); err != nil {
		return fmt.Errorf("start %s: %w", d.subject, err)
	}
	if d.feedback == nil {
		return nil
	}
	if err := d.feedback.queue.Start(ctx, host); err != nil {
		return fmt.Errorf("start %s: %w", d.feedback.subject, errors.Join(err, d.queue.Shutdown(ctx)))
	}
	return nil
}

// end tries once more to send what waits in memory, runs before what is said of them.
func (d *destination) end(ctx context.Context) error {
	err := d.queue.Shutdown(ctx)
	if d.feedback != nil {
		err = errors.Join(err, d.feedback.queue.Shutdown(ctx))
	}
	return err
}

// close makes pauses end.
func (d *destination) close() {
	d.closing.Store(true)
	if d.feedback != nil {
		d.feedback.closing.Store(true)
	}
	d.server.gate.open()
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
	d.warn(key.Key(time.Now()))
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

// warn tells of what will work now and perhaps not for long.
func (d *destination) warn(key string) {
	if text := hint(d.target.endpoint); text != "" {
		d.set.Logger.Warn("endpoint: "+text, zap.String("subject", d.subject))
	}
	if text := keyHint(key); text != "" {
		d.set.Logger.Warn("api_key: "+text, zap.String("subject", d.subject))
	}
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
	now := time.Now().Unix()
	for i := range chunks {
		chunks[i].since = now
	}
	return d.enqueue(ctx, chunks)
}

func (d *destination) enqueue(ctx context.Context, chunks []chunk) error {
	r := newRequest(chunks)
	if q := d.config.QueueConfig.Get(); q != nil && q.Sizer == exporterhelper.RequestSizerTypeBytes &&
		int64(r.bytes) > q.QueueSize {
		err := errors.New("sending_queue::queue_size: is smaller than one call's runs")
		d.giveUp(ctx, reasonQueue, chunks, err)
		return consumererror.NewPermanent(err)
	}
	err := d.queue.ConsumeTraces(context.WithValue(ctx, handoffKey{}, &handoff{r}), ptrace.NewTraces())
	if err == nil {
		d.watchers.tell(decision.Queued, "", d.subject, chunks)
	}
	return err
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

// push sends what the queue hands out: all of it, or it says what is left. It waits here and not in the core's retry,
// which lets go of what waits when the Collector ends: here it is tried once more, with a key that may be new.
func (d *destination) push(ctx context.Context, req xexporterhelper.Request) error {
	r, ok := req.(*request)
	if !ok {
		return consumererror.NewPermanent(fmt.Errorf("push: not one of ours: %T", req))
	}
	begin := time.Now()
	for attempts, chunks := r.attempts, r.chunks; ; attempts++ {
		opened := d.server.gate.next()
		err := d.try(ctx, chunks, attempts)
		unsent, ok := errors.AsType[*unsentError](err)
		switch {
		case !ok:
			return err
		case d.endsHere():
			d.giveUp(ctx, reasonShutdown, unsent.rest, unsent.err)
			return consumererror.NewPermanent(unsent)
		case !d.mayWait(unsent):
			return unsent.forCore()
		}
		pause := d.pause(unsent, attempts)
		switch {
		case d.isLate(begin, pause):
			d.giveUp(ctx, reasonElapsed, unsent.rest, unsent.err)
			return consumererror.NewPermanent(unsent)
		case !d.wait(ctx, opened, pause, unsent.err):
			return unsent.forCore()
		}
		chunks = unsent.rest
	}
}

// endsHere reports whether what is left now has nowhere else to wait: the Collector ends, and nothing is stored.
func (d *destination) endsHere() bool {
	queue := d.config.QueueConfig.Get()
	return d.closing.Load() && d.isQueued() && (queue == nil || queue.StorageID == nil)
}

func (d *destination) try(ctx context.Context, chunks []chunk, attempts int) error {
	now := time.Now()
	if wait := time.Unix(0, d.pausedTil.Load()).Sub(now); wait > 0 && !d.closing.Load() {
		return &unsentError{err: errPaused, rest: chunks, after: wait}
	}
	chunks = d.young(ctx, chunks, now)
	s := sending{d: d, now: now, left: maxPosts, attempts: attempts, info: d.server.limits(ctx, now)}
	s.all(ctx, chunks)
	d.again(ctx, &s, len(chunks))
	if len(s.rest) > 0 {
		return d.unsent(now, &s)
	}
	if s.refused == len(chunks) {
		return consumererror.NewPermanent(errors.Join(s.err, errGivenUp))
	}
	return nil
}

var errPaused = errors.New("paused, as LangSmith asked")

// errGivenUp ends what nothing is left of.
var errGivenUp = errors.New("nothing of the request has been accepted")

// young gives up what has waited for longer than anybody wants it.
func (d *destination) young(ctx context.Context, chunks []chunk, now time.Time) []chunk {
	if d.config.MaxAge <= 0 {
		return chunks
	}
	oldest := now.Add(-d.config.MaxAge).Unix()
	var young, old []chunk
	for _, c := range chunks {
		if c.since < oldest {
			old = append(old, c)
		} else {
			young = append(young, c)
		}
	}
	if len(old) > 0 {
		d.giveUp(ctx, reasonExpired, old, errors.New("waited for longer than max_age"))
	}
	return young
}

// unsent says what the trouble that stopped a sending has left, and how long to wait. It pauses the whole destination
// where the next request would fare the same.
func (d *destination) unsent(now time.Time, s *sending) *unsentError {
	unsent := &unsentError{err: s.err, rest: s.rest}
	var e *api.Error
	if !errors.As(s.err, &e) || d.isFeedback() && isMissing(s.err) {
		return unsent
	}
	wait := e.After
	if e.Verdict == api.Unauthorized || e.Verdict == api.Misdirected {
		wait = attentionPause
	}
	if wait == 0 {
		return unsent
	}
	if e.Verdict != api.Throttled && e.Verdict != api.Retry || e.Quota {
		d.health.trouble(d.subject, e)
	}
	wait = jittered(wait, e.Quota)
	if e.Verdict == api.Throttled || e.Verdict == api.Retry {
		d.pausedTil.Store(now.Add(wait).UnixNano())
	}
	unsent.after = wait
	return unsent
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

// unreadable tells of an item of the queue that cannot be read, and keeps it as it is where there is a dead-letter file:
// the version that has written it reads it.
func (d *destination) unreadable(err error, item []byte) {
	d.counters.unreadable(err)
	if d.letters == nil {
		return
	}
	l := newLetter(d.subject, "", reasonItem, time.Now(), err)
	d.counters.letter(context.Background(), d.letters.add(l, group{}, item))
}

// giveUp counts what will not arrive, and keeps it in the dead-letter file where there is one.
func (d *destination) giveUp(ctx context.Context, reason string, chunks []chunk, err error) {
	runs, feedback := split(chunks)
	d.watchers.tell(decision.Refused, reason, d.subject, runs)
	d.counters.refused(ctx, reason, len(runs), err)
	d.counters.feedbackRefused(ctx, reason, len(feedback), err)
	if d.letters == nil {
		return
	}
	for _, c := range chunks {
		l := newLetter(d.subject, c.group.project, reason, time.Now(), err)
		d.counters.letter(ctx, d.letters.add(l, c.group, c.data))
	}
}
