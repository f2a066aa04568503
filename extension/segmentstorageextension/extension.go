// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package segmentstorageextension

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/seglog"
)

// segmentBytes is small: of what a queue has passed on, and of what is read at start, this much is held at a time.
const segmentBytes = 4 << 20

// segmentStorage gives every component a log of its own.
type segmentStorage struct {
	component.StartFunc
	component.ShutdownFunc // clients are closed by those who use them

	cfg    *Config
	logger *zap.Logger
}

var _ storage.Extension = (*segmentStorage)(nil)

// GetClient opens the store of a component.
func (s *segmentStorage) GetClient(_ context.Context, kind component.Kind, id component.ID, name string) (storage.Client, error) {
	dir := filepath.Join(s.cfg.Directory, directoryOf(kind, id, name))
	log, err := seglog.Open(dir, seglog.Options{
		MaxBytes: int64(s.cfg.MaxBytes), SegmentBytes: segmentBytes,
		Durable: s.cfg.Fsync.Always(), Synced: s.cfg.Fsync.Synced(),
	})
	if err != nil {
		return nil, fmt.Errorf("open %q: %w", dir, err)
	}
	logger := s.logger.With(zap.String("directory", dir))
	report(logger, log.Report())
	return newClient(log, s.cfg.Fsync.Every(), logger)
}

// directoryOf makes the name of a directory of what names a store.
func directoryOf(kind component.Kind, id component.ID, name string) string {
	parts := []string{strings.ToLower(kind.String()), id.Type().String(), id.Name(), name}
	for i, part := range parts {
		parts[i] = escape(part)
	}
	return strings.Join(parts, "_")
}

// escape leaves what every file system takes, and writes all else so that no two names become the same. An underscore
// stands between parts.
func escape(part string) string {
	var b strings.Builder
	for _, c := range []byte(part) {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c == '-', c == '.':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "~%02x", c)
		}
	}
	return b.String()
}

// report tells what is wrong in a directory. None of it stops the start.
func report(logger *zap.Logger, r seglog.Report) {
	if r.Damaged+int64(r.Missing)+int64(r.Aside) > 0 {
		logger.Error("a part of what was stored cannot be read; files that cannot be read stay",
			zap.Int64("damaged_bytes", r.Damaged), zap.Int("segments_missing", r.Missing), zap.Int("segments_unreadable", r.Aside))
	}
	if r.Torn > 0 {
		logger.Info("the last process was ended while it wrote", zap.Int64("unfinished_bytes", r.Torn))
	}
}
