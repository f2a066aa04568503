// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.uber.org/zap"
)

// health tells the Collector and the log about troubles that somebody must act on: once when one begins, once when it
// has ended. The component is well when none is left.
type health struct {
	logger *zap.Logger

	mu       sync.Mutex
	host     component.Host // nil until started
	troubles map[string]bool
}

func newHealth(logger *zap.Logger) *health {
	return &health{logger: logger, troubles: map[string]bool{}}
}

func (h *health) start(host component.Host) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.host = host
}

// trouble reports err as what is wrong with subject, unless something is known to be wrong with it already.
func (h *health) trouble(subject string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.troubles[subject] {
		return
	}
	h.troubles[subject] = true
	h.logger.Error("Needs attention", zap.String("subject", subject), zap.Error(err))
	if h.host != nil {
		componentstatus.ReportStatus(h.host, componentstatus.NewRecoverableErrorEvent(err))
	}
}

// well ends the trouble with subject, if there was one.
func (h *health) well(subject string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.troubles[subject] {
		return
	}
	delete(h.troubles, subject)
	h.logger.Info("Well again", zap.String("subject", subject))
	if h.host != nil && len(h.troubles) == 0 {
		componentstatus.ReportStatus(h.host, componentstatus.NewEvent(componentstatus.StatusOK))
	}
}
