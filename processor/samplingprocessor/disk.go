// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package samplingprocessor

import (
	"errors"
	"fmt"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/settings"
)

// Disk is how the directory is used.
type Disk struct {
	// MaxBytes bounds its files; when they are full the processor is as it is when memory is.
	MaxBytes settings.ByteSize `mapstructure:"max_bytes"`
	// Fsync is when the disk is told to write: never, always (before each answer), or at least so often. Without it what
	// was accepted survives the process and not a loss of power.
	Fsync settings.Fsync `mapstructure:"fsync"`
}

const (
	// minDisk has room for some requests.
	minDisk = 1 << 20
	// diskOfMemory times the memory that may be held is what the directory may take by default. On the disk nothing is
	// compressed, and as much garbage as is live lies between.
	diskOfMemory = 4
)

// checkCustody looks at where what was accepted is kept.
func (c *Config) checkCustody() error {
	var errs error
	if c.Storage != nil && c.Directory != "" {
		errs = errors.Join(errs, errors.New("directory: cannot be used together with storage: both would keep the same"))
	}
	if c.Directory == "" && c.Disk != (Disk{}) {
		errs = errors.Join(errs, errors.New("disk: says how a directory is used: set directory as well"))
	}
	if c.Disk.MaxBytes != 0 && c.Disk.MaxBytes < minDisk {
		errs = errors.Join(errs, fmt.Errorf("disk::max_bytes: must be at least %s, is %s",
			settings.ByteSize(minDisk), c.Disk.MaxBytes))
	}
	return errs
}
