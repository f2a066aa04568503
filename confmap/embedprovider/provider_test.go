// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package embedprovider_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"

	"github.com/otelcol-langsmith/otelcol-langsmith/confmap/embedprovider"
)

func ExampleNames() {
	fmt.Println(embedprovider.Names())
	// Output: [alone beside-apm dev gateway local sidecar]
}

func newProvider() confmap.Provider {
	return embedprovider.NewFactory().Create(confmap.ProviderSettings{})
}

func TestRetrieve_everyNameIsAConfiguration(t *testing.T) {
	p := newProvider()
	require.NoError(t, confmaptest.ValidateProviderScheme(p))
	for _, name := range embedprovider.Names() {
		got, err := p.Retrieve(context.Background(), "embed:"+name, nil)
		require.NoError(t, err, name)
		conf, err := got.AsConf()
		require.NoError(t, err, name)
		assert.True(t, conf.IsSet("service"), name)
	}
	require.NoError(t, p.Shutdown(context.Background()))
}

func TestRetrieve_anUnknownNameIsToldTheKnownOnes(t *testing.T) {
	f := func(uri, want string) {
		t.Helper()
		_, err := newProvider().Retrieve(context.Background(), uri, nil)
		require.ErrorContains(t, err, want)
	}
	f("embed:lokal", "there are alone, beside-apm, dev, gateway, local, sidecar")
	f("embed:", "no embedded configuration is named")
	f("embed:../provider", "no embedded configuration is named")
	f("file:local", "not supported")
}
