// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
)

// Feedback waits in the queue item of its runs until all of them are settled. Then it goes to a queue of its own, since
// LangSmith knows a run only some time after it has accepted it, and runs must not wait for that.
const (
	feedbackName = "feedback"
	// feedbackQueueBytes holds some ten thousand judgements. Beyond it they are given up: runs do not wait for them.
	feedbackQueueBytes = 16 << 20
	// feedbackBatchBytes is some hundred of them: half a minute of requests.
	feedbackBatchBytes = 128 << 10
	// feedbackFlush is the time until the first attempt, and between attempts for a run that is not known yet.
	feedbackFlush = 5 * time.Second
	// feedbackPatience is how long a run may be unknown. LangSmith's own clients try ten times in about a minute.
	feedbackPatience = 3 * time.Minute
)

// newFeedbackDestination makes the queue for the judgements of runs that go to d. It shares all but the queue with d.
func newFeedbackDestination(ctx context.Context, exporter component.ID, d *destination) (*destination, error) {
	f := &destination{
		name:    feedbackName,
		target:  d.target,
		config:  d.config,
		set:     d.set,
		reports: d.reports,
		pacers:  d.pacers,
		server:  d.server,
	}
	if d.name != generalName {
		f.name = d.name + "-" + feedbackName
	}
	f.rename(exporter, f.name)
	return f, f.makeFeedbackQueue(ctx, nil, nil)
}

func (d *destination) makeFeedbackQueue(
	ctx context.Context, start component.StartFunc, shutdown component.ShutdownFunc,
) error {
	retry := d.config.RetryConfig
	retry.Enabled, retry.MaxElapsedTime = true, 0
	return d.makeQueue(ctx, configoptional.Some(feedbackQueue(d.config)), retry,
		exporterhelper.WithStart(start), exporterhelper.WithShutdown(shutdown))
}

// feedbackQueue is a queue even where runs have none, so that a caller who waits for runs waits for nothing else.
func feedbackQueue(config *Config) exporterhelper.QueueBatchConfig {
	q := exporterhelper.NewDefaultQueueConfig()
	if runs := config.QueueConfig.Get(); runs != nil {
		q.StorageID, q.NumConsumers = runs.StorageID, runs.NumConsumers
	}
	q.Sizer = exporterhelper.RequestSizerTypeBytes
	q.QueueSize = feedbackQueueBytes
	batch := q.Batch.GetOrInsertDefault()
	batch.Sizer = exporterhelper.RequestSizerTypeBytes
	batch.MinSize, batch.MaxSize = feedbackBatchBytes, feedbackBatchBytes
	batch.FlushTimeout = feedbackFlush
	return q
}

// isFeedback reports whether d is for judgements.
func (d *destination) isFeedback() bool { return d.feedback == nil && d.config.Feedback }

// waits decides about judgements before they are sent, and reports whether that was all: they go nowhere before all
// runs of the request are settled.
func (s *sending) waits(ctx context.Context, chunks []chunk) bool {
	switch {
	case s.d.isFeedback():
		return false
	case s.d.feedback == nil:
		s.refuse(ctx, reasonOff, chunks, errors.New("feedback is switched off"))
	default:
		s.later = append(s.later, chunks...)
	}
	return true
}

// runMissing lets a judgement wait for a run that LangSmith does not know yet, if it may still come (assumption 29).
func (s *sending) runMissing(ctx context.Context, chunks []chunk, err error) {
	waited := s.now.Sub(time.Unix(chunks[0].since, 0))
	if waited >= feedbackPatience && s.d.server.takesAnything(s.now) {
		s.refuse(ctx, reasonNoRun, chunks, err)
		return
	}
	s.err = err
	s.later = append(s.later, chunks...)
}

// again queues judgements whose time has not come: behind their runs in the destination for them, or there once more.
func (d *destination) again(ctx context.Context, s *sending, all int) {
	if len(s.later) == 0 {
		return
	}
	if d.isFeedback() {
		if d.closing.Load() || d.enqueue(ctx, s.later) != nil {
			s.keep(s.later)
		}
		return
	}
	if len(s.rest) > 0 {
		s.keep(s.later)
		return
	}
	if s.refused+len(s.later) == all {
		s.refuse(ctx, reasonNoRun, s.later, s.err)
		return
	}
	if err := d.feedback.consume(ctx, s.later); err != nil {
		s.refuse(ctx, reasonFull, s.later, err)
	}
}
