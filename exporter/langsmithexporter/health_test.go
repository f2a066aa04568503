// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/metadata"
)

func TestHealth_isWellWhenNoTroubleIsLeft(t *testing.T) {
	core, logs := observer.New(zap.InfoLevel)
	h := newHealth(zap.New(core))
	h.trouble("early", assert.AnError) // before the start: the log alone hears of it
	h.well("early")
	host := &statusHost{Host: componenttest.NewNopHost()}
	h.start(host)
	h.trouble("a", assert.AnError)
	h.trouble("a", assert.AnError)
	h.trouble("b", assert.AnError)
	h.well("a")
	h.well("a")
	h.well("never ill")
	assert.Equal(t, []string{"StatusRecoverableError", "StatusRecoverableError"}, host.statuses())
	h.well("b")
	assert.Equal(t, []string{"StatusRecoverableError", "StatusRecoverableError", "StatusOK"}, host.statuses())
	assert.Equal(t, 6, logs.Len(), "each trouble has one line when it begins and one when it ends")
}

func TestMayLog_onceInAWhileForEachReason(t *testing.T) {
	c, err := newCounters(exportertest.NewNopSettings(metadata.Type))
	require.NoError(t, err)
	now := time.Now()
	assert.True(t, c.mayLog("a", now))
	assert.False(t, c.mayLog("a", now.Add(logInterval-1)))
	assert.True(t, c.mayLog("b", now))
	assert.True(t, c.mayLog("a", now.Add(logInterval)))
}

// Whatever goes wrong, nothing that is logged holds a key, a prompt or what the server has written.
func TestLogs_holdNeitherKeyNorPayload(t *testing.T) {
	const prompt, echoed = "the-secret-prompt", "echoed-by-the-server"
	key := "lsv2" + "_sk_abcdef"
	synctest.Test(t, func(t *testing.T) {
		statuses := []int{401, 500, 0, 429, 413, 400, 404, 422}
		s := &sink{answer: func(n int, _ post) answer {
			return answer{status: statuses[n%len(statuses)], body: []byte(echoed + prompt)}
		}}
		core, logs := observer.New(zap.DebugLevel)
		cfg := createDefaultConfig().(*Config)
		cfg.ClientConfig.Endpoint, cfg.Unmatched = "http://127.0.0.1:1", useDefault
		cfg.APIKey = configopaque.String(key)
		cfg.Routes = []Route{{Match: attrs{"trace": prompt}, APIKey: configopaque.String(key + "2")}}
		set := exportertest.NewNopSettings(metadata.Type)
		set.ID = component.NewID(metadata.Type)
		set.Logger = zap.New(core)
		e, err := newTracesExporter(context.Background(), set, cfg)
		require.NoError(t, err)
		require.NoError(t, e.Start(context.Background(), componenttest.NewNopHost()))
		for _, d := range e.destinations {
			d.server.client.HTTP.Transport = s
		}
		for range 5 {
			_ = e.ConsumeTraces(context.Background(), spans(nil, prompt, "other"))
			settle(time.Minute)
		}
		_, _, _ = encoding{unreadable: e.destinations[0].unreadable}.Unmarshal([]byte(prompt + strings.Repeat("x", 20)))
		require.NoError(t, e.Shutdown(context.Background()))

		require.NotZero(t, logs.Len())
		for _, entry := range logs.All() {
			line := entry.Message + fmt.Sprint(entry.ContextMap())
			for _, word := range []string{key, prompt, echoed} {
				assert.NotContains(t, line, word)
			}
		}
		assert.True(t, slices.ContainsFunc(s.all(), func(p post) bool { return p.header.Get("X-Api-Key") == key }))
	})
}

func TestUnreadable_countsByReason(t *testing.T) {
	r := newRig(t, into{http.NotFoundHandler()}, nil)
	for _, err := range []error{
		errItemDamaged, errItemRoute, fmt.Errorf("%w: format 2", errItemVersion), errors.New("anything"),
	} {
		r.counters.unreadable(err)
	}
	assert.Equal(t, 2, r.count("queue_items_refused", "reason", "damaged"))
	assert.Equal(t, 1, r.count("queue_items_refused", "reason", "version"))
	assert.Equal(t, 1, r.count("queue_items_refused", "reason", "route"))
}
