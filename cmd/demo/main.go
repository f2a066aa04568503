// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Command demo shows the whole pipeline on one machine: it starts the Collector on embed:local, replays the recorded
// traces over OTLP, and prints from the Collector's own counters what became of them. The page stays open until
// Ctrl-C.
//
// With --once it ends by itself, with status 0 only when every trace that was kept can be read from the stand-in for
// LangSmith with one root and no missing parent, and nothing planted is to be found in what left.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/replay"
)

//go:embed overlay.yaml
var overlay string

// senders is how many recordings are on their way at once, as if several applications ran.
const senders = 4

type options struct {
	collector, testdata string
	once                bool
}

func main() {
	var o options
	flag.StringVar(&o.collector, "collector", "bin/otelcol-langsmith", "the Collector to start")
	flag.StringVar(&o.testdata, "testdata", "testdata", "folder that holds manifest.json and traces/")
	flag.BoolVar(&o.once, "once", false, "check what arrived and end")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := demo(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func demo(ctx context.Context, o options) error {
	recordings, err := replay.Load(o.testdata)
	if err != nil {
		return err
	}
	at := addressesFromEnv()
	c, err := start(ctx, o.collector, at)
	if err != nil {
		return err
	}
	defer c.stop()

	began := time.Now()
	fresh, err := send(ctx, recordings, at.otlp())
	if err != nil {
		return err
	}
	took := time.Since(began)
	counts, err := settle(ctx, c, at)
	if err != nil {
		return err
	}
	verdict, err := check(ctx, at, fresh)
	if err != nil {
		return err
	}
	fmt.Print(report(fresh, took, counts, verdict, at))
	if o.once {
		return verdict.err()
	}
	return c.wait(ctx)
}

// send replays every recording once, a few at a time, and returns what was sent.
func send(ctx context.Context, recordings []replay.Recording, endpoint string) ([]replay.Recording, error) {
	salt := strconv.FormatInt(time.Now().UnixNano(), 36)
	sender := replay.Sender{
		Endpoint: endpoint, Client: &http.Client{Timeout: 30 * time.Second}, Tries: 20, Pause: 250 * time.Millisecond,
	}
	fresh := make([]replay.Recording, len(recordings))
	errs := make([]error, senders)
	var group sync.WaitGroup
	for worker := range senders {
		group.Go(func() {
			for i := worker; i < len(recordings) && errs[worker] == nil; i += senders {
				fresh[i] = recordings[i].Fresh(salt, time.Now())
				fresh[i].Label("replay.scenario", recordings[i].Scenario)
				errs[worker] = sender.Send(ctx, fresh[i])
			}
		})
	}
	group.Wait()
	return fresh, errors.Join(errs...)
}
