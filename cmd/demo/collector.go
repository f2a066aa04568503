// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

const (
	startLimit = 30 * time.Second
	stopLimit  = 15 * time.Second
	// keptLog is how much of the Collector's log is kept, to be shown when it fails.
	keptLog = 16 << 10
)

// collector is the Collector as a child process.
type collector struct {
	cmd  *exec.Cmd
	log  *tail
	done chan struct{} // closed when the process has ended
	err  error         // how it ended; read after done
}

// start runs the Collector on embed:local with the demo's overlay and waits until it takes spans.
func start(ctx context.Context, path string, at addresses) (*collector, error) {
	if err := at.free(); err != nil {
		return nil, err
	}
	c := &collector{log: &tail{}, done: make(chan struct{})}
	c.cmd = exec.Command(path, "--config", "embed:local", "--config", "yaml:"+overlay)
	c.cmd.Stderr, c.cmd.Stdout = c.log, c.log
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	go func() {
		c.err = c.cmd.Wait()
		close(c.done)
	}()
	if err := c.ready(ctx, at); err != nil {
		c.stop()
		return nil, err
	}
	return c, nil
}

func (c *collector) ready(ctx context.Context, at addresses) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for {
		if answers(ctx, at.viewer()+"/ok") && answers(ctx, at.otlp()) && answers(ctx, at.metrics()) {
			return nil
		}
		select {
		case <-c.done:
			return fmt.Errorf("the Collector ended (%w):\n%s", c.err, c.log)
		case <-ctx.Done():
			return fmt.Errorf("the Collector was not ready after %s:\n%s", startLimit, c.log)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// answers reports whether anybody speaks HTTP at url, whatever the status.
func answers(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	return resp.Body.Close() == nil
}

// wait blocks until the user has seen enough or the Collector ends by itself.
func (c *collector) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-c.done:
		return fmt.Errorf("the Collector ended (%w):\n%s", c.err, c.log)
	}
}

// stop ends the process, by force when it does not go in time.
func (c *collector) stop() {
	if err := c.cmd.Process.Signal(syscall.SIGTERM); errors.Is(err, syscall.ESRCH) {
		return
	}
	select {
	case <-c.done:
	case <-time.After(stopLimit):
		_ = c.cmd.Process.Kill()
		<-c.done
	}
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text.Write(p)
	if over := t.text.Len() - keptLog; over > 0 {
		t.text.Next(over)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}
