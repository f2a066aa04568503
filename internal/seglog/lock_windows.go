// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package seglog

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// errSharing is ERROR_SHARING_VIOLATION.
const errSharing = syscall.Errno(32)

// lockFile holds the file until it is closed, or the process ends: it is opened for nobody else.
func lockFile(path string) (*os.File, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, fmt.Errorf("open the lock: %w", err)
	}
	handle, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS,
		syscall.FILE_ATTRIBUTE_NORMAL, 0)
	switch {
	case errors.Is(err, errSharing):
		return nil, ErrLocked
	case err != nil:
		return nil, fmt.Errorf("open the lock: %w", err)
	}
	return os.NewFile(uintptr(handle), path), nil
}
