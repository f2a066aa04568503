// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"

	"go.opentelemetry.io/collector/confmap"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor"
)

// readConfig reads the section of a processor out of a Collector's configuration, or a section that stands alone.
func readConfig(path, processor string) (*samplingprocessor.Config, error) {
	cfg := samplingprocessor.NewFactory().CreateDefaultConfig().(*samplingprocessor.Config)
	conf := confmap.New()
	if path != "" {
		var err error
		if conf, err = section(path, processor); err != nil {
			return nil, err
		}
	}
	if err := conf.Unmarshal(cfg); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if err := confmap.Validate(cfg); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return cfg, nil
}

func section(path, processor string) (*confmap.Conf, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	retrieved, err := confmap.NewRetrievedFromYAML(text)
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w", path, err)
	}
	conf, err := retrieved.AsConf()
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w", path, err)
	}
	if !conf.IsSet("processors") {
		return conf, nil
	}
	key := "processors" + confmap.KeyDelimiter + processor
	if !conf.IsSet(key) {
		return nil, fmt.Errorf("%s: has no processor %q", path, processor)
	}
	sub, err := conf.Sub(key)
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", path, key, err)
	}
	return sub, nil
}
