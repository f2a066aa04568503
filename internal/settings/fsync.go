// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package settings

import (
	"fmt"
	"time"
)

// minFsync is how often something looks whether it is time.
const minFsync = 250 * time.Millisecond

// Fsync is when the disk is told to write: never, always (before each answer), or at least so often. The zero value is
// never.
type Fsync struct {
	always bool
	every  time.Duration
}

// UnmarshalText reads the form that stands in YAML.
func (f *Fsync) UnmarshalText(text []byte) error {
	*f = Fsync{}
	switch string(text) {
	case "never":
		return nil
	case "always":
		f.always = true
		return nil
	}
	every, err := time.ParseDuration(string(text))
	if err != nil || every < minFsync {
		return fmt.Errorf("%q must be never, always, or a duration from %s", text, minFsync)
	}
	f.every = every
	return nil
}

// Always reports whether each answer waits for the disk.
func (f Fsync) Always() bool { return f.always }

// Every returns how often the disk is told to write, or 0.
func (f Fsync) Every() time.Duration { return f.every }

// Synced reports whether the disk is ever told to write.
func (f Fsync) Synced() bool { return f.always || f.every > 0 }
