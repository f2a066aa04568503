// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package embedprovider is a configuration provider that serves the configurations shipped inside the binary:
// --config embed:NAME.
//
// Each name is one file of the folder configs, the same text that the documentation shows. Later --config arguments
// merge over it, so that a user overrides what differs and keeps the rest. Nothing is read from the disk or the
// network.
package embedprovider

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"go.opentelemetry.io/collector/confmap"
)

const scheme = "embed"

//go:embed configs/*.yaml
var configs embed.FS

// NewFactory returns the factory of the provider, as the Collector Builder expects it.
func NewFactory() confmap.ProviderFactory {
	return confmap.NewProviderFactory(func(confmap.ProviderSettings) confmap.Provider { return provider{} })
}

type provider struct{}

// Retrieve returns the configuration that uri names.
func (provider) Retrieve(_ context.Context, uri string, _ confmap.WatcherFunc) (*confmap.Retrieved, error) {
	name, ok := strings.CutPrefix(uri, scheme+":")
	if !ok {
		return nil, fmt.Errorf("%q uri is not supported by the %s provider", uri, scheme)
	}
	text, err := configs.ReadFile(path.Join("configs", name+".yaml"))
	if err != nil || !fs.ValidPath(name) {
		return nil, fmt.Errorf("no embedded configuration is named %q: there are %s", name, strings.Join(Names(), ", "))
	}
	return confmap.NewRetrievedFromYAML(text)
}

// Scheme returns "embed".
func (provider) Scheme() string { return scheme }

// Shutdown has nothing to end.
func (provider) Shutdown(context.Context) error { return nil }

// Names lists the embedded configurations in alphabetical order.
func Names() []string {
	entries, err := configs.ReadDir("configs")
	if err != nil {
		return nil // cannot be: the folder is compiled in
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}
