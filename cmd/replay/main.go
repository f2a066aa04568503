// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Command replay sends the recorded traces of a folder to an OTLP/HTTP receiver, each with ids of its own and at
// today's time.
package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"time"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/replay"
)

// maxRepeat bounds how often the folder is sent: a load generator that is forgotten stops by itself.
const maxRepeat = 10_000

type options struct {
	endpoint, dir, only string
	repeat              int
	pause               time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.endpoint, "endpoint", "http://127.0.0.1:4318", "OTLP/HTTP base URL")
	flag.StringVar(&o.dir, "dir", "testdata", "folder that holds manifest.json and traces/")
	flag.StringVar(&o.only, "only", "", "send only recordings whose file name contains this")
	flag.IntVar(&o.repeat, "repeat", 1, "how often to send the folder, at most "+strconv.Itoa(maxRepeat))
	flag.DurationVar(&o.pause, "pause", 0, "time between two recordings")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := send(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "replay:", err)
		os.Exit(1)
	}
}

func send(ctx context.Context, o options) error {
	if o.repeat < 1 || o.repeat > maxRepeat {
		return fmt.Errorf("-repeat: must be from 1 to %d, is %d", maxRepeat, o.repeat)
	}
	recordings, err := replay.Load(o.dir)
	if err != nil {
		return err
	}
	sender := replay.Sender{
		Endpoint: o.endpoint, Client: &http.Client{Timeout: 30 * time.Second}, Tries: 10, Pause: 500 * time.Millisecond,
	}
	sent, spans := 0, 0
	for round := range o.repeat {
		for _, r := range recordings {
			if !strings.Contains(r.File, o.only) {
				continue
			}
			fresh := r.Fresh(strconv.FormatInt(time.Now().UnixNano()+int64(round), 36), time.Now())
			if err := sender.Send(ctx, fresh); err != nil {
				return err
			}
			sent, spans = sent+1, spans+fresh.Traces.SpanCount()
			time.Sleep(o.pause)
		}
	}
	fmt.Printf("sent %d recordings, %d spans, to %s\n", sent, spans, o.endpoint)
	return nil
}
