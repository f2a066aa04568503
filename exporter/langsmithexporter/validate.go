// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/config/configcompression"
	"go.opentelemetry.io/collector/exporter/exporterhelper"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/api"
	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/encode"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/runmap"
)

const (
	// maxRoutes bounds the queues, each with goroutines and connections of its own.
	maxRoutes = 100
	// maxMetadata bounds what each run carries.
	maxMetadata = 64
)

// Validate reports all mistakes at once, each beginning with the setting's name.
func (c *Config) Validate() error {
	_, errRoutes := newRouter(c)
	_, errProtocol := encode.ParseProtocol(c.Protocol)
	_, _, errNaming := c.naming()
	_, errAPM := c.apm()
	return errors.Join(
		c.problems,
		c.validateEndpoint(),
		c.validateKey(),
		c.validateHTTP(),
		prefix("project", validateProject(c.Project)),
		prefix("protocol", errProtocol),
		oneOf("unmatched", c.Unmatched, reject, useDefault),
		oneOf("run_ids", c.RunIDs, bySpan, byTraceSpan),
		oneOf("unredacted", c.Unredacted, refuse, allow),
		c.validateMetadata(),
		errNaming,
		prefix("apm_url", errAPM),
		c.validateQueue(),
		c.validateDeadLetter(),
		notNegative("max_age", c.MaxAge),
		errRoutes,
	)
}

func (c *Config) validateEndpoint() error {
	u, err := parseEndpoint(c.ClientConfig.Endpoint)
	if err != nil {
		return prefix("endpoint", err)
	}
	return prefix("endpoint", c.validateScheme(u))
}

// validateKey wants a key wherever data may go with the default one.
func (c *Config) validateKey() error {
	if c.APIKey != "" && c.APIKeyFile != "" {
		return errors.New("api_key: must not be set together with api_key_file")
	}
	if err := checkKey(string(c.APIKey)); err != nil {
		return prefix("api_key", err)
	}
	u, err := parseEndpoint(c.ClientConfig.Endpoint)
	hasKey := c.APIKey != "" || c.APIKeyFile != "" || c.ClientConfig.Auth.HasValue()
	if err != nil || hasKey || isLoopback(u) || !c.usesDefault() {
		return nil
	}
	return errors.New("api_key: must not be empty: set it, or api_key_file (only an endpoint on this host needs none)")
}

func checkKey(key string) error {
	if key != "" && (api.CleanKey(key) == "" || strings.ContainsFunc(api.CleanKey(key), isControl)) {
		return errors.New("holds no usable key")
	}
	return nil
}

// usesDefault reports whether some trace may go where no route says.
func (c *Config) usesDefault() bool {
	return len(c.Routes) == 0 || c.Unmatched == useDefault
}

// ownHeaders are set by other settings, by destination and project. A fixed header would win over all of them.
var ownHeaders = map[string]string{
	"x-api-key":         "api_key or api_key_file",
	"x-tenant-id":       "workspace_id",
	"langsmith-project": "project",
	"content-type":      "protocol",
	"content-encoding":  "compression",
}

func (c *Config) validateHTTP() error {
	var errs error
	for name := range c.ClientConfig.Headers.Iter {
		if setting, own := ownHeaders[strings.ToLower(name)]; own {
			errs = errors.Join(errs, fmt.Errorf("headers: %s is set by %s", name, setting))
		}
	}
	errs = errors.Join(errs, c.validateCompression())
	return errors.Join(errs, notNegative("timeout", c.ClientConfig.Timeout))
}

func notNegative(name string, d time.Duration) error {
	if d < 0 {
		return fmt.Errorf("%s: must not be negative, is %s", name, d)
	}
	return nil
}

// validateCompression wants what the protocol's endpoint can read.
func (c *Config) validateCompression() error {
	words := []configcompression.Type{compressionAuto, compressionNone, configcompression.TypeGzip}
	text := "gzip or none, which LangSmith reads"
	if c.Protocol == encode.Multipart.String() {
		words = append(words, configcompression.TypeZstd)
		text = "zstd, gzip or none, which LangSmith reads"
	}
	if slices.Contains(words, c.ClientConfig.Compression) {
		return nil
	}
	return fmt.Errorf("compression: must be %s, is %q", text, c.ClientConfig.Compression)
}

func (c *Config) validateDeadLetter() error {
	if !c.DeadLetter.HasValue() {
		return nil
	}
	var errs error
	letters := c.DeadLetter.Get()
	if letters.Path == "" {
		errs = errors.New("dead_letter::path: must not be empty")
	}
	if letters.MaxBytes < minDeadLetters {
		errs = errors.Join(errs, fmt.Errorf("dead_letter::max_bytes: must be at least %s, is %s",
			minDeadLetters, letters.MaxBytes))
	}
	return errs
}

// apm reads where another product shows spans, if it is to be told.
func (c *Config) apm() (*runmap.URLTemplate, error) {
	if c.APMURL == "" {
		return nil, nil
	}
	return runmap.ParseURLTemplate(c.APMURL)
}

func (c *Config) validateMetadata() error {
	var errs error
	if len(c.Metadata) > maxMetadata {
		errs = fmt.Errorf("metadata: must have at most %d keys, has %d", maxMetadata, len(c.Metadata))
	}
	for _, key := range slices.Sorted(maps.Keys(c.Metadata)) {
		if key == "" || slices.Contains(c.Metadata[key], "") {
			errs = errors.Join(errs, fmt.Errorf("metadata::%s: names must not be empty", key))
		}
	}
	return errs
}

// validateQueue catches a size that was meant in requests, as other exporters count.
func (c *Config) validateQueue() error {
	if !c.QueueConfig.HasValue() {
		return nil
	}
	q := c.QueueConfig.Get()
	if q.Sizer == exporterhelper.RequestSizerTypeBytes && q.QueueSize < maxBodyBytes {
		return fmt.Errorf("sending_queue::queue_size: is in bytes and must be at least %d, is %d", maxBodyBytes, q.QueueSize)
	}
	return nil
}

func oneOf(name, value string, words ...string) error {
	if slices.Contains(words, value) {
		return nil
	}
	return fmt.Errorf("%s: must be %s, is %q", name, strings.Join(words, " or "), value)
}

func prefix(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", name, err)
}
