// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package langsmithexporter

import (
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/config/configretry"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/exporter/exporterhelper"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/contract"
	"github.com/otelcol-langsmith/otelcol-langsmith/internal/settings"
)

const (
	defaultEndpoint = "https://api.smith.langchain.com"
	defaultTimeout  = 30 * time.Second
	defaultTemplate = "{service.name}-{deployment.environment.name}"
	// defaultQueueBytes holds some minutes of a busy gateway, and fits in the memory of a small container.
	defaultQueueBytes = 256 << 20
	// minBatchBytes is where a larger request would not be cheaper any more.
	minBatchBytes = 1 << 20
	// maxBodyBytes is size_limit_bytes of LangSmith's /info, which counts bytes before compression (assumption 21).
	maxBodyBytes = 20 << 20
	// maxRunBytes is the size beyond which a run is not even tried by itself: the limit of a message at the entrance in
	// the shipped configurations.
	maxRunBytes = 64 << 20
	// maxBodyRuns is size_limit of LangSmith's /info.
	maxBodyRuns = 100
	// fastest is the level when none is set. It costs a third of gzip's default in CPU time, for some percent more bytes.
	fastest = 1
	// defaultDeadLetters is what LangSmith's own clients keep of what failed.
	defaultDeadLetters settings.ByteSize = 100 << 20
	// minDeadLetters has room for a run of usual size, at least.
	minDeadLetters settings.ByteSize = 1 << 20
)

// Words of the configuration.
const (
	reject      = "reject"
	useDefault  = "default"
	refuse      = "refuse"
	allow       = "allow"
	bySpan      = "span"
	byTraceSpan = "trace_span"
)

// Config is what can be set. Every default is in createDefaultConfig and every rule in Validate.
type Config struct {
	ClientConfig confighttp.ClientConfig `mapstructure:",squash"`

	APIKey      configopaque.String `mapstructure:"api_key"`
	APIKeyFile  string              `mapstructure:"api_key_file"`
	WorkspaceID string              `mapstructure:"workspace_id"`

	// Project is a name, or a template of attributes in braces. Empty is the default, so that it can come from a variable.
	Project string `mapstructure:"project"`
	// Protocol is the wire format: otlp or multipart.
	Protocol string `mapstructure:"protocol"`

	Routes []Route `mapstructure:"routes"`
	// Unmatched says what happens to traces that no route matches: reject or default.
	Unmatched string `mapstructure:"unmatched"`

	// Metadata names attributes for the keys of a run's metadata; the first that is present wins.
	Metadata map[string][]string `mapstructure:"metadata"`
	// APMURL is where another product shows a span, as a template; it becomes metadata of each run.
	APMURL string `mapstructure:"apm_url"`
	// Names says how runs are called: original or storyboard. Rename calls some otherwise; the first that matches wins.
	Names  string   `mapstructure:"names"`
	Rename []Rename `mapstructure:"rename"`
	// RunIDs is the rule for run ids: span or trace_span.
	RunIDs string `mapstructure:"run_ids"`
	// Unredacted says what happens to data that redact has not processed: refuse or allow.
	Unredacted string `mapstructure:"unredacted"`
	// Feedback lets evaluation results become feedback. ExtendTraceRetention lets LangSmith keep, and charge for, whole
	// traces that have some for 400 days.
	Feedback             bool `mapstructure:"feedback"`
	ExtendTraceRetention bool `mapstructure:"extend_trace_retention"`

	// MaxAge gives up what has waited in the queue for longer. Zero keeps everything as long as there is room.
	MaxAge time.Duration `mapstructure:"max_age"`

	// DeadLetter keeps runs that were given up in a file.
	DeadLetter configoptional.Optional[DeadLetterConfig] `mapstructure:"dead_letter"`

	QueueConfig configoptional.Optional[exporterhelper.QueueBatchConfig] `mapstructure:"sending_queue"`
	RetryConfig configretry.BackOffConfig                                `mapstructure:"retry_on_failure"`

	// problems are mistakes in the keys, kept for Validate, so that they are reported together with all others.
	problems error
}

// DeadLetterConfig is where runs go that LangSmith refuses for good.
type DeadLetterConfig struct {
	Path string `mapstructure:"path"`
	// MaxBytes bounds the file. What comes after that is counted and not kept.
	MaxBytes settings.ByteSize `mapstructure:"max_bytes"`
}

// Rename gives another name to runs that are called Match, or, between slashes, match it as a regular expression.
type Rename struct {
	Match string `mapstructure:"match"`
	Name  string `mapstructure:"name"`
}

// Route sends some traces elsewhere. What it leaves out is as for all others.
type Route struct {
	// Match compares attributes of the root span, or of its resource when written resource["name"]. All must match.
	Match map[string]any `mapstructure:"match"`

	Project     string              `mapstructure:"project"`
	APIKey      configopaque.String `mapstructure:"api_key"`
	APIKeyFile  string              `mapstructure:"api_key_file"`
	WorkspaceID string              `mapstructure:"workspace_id"`
	Endpoint    string              `mapstructure:"endpoint"`
}

var _ confmap.Unmarshaler = (*Config)(nil)

// Unmarshal reads conf strictly, and leaves it to Validate to complain.
func (c *Config) Unmarshal(conf *confmap.Conf) error {
	c.problems = settings.Read(conf, c)
	return nil
}

func createDefaultConfig() component.Config {
	client := confighttp.NewDefaultClientConfig()
	client.Endpoint = defaultEndpoint
	client.Timeout = defaultTimeout
	client.Compression = compressionAuto

	queue := exporterhelper.NewDefaultQueueConfig()
	queue.Sizer = exporterhelper.RequestSizerTypeBytes
	queue.QueueSize = defaultQueueBytes
	batch := queue.Batch.GetOrInsertDefault()
	batch.Sizer = exporterhelper.RequestSizerTypeBytes
	batch.MinSize = minBatchBytes
	batch.MaxSize = maxBodyBytes

	retry := configretry.NewDefaultBackOffConfig()
	retry.MaxElapsedTime = 0 // what was accepted is kept; the queue bounds how much that is

	return &Config{
		ClientConfig: client,
		Project:      defaultTemplate,
		Protocol:     "otlp",
		Unmatched:    reject,
		Metadata:     contract.RunMetadata(),
		Names:        "original",
		RunIDs:       bySpan,
		Unredacted:   refuse,
		Feedback:     true,
		DeadLetter:   configoptional.Default(DeadLetterConfig{MaxBytes: defaultDeadLetters}),
		QueueConfig:  configoptional.Some(queue),
		RetryConfig:  retry,
	}
}
