// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"net"
	"os"
)

// addresses are the ports of embed:local, from the same environment variables that it reads.
type addresses struct {
	grpcPort, httpPort, viewerPort, metricsPort string
}

func addressesFromEnv() addresses {
	return addresses{
		grpcPort:    fromEnv("OTELCOL_LANGSMITH_PORT_GRPC", "4317"),
		httpPort:    fromEnv("OTELCOL_LANGSMITH_PORT_HTTP", "4318"),
		viewerPort:  fromEnv("OTELCOL_LANGSMITH_PORT_VIEWER", "4319"),
		metricsPort: fromEnv("OTELCOL_LANGSMITH_PORT_METRICS", "8888"),
	}
}

func fromEnv(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}

func (a addresses) otlp() string    { return "http://127.0.0.1:" + a.httpPort }
func (a addresses) viewer() string  { return "http://127.0.0.1:" + a.viewerPort }
func (a addresses) metrics() string { return "http://127.0.0.1:" + a.metricsPort + "/metrics" }

// free fails for the first port that somebody else has, and says how to choose another.
func (a addresses) free() error {
	ports := []struct{ port, variable, use string }{
		{a.grpcPort, "OTELCOL_LANGSMITH_PORT_GRPC", "OTLP over gRPC"},
		{a.httpPort, "OTELCOL_LANGSMITH_PORT_HTTP", "OTLP over HTTP"},
		{a.viewerPort, "OTELCOL_LANGSMITH_PORT_VIEWER", "the page"},
		{a.metricsPort, "OTELCOL_LANGSMITH_PORT_METRICS", "the Collector's own metrics"},
	}
	for _, p := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:"+p.port)
		if err != nil {
			return fmt.Errorf("port %s (%s) is not free: set %s to another: %w", p.port, p.use, p.variable, err)
		}
		if err := l.Close(); err != nil {
			return err
		}
	}
	return nil
}
