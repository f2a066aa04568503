// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configcompression"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/otelcol/otelcoltest"
	"go.yaml.in/yaml/v3"

	"github.com/otelcol-langsmith/otelcol-langsmith/exporter/langsmithexporter/internal/metadata"
)

func TestLoadConfig(t *testing.T) {
	factories, err := otelcoltest.NopFactories()
	require.NoError(t, err)
	factories.Exporters[metadata.Type] = NewFactory()
	all, err := otelcoltest.LoadConfigAndValidate(filepath.Join("testdata", "config.yaml"), factories)
	require.NoError(t, err)

	plain := all.Exporters[component.NewID(metadata.Type)].(*Config)
	want := createDefaultConfig().(*Config)
	want.APIKey = "not-a-key"
	want.QueueConfig, plain.QueueConfig = plain.QueueConfig, want.QueueConfig
	assert.Equal(t, want, plain, "what is not set has its default")

	nativeOne := all.Exporters[component.NewIDWithName(metadata.Type, "native")].(*Config)
	assert.Equal(t, "multipart", nativeOne.Protocol)
	assert.Equal(t, configcompression.TypeZstd, nativeOne.ClientConfig.Compression)

	full := all.Exporters[component.NewIDWithName(metadata.Type, "full")].(*Config)
	assert.Equal(t, 20*time.Second, full.ClientConfig.Timeout)
	assert.Equal(t, "/etc/ssl/certs/own.pem", full.ClientConfig.TLS.CAFile)
	assert.Equal(t, configcompression.Type("none"), full.ClientConfig.Compression)
	assert.Equal(t, DeadLetterConfig{Path: "/var/lib/otelcol/refused.jsonl", MaxBytes: 1 << 30}, *full.DeadLetter.Get())
	assert.Equal(t, []string{"deployment.environment.name"}, full.Metadata["env"])
	assert.Contains(t, full.Metadata, "app.version", "defaults stay beside one's own")
	assert.Len(t, full.Routes, 2)
	q := full.QueueConfig.Get()
	assert.EqualValues(t, 1<<30, q.QueueSize)
	assert.Equal(t, exporterhelper.RequestSizerTypeBytes, q.Sizer)
	assert.Equal(t, time.Second, q.Batch.Get().FlushTimeout)
	assert.EqualValues(t, maxBodyBytes, q.Batch.Get().MaxSize)

	r, err := newRouter(full)
	require.NoError(t, err)
	assert.Equal(t, []target{
		{endpoint: "https://langsmith.example.com/api/v1", keyFile: "/keys/general", workspace: "1b2c"},
		{endpoint: "https://langsmith.example.com/api/v1", keyFile: "/keys/search", workspace: "3d4e"},
		{endpoint: "http://127.0.0.1:4319"},
	}, r.targets, "the general key does not go to another endpoint")
}

// problems reads YAML as the Collector does, and returns what Validate says.
func problems(t *testing.T, text string) string {
	t.Helper()
	var raw map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &raw))
	cfg := createDefaultConfig()
	require.NoError(t, confmap.NewFromStringMap(raw).Unmarshal(cfg))
	if err := confmap.Validate(cfg); err != nil {
		return err.Error()
	}
	return ""
}

