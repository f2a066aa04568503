// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/metadata"
)

func TestHints(t *testing.T) {
	f := func(endpoint, right string) {
		t.Helper()
		_, got, _ := strings.Cut(hint(endpoint), "write ")
		assert.Equal(t, right, got, endpoint)
	}
	f("https://api.smith.langchain.com", "")
	f("https://host/api/v1", "")
	f("https://host/api/v1/team", "")
	f("http://127.0.0.1:4319", "")
	f("https://host", "https://host/api/v1")
	f("https://host/langsmith", "https://host/langsmith/api/v1")
	f("https://host/langsmith/api", "https://host/langsmith/api/v1")
	f("https://host/apis", "https://host/apis/api/v1")
	f("https://notsmith.langchain.com", "https://notsmith.langchain.com/api/v1")
	assert.Contains(t, keyHint("lsv2_pt_"+"x"), "personal token")
	assert.Contains(t, keyHint("ls__"+"x"), "not accepted")
	assert.Empty(t, keyHint("lsv2_sk_"+"x"))
	assert.Empty(t, keyHint(""))
}

// A personal token works, and somebody should know; nobody may know the token.
func TestStart_warnsOfAPersonalToken(t *testing.T) {
	key := "lsv2_pt_" + "0123456789"
	path := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(path, []byte(key), 0o600))
	core, logs := observer.New(zap.WarnLevel)
	cfg := createDefaultConfig().(*Config)
	cfg.APIKey = configopaque.String(key)
	cfg.Unmatched = useDefault
	cfg.Routes = []Route{{Match: attrs{"a": "b"}, APIKeyFile: path, Endpoint: "https://host.invalid"}}
	require.NoError(t, cfg.Validate())
	set := exportertest.NewNopSettings(metadata.Type)
	set.Logger = zap.New(core)
	e, err := newTracesExporter(t.Context(), set, cfg)
	require.NoError(t, err)
	require.NoError(t, e.Start(t.Context(), componenttest.NewNopHost()))
	require.NoError(t, e.Shutdown(t.Context()))
	assert.Equal(t, 2, logs.FilterMessageSnippet("personal token").Len(), "one for each destination")
	assert.Equal(t, 1, logs.FilterMessageSnippet("below /api/v1").Len())
	for _, entry := range logs.All() {
		assert.NotContains(t, entry.Message+fmt.Sprint(entry.ContextMap()), key)
	}
}
