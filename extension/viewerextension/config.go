// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package viewerextension

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/settings"
)

const (
	// minBytes is room for one request of the greatest size and what was there before.
	minBytes = 1 << 20
	// maxDecisionsLimit keeps the list below some 20 MB.
	maxDecisionsLimit = 100_000
)

// Config is what the user says about the viewer.
type Config struct {
	// Endpoint is where the page and the API are served, as host:port.
	Endpoint string `mapstructure:"endpoint"`
	// AllowedHosts are names, beside loopback ones and the endpoint's own, by which the viewer may be asked for.
	AllowedHosts []string `mapstructure:"allowed_hosts"`
	// APIKeys are those that may send; none means that any may. Reading needs no key.
	APIKeys []configopaque.String `mapstructure:"api_keys"`
	// MaxRuns and MaxBytes bound what is kept. The oldest traces go first.
	MaxRuns  int               `mapstructure:"max_runs"`
	MaxBytes settings.ByteSize `mapstructure:"max_bytes"`
	// MaxRequestBytes bounds one request, before and after decompression.
	MaxRequestBytes settings.ByteSize `mapstructure:"max_request_bytes"`
	// MaxDecisions is how many of the sampler's decisions are kept.
	MaxDecisions int `mapstructure:"max_decisions"`
	// Arrived opens the path that takes the stream as it came, before redaction.
	Arrived bool `mapstructure:"arrived"`
	// Faults opens the path by which tests make the stand-in fail.
	Faults bool `mapstructure:"faults"`

	problems error
}

// Unmarshal reads the settings strictly; what is wrong with them is told by Validate.
func (c *Config) Unmarshal(conf *confmap.Conf) error {
	c.problems = settings.Read(conf, c)
	return nil
}

// Validate reports every mistake at once.
func (c *Config) Validate() error {
	errs := []error{c.problems, checkEndpoint(c.Endpoint)}
	for i, name := range c.AllowedHosts {
		if name == "" || strings.ContainsAny(name, ":/* ") {
			errs = append(errs, fmt.Errorf("allowed_hosts::%d: must be a host name without port or wildcard, is %q", i, name))
		}
	}
	for i, key := range c.APIKeys {
		if key == "" {
			errs = append(errs, fmt.Errorf("api_keys::%d: must not be empty", i))
		}
	}
	if c.MaxRuns <= 0 {
		errs = append(errs, fmt.Errorf("max_runs: must be positive, is %d", c.MaxRuns))
	}
	if c.MaxBytes < minBytes {
		errs = append(errs, fmt.Errorf("max_bytes: must be at least 1MiB, is %s", c.MaxBytes))
	}
	if c.MaxRequestBytes <= 0 {
		errs = append(errs, errors.New("max_request_bytes: must be positive"))
	}
	if c.MaxRequestBytes > c.MaxBytes {
		errs = append(errs,
			fmt.Errorf("max_request_bytes (%s): must not exceed max_bytes (%s)", c.MaxRequestBytes, c.MaxBytes))
	}
	if c.MaxDecisions <= 0 || c.MaxDecisions > maxDecisionsLimit {
		errs = append(errs, fmt.Errorf("max_decisions: must be between 1 and %d, is %d", maxDecisionsLimit, c.MaxDecisions))
	}
	return errors.Join(errs...)
}

func checkEndpoint(endpoint string) error {
	if endpoint == "" {
		return errors.New("endpoint: must not be empty; the default is " + defaultEndpoint)
	}
	_, port, err := net.SplitHostPort(endpoint)
	if err != nil {
		return fmt.Errorf("endpoint: must be host:port, is %q", endpoint)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("endpoint: port must be between 0 and 65535, is %q", port)
	}
	return nil
}