func TestValidate_eachMistake(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		got := problems(t, "api_key: k\n"+text)
		if want == "" {
			assert.Empty(t, got, text)
			return
		}
		assert.Contains(t, got, want, text)
		for line := range strings.Lines(got) {
			setting := strings.FieldsFunc(strings.TrimPrefix(line, "unknown key "), func(r rune) bool {
				return r == ':' || r == ' '
			})[0]
			assert.Contains(t, text+"api_key", strings.Trim(setting, `"`), "begins with the setting: %s", line)
		}
	}
	f(``, ``)
	f(`endpoint: https://host/api/v1`, ``)
	f(`endpoint: " 'https://host/api/' "`, ``)
	f(`endpoint: http://localhost:4319`, ``)
	f(`endpoint: http://[::1]:4319/`, ``)
	f("endpoint: http://host\ntls: {insecure: true}", ``)
	f(`apm_url: "https://apm.example/trace/{trace_id}?span={span_id}"`, ``)
	f(`apm_url: "https://apm.example/trace/"`, `apm_url: must have {trace_id} in it`)
	f(`apm_url: "apm.example/{trace_id}"`, `apm_url: must be an http or https URL`)
	f(`endpoint: ""`, `endpoint: must not be empty: write "https://api.smith.langchain.com"`)
	f(`endpoint: host:443`, `endpoint: has no scheme: write "https://host:443"`)
	f(`endpoint: ftp://host`, `endpoint: must be an https URL, has scheme "ftp"`)
	f(`endpoint: http://host`, `endpoint: must be https`)
	f(`endpoint: https://user:pw@host`, `endpoint: must have neither user`)
	f(`endpoint: https://host?key=1`, `endpoint: must have neither user, query nor fragment`)
	f(`endpoint: "https://ho st/%zz"`, `endpoint: is not a URL`)
	f(`endpoint: https://host/otel/v1/traces`,
		`endpoint: must not end in "/otel/v1/traces", which the exporter adds: write "https://host/api/v1"`)
	f(`endpoint: https://host/api/v1/otel/v1/traces/v1/traces`,
		`endpoint: must not end in "/otel/v1/traces/v1/traces", which the exporter adds: write "https://host/api/v1"`)
	f(`endpoint: https://host/runs/multipart/otel/v1/traces`, `write "https://host/api/v1"`)
	f(`endpoint: https://host/langsmith/otel`, `write "https://host/langsmith/api/v1"`)
	f(`endpoint: https://host/api/v1/traces`, `must not end in "/v1/traces", which the exporter adds: write "https://host/api/v1"`)
	f(`endpoint: https://host/otel/v1/logs`, `write "https://host/api/v1"`)
	f(`endpoint: https://host/api/v1/api/v1`, `must not end in "/api/v1/api/v1": write "https://host/api/v1"`)
	f(`endpoint: https://host/api/api/v1`, `must not end in "/api/api/v1": write "https://host/api/v1"`)
	f(`endpoint: http://localhost:4319/otel/v1/traces`, `write "http://localhost:4319"`)
	f(`endpoint: http://localhost:4319/api/v1/otel`, `write "http://localhost:4319/api/v1"`)
	f(`endpoint: https://api.smith.langchain.com/api/v1/otel`, `write "https://api.smith.langchain.com"`)
	f(`endpoint: wss://host`, `endpoint: must be an https URL, has scheme "wss" and host "host": write "https://host"`)
	f(`endpoint: https://eu.api.smith.langchain.com/`, ``)
	f(`endpoint: https://us-central1.p.api.smith.langchain.com`, ``)
	f(`endpoint: https://smith.langchain.com/o/1b2c`, `endpoint: is the page for people: write "https://api.smith.langchain.com"`)
	f(`endpoint: https://eu.smith.langchain.com`, `endpoint: is the page for people: write "https://eu.api.smith.langchain.com"`)
	f(`endpoint: https://api.smith.langchain.com/api/v1`,
		`endpoint: must have no path in LangSmith's cloud, has "/api/v1": write "https://api.smith.langchain.com"`)
	f(`endpoint: https://api.smith.langchain.com/eu`, `write "https://eu.api.smith.langchain.com"`)
	f("endpoint: http://api.smith.langchain.com\ntls: {insecure: true}",
		`endpoint: must be https: write "https://api.smith.langchain.com"`)
	f(`endpoint: https://notsmith.langchain.com`, ``)
	f(`endpoint: https://host/api/v1/otel/`, `endpoint: must not end in "/otel", which the exporter adds: write "https://host/api/v1"`)
	f(`api_key_file: f`, `api_key: must not be set together with api_key_file`)
	f(`project: "{service.name"`, `project: must have the name of an attribute between { and }`)
	f(`project: "a}"`, `project: has a } without its {`)
	f(`project: "{}"`, `project: must have the name`)
	f(`project: "a\tb"`, `project: must be at most 128`)
	f(`project: `+strings.Repeat("x", 129), `project: must be at most 128`)
	f(`protocol: grpc`, `protocol: must be otlp or multipart, is "grpc"`)
	f(`project: ""`, ``)
	f(`metadata: {env: deployment.environment, feature: []}`, ``)
	f(`unmatched: drop`, `unmatched: must be reject or default, is "drop"`)
	f(`run_ids: uuid`, `run_ids: must be span or trace_span`)
	f(`unredacted: maybe`, `unredacted: must be refuse or allow`)
	f(`metadata: {"k": [""]}`, `metadata::k: names must not be empty`)
	f(`headers: {X-Api-Key: k}`, `headers: X-Api-Key is set by api_key or api_key_file`)
	f(`headers: {langsmith-project: k}`, `headers: langsmith-project is set by project`)
	f(`headers: {X-Other: k}`, ``)
	f(`compression: zstd`, `compression: must be gzip or none`)
	f("compression: zstd\nprotocol: multipart", ``)
	f("compression: snappy\nprotocol: multipart", `compression: must be zstd, gzip or none`)
	f(`compression: none`, ``)
	f(`compression: ""`, ``)
	f(`protocol: multipart`, ``)
	f(`dead_letter: {path: refused.jsonl}`, ``)
	f(`dead_letter: {path: refused.jsonl, max_bytes: 20MiB}`, ``)
	f(`dead_letter: {max_bytes: 20MiB}`, `dead_letter::path: must not be empty`)
	f(`dead_letter: {path: f, max_bytes: 10KiB}`, `dead_letter::max_bytes: must be at least 1MiB, is 10KiB`)
	f(`dead_letter: {enabled: false}`, ``)
	f(`timeout: -1s`, `timeout: must not be negative`)
	f(`sending_queue: {queue_size: 1000}`, `sending_queue::queue_size: is in bytes and must be at least 20971520, is 1000`)
	f(`sending_queue: {sizer: items, queue_size: 1000}`, ``)
	f(`sending_queue: {enabled: false}`, ``)
	f(`endpiont: https://host`, `unknown key "endpiont": did you mean "endpoint"?`)
	f(`tls: {ca_fil: x}`, `unknown key "tls::ca_fil": did you mean "ca_file"?`)
	f(`retry_on_failure: {max_elapsd_time: 1s}`, `unknown key "retry_on_failure::max_elapsd_time"`)
	assert.Contains(t, problems(t, `{api_key: k, sending_queue: {queue_siz: 1}}`), "invalid keys: queue_siz", "the core's words")
	assert.Contains(t, problems(t, `{api_key: k, dead_letter: {path: f, max_byte: 1}}`), "max_byte")
	assert.Contains(t, problems(t, `{api_key: k, dead_letter: {path: f, max_bytes: much}}`), "is not a size")
	assert.Contains(t, problems(t, `{api_key: k, timeout: soon}`), "'timeout' time: invalid duration")
}

