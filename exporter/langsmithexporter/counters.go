// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/metadata"
)

// Reasons for which runs are given up.
const (
	reasonTooLarge  = "too_large"       // LangSmith takes not even the run alone, without inputs and outputs
	reasonRejected  = "rejected"        // LangSmith refuses the run for its content
	reasonServer    = "server_error"    // the server breaks at the run again and again, and takes others
	reasonUnmatched = "unmatched"       // no route matches, and the configuration rejects such traces
	reasonEncode    = "encode"          // the run cannot be written
	reasonQueue     = "queue_too_small" // the call is larger than the whole queue
	reasonPartial   = "partial_success" // LangSmith took the request and left out some of its runs
	reasonProtocol  = "protocol"        // queued in a protocol that this version does not write
	reasonExpired   = "expired"         // it has waited for longer than max_age
	reasonElapsed   = "max_elapsed"     // retry_on_failure has an end
	reasonShutdown  = "shutdown"        // the Collector has ended, and there is no storage
	reasonFull      = "queue_full"      // of feedback: runs do not wait for it
	reasonNoRun     = "no_run"          // of feedback: LangSmith does not know the run
	reasonItem      = "queue_item"      // of dead letters: an item of the queue that cannot be read
	reasonOff       = "feedback_off"    // of feedback: queued before it was switched off
)

// Reasons for which items of a queue are given up.
const (
	itemVersionName = "version" // written by another version
	itemDamagedName = "damaged" // not as it was written
	itemRouteName   = "route"   // of another destination
)

// logInterval is the time between lines that say the same.
const logInterval = 10 * time.Second

// counters counts and logs for all destinations of one exporter, in one place.
type counters struct {
	builder *metadata.TelemetryBuilder
	logger  *zap.Logger
	self    attribute.KeyValue

	mu     sync.Mutex
	logged map[string]time.Time // by reason, of which there are few
}

func newCounters(set exporter.Settings) (*counters, error) {
	builder, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	return &counters{
		builder: builder,
		logger:  set.Logger,
		self:    attribute.String("exporter", set.ID.String()),
		logged:  map[string]time.Time{},
	}, nil
}

func (c *counters) with(attrs ...attribute.KeyValue) metric.MeasurementOption {
	return metric.WithAttributeSet(attribute.NewSet(append(attrs, c.self)...))
}

// refused counts runs that will not arrive, and logs a line for each reason now and then.
func (c *counters) refused(ctx context.Context, reason string, runs int, err error) {
	if runs == 0 {
		return
	}
	c.builder.ExporterLangsmithRunsRefused.Add(ctx, int64(runs), c.with(attribute.String("reason", reason)))
	if c.mayLog(reason, time.Now()) {
		c.logger.Error("Runs were refused", zap.String("reason", reason), zap.Int("runs", runs),
			zap.Bool("intentional", reason == reasonUnmatched), zap.Error(err))
	}
}

func (c *counters) mayLog(reason string, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if last, ok := c.logged[reason]; ok && now.Sub(last) < logInterval {
		return false
	}
	c.logged[reason] = now
	return true
}

// request counts an attempt by what came back.
func (c *counters) request(ctx context.Context, status int) {
	text := "network"
	if status != 0 {
		text = strconv.Itoa(status)
	}
	c.builder.ExporterLangsmithRequests.Add(ctx, 1, c.with(attribute.String("status", text)))
}

func (c *counters) sent(ctx context.Context, runs, bytes int) {
	c.builder.ExporterLangsmithRunsSent.Add(ctx, int64(runs), c.with())
	c.builder.ExporterLangsmithRequestBytes.Add(ctx, int64(bytes), c.with())
}

// waiting tells now and then why nothing is sent.
func (c *counters) waiting(subject string, pause time.Duration, err error) {
	if c.mayLog("waiting "+subject, time.Now()) {
		c.logger.Warn("LangSmith is in trouble: what was not sent is kept and will be sent later",
			zap.String("subject", subject), zap.Duration("pause", pause), zap.Error(err))
	}
}

// shared counts runs with an id of their own, as their span had the id of another.
func (c *counters) shared(ctx context.Context, runs int) {
	if runs == 0 {
		return
	}
	c.builder.ExporterLangsmithSpanIdsShared.Add(ctx, int64(runs), c.with())
	if c.mayLog("shared", time.Now()) {
		c.logger.Warn("Spans have the ids of others; their runs got ids of their own, and say so in span_id_shared",
			zap.Int("runs", runs))
	}
}

// feedback counts judgements that have arrived.
func (c *counters) feedback(ctx context.Context, n int) {
	c.builder.ExporterLangsmithFeedbackSent.Add(ctx, int64(n), c.with())
}

// feedbackRefused is refused for judgements.
func (c *counters) feedbackRefused(ctx context.Context, reason string, n int, err error) {
	if n == 0 {
		return
	}
	c.builder.ExporterLangsmithFeedbackRefused.Add(ctx, int64(n), c.with(attribute.String("reason", reason)))
	if c.mayLog("feedback "+reason, time.Now()) {
		c.logger.Error("Feedback is given up and will not arrive", zap.String("reason", reason), zap.Int("number", n),
			zap.Error(err))
	}
}

func (c *counters) shortened(ctx context.Context) {
	c.builder.ExporterLangsmithRunsShortened.Add(ctx, 1, c.with())
	if c.mayLog("shortened", time.Now()) {
		c.logger.Warn("A run was sent with less in it: it is too large for LangSmith")
	}
}

// letter counts a run that was to be kept in the dead-letter file.
func (c *counters) letter(ctx context.Context, outcome string) {
	c.builder.ExporterLangsmithDeadLetters.Add(ctx, 1, c.with(attribute.String("outcome", outcome)))
	if outcome != letterWritten && c.mayLog("dead letter "+outcome, time.Now()) {
		c.logger.Error("A refused run could not be kept in the dead-letter file", zap.String("outcome", outcome))
	}
}

func (c *counters) unredacted(ctx context.Context, spans int) {
	c.builder.ExporterLangsmithUnredactedRefused.Add(ctx, int64(spans), c.with())
}

// unreadable counts and logs an item of a queue that has to be thrown away.
func (c *counters) unreadable(err error) {
	reason := itemDamagedName
	switch {
	case errors.Is(err, errItemVersion):
		reason = itemVersionName
	case errors.Is(err, errItemRoute):
		reason = itemRouteName
	}
	c.builder.ExporterLangsmithQueueItemsRefused.Add(context.Background(), 1, c.with(attribute.String("reason", reason)))
	c.logger.Error("An item of the persistent queue cannot be read and is lost",
		zap.Error(err), zap.Bool("intentional", false))
}

// vanished tells of queues whose route is gone.
func (c *counters) vanished(ctx context.Context, queues []vanishedQueue) {
	items := 0
	for _, q := range queues {
		items += q.items
		c.logger.Warn("A queue in the storage has no route in the configuration any more: what waits there is kept, and sent "+
			"when the route, or its feedback, is there again", zap.String("queue", q.id), zap.String("endpoint", q.endpoint),
			zap.Int("items", q.items))
	}
	c.builder.ExporterLangsmithQueueItemsWithoutRoute.Record(ctx, int64(items), c.with())
}

// overflow says that attributes make more projects than are allowed.
func (c *counters) overflow() {
	if c.mayLog("projects", time.Now()) {
		c.logger.Warn("project: the template has made its number of projects, further traces go to "+defaultProject,
			zap.Int("projects", maxProjects))
	}
}
