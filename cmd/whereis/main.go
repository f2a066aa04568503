// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Command whereis asks a running Collector what became of a trace.
//
//	whereis 4bf92f3577b34da6a3ce929d0e0e4736
//
// A trace is named by its id, by the id of its root span, or by the id of its root run as LangSmith shows it. The answer
// comes from the last decisions of the sampler and what exporters have done with the last traces, which the viewer
// extension keeps; where there is nothing, the exit status is 1.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

const (
	// timeout is longer than a busy Collector takes.
	timeout = 10 * time.Second
	// maxAnswer bounds what is read: a trace has a handful of decisions.
	maxAnswer = 1 << 20
)

func main() {
	endpoint := flag.String("endpoint", "http://127.0.0.1:4319", "where the viewer extension of the Collector listens")
	flag.Parse()
	if err := run(*endpoint, flag.Args(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "whereis:", err)
		os.Exit(1)
	}
}

func run(endpoint string, args []string, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("name one trace: its id, the id of its root span, or that of its root run")
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	address := strings.TrimSuffix(endpoint, "/") + "/standin/whereis/" + url.PathEscape(args[0])
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("-endpoint: %w", err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("ask the viewer extension, which must be configured: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return errors.New(strings.TrimSpace(string(answer)))
	}
	_, err = out.Write(answer)
	return err
}
