// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package segmentstorageextension

import (
	"errors"
	"fmt"

	"go.opentelemetry.io/collector/confmap"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/settings"
)

// minBytes has room for some batches of a queue.
const minBytes = 1 << 20

// Config is the configuration of the extension.
type Config struct {
	// Directory is where each component has a directory of its own.
	Directory string `mapstructure:"directory"`
	// MaxBytes bounds the files of each component; 0 for no bound but that of the component, which a queue has.
	MaxBytes settings.ByteSize `mapstructure:"max_bytes"`
	// Fsync is when the disk is told to write. Without it what is stored survives the process and not a loss of power.
	Fsync settings.Fsync `mapstructure:"fsync"`

	problems error
}

// Unmarshal reads the settings strictly; what is wrong with them is told by Validate.
func (c *Config) Unmarshal(conf *confmap.Conf) error {
	c.problems = settings.Read(conf, c)
	return nil
}

// Validate reports every mistake at once.
func (c *Config) Validate() error {
	errs := []error{c.problems}
	if c.Directory == "" {
		errs = append(errs, errors.New("directory: must be set"))
	}
	if c.MaxBytes != 0 && c.MaxBytes < minBytes {
		errs = append(errs, fmt.Errorf("max_bytes: must be at least %s, is %s", settings.ByteSize(minBytes), c.MaxBytes))
	}
	return errors.Join(errs...)
}
