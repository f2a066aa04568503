// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/seglog"
)

// TestLogs_whatTheJournalRefusesIsNotPassedOnInPart sends again what was refused, as its sender would.
func TestLogs_whatTheJournalRefusesIsNotPassedOnInPart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		l := withLogs(t, withStorage(t, d, nil))
		l.start(l.sink)
		request := func() plog.Logs {
			return logs(question, ordinary)
		}
		d.breaks(seglog.ErrFull)
		require.ErrorIs(t, l.logs.ConsumeLogs(context.Background(), request()), errFull)
		assert.Zero(t, l.logSink.LogRecordCount())
		assert.Zero(t, l.count("bytes_held"))
		d.breaks(nil)
		require.NoError(t, l.logs.ConsumeLogs(context.Background(), request()))
		assert.Equal(t, 1, l.logSink.LogRecordCount())
		assert.Equal(t, 1, d.len())
		l.stop()
	})
}

func TestLogs_whatTheNextConsumerRefusesStaysNowhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		l := &logSampler{sampler: withStorage(t, d, nil), logSink: &consumertest.LogsSink{}}
		l.start(l.sink)
		l.pipe(consumertest.NewErr(errDown))
		request := logs(question, ordinary)
		require.ErrorIs(t, l.logs.ConsumeLogs(context.Background(), request), errDown)
		time.Sleep(time.Second)
		assert.Zero(t, d.len())
		assert.Zero(t, l.count("bytes_held"))
		l.stop()
	})
}