func TestValidate_routes(t *testing.T) {
	f := func(route, want string) {
		t.Helper()
		got := problems(t, "api_key: k\nroutes: ["+route+"]")
		if want == "" {
			assert.Empty(t, got, route)
			return
		}
		assert.Contains(t, got, want, route)
	}
	f(`{match: {team: a}}`, ``)
	f(`{match: {'resource["team"]': [a, b]}}`, ``)
	f(`{match: {"attributes['team']": true}}`, ``)
	f(`{project: p}`, `routes::0::match: must not be empty`)
	f(`{match: {'scope["team"]': a}}`, `routes::0::match::scope["team"]: must be resource["team"]`)
	f(`{match: {team: {a: b}}}`, `routes::0::match::team: must be a value or a list of values`)
	f(`{match: {team: []}}`, `routes::0::match::team: must not be an empty list`)
	f(`{match: {team: [[a]]}}`, `routes::0::match::team: must be a value`)
	f(`{match: {team: a}, project: "{"}`, `routes::0::project: must have the name`)
	f(`{match: {team: a}, endpoint: "https://other"}`, `routes::0::api_key: must not be empty: the general key is not given`)
	f(`{match: {team: a}, endpoint: "https://other", api_key: k2}`, ``)
	f(`{match: {team: a}, endpoint: "http://other", api_key: k2}`, `routes::0::endpoint: must be https`)
	f(`{match: {team: a}, endpoint: "http://127.0.0.1:4319"}`, ``)
	f(`{match: {team: a}, api_key: k2, api_key_file: f}`, `routes::0::api_key: must not be set together with api_key_file`)
	f(`{match: {team: a}, api_key: "k\u0000k"}`, `routes::0::api_key: holds no usable key`)
	f(`{match: {team: a}, projct: x}`, `unknown key "routes::0::projct": did you mean "project"?`)
	f(strings.Repeat(`{match: {team: a}},`, maxRoutes+1), `routes: must be at most 100, are 101`)
}

func TestValidate_allMistakesAtOnce(t *testing.T) {
	got := problems(t, `
endpiont: https://host
tls: {ca_fil: x}
endpoint: host
project: "{"
run_ids: x
unredacted: x
protocol: x
compression: snappy
routes: [{projct: p}, {match: {'x["y"]': z}, project: "}"}]
`)
	for _, want := range []string{
		`"endpiont"`, `"tls::ca_fil"`, "endpoint: has no scheme", "project: must", "run_ids: must", "unredacted: must",
		"protocol: must", "compression: must", `"routes::0::projct"`, "routes::0::match: must", `routes::1::match::x["y"]: must`,
		"routes::1::project: has a }",
	} {
		assert.Contains(t, got, want)
	}
}

func TestValidate_keyIsNeededWhereDataMayGo(t *testing.T) {
	f := func(text string, want bool) {
		t.Helper()
		assert.Equal(t, want, strings.Contains(problems(t, text), "api_key: must not be empty"), text)
	}
	f(`{}`, true)
	f(`api_key: " \n"`, false) // another mistake: no usable key
	f(`endpoint: http://127.0.0.1:4319`, false)
	f(`auth: {authenticator: oauth2client}`, false)
	f(`routes: [{match: {a: b}}]`, true)
	f(`routes: [{match: {a: b}, api_key: k}]`, false)
	f(`{unmatched: default, routes: [{match: {a: b}, api_key: k}]}`, true)
	assert.Contains(t, problems(t, `api_key: " "`), "api_key: holds no usable key")
}

func TestValidate_saysNothingOfTheKey(t *testing.T) {
	secret := "lsv2" + "_pt_0123456789"
	got := problems(t, "api_key: \""+secret+"\\u0001x\"\nroutes: [{match: {}, api_key: "+secret+"}]\nendpoint: https://u:"+secret+"@host")
	assert.NotEmpty(t, got)
	assert.NotContains(t, got, secret)
}
