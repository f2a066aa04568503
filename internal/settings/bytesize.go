// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package settings

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ByteSize is a number of bytes. In YAML it is a plain number or one with a unit: 512MiB, 20MB, 1.5GiB. Decimal
// units are powers of 1000 and binary ones of 1024, as in IEC 80000-13.
type ByteSize int64

var byteUnits = []struct {
	suffix string
	size   float64
}{
	{"KiB", 1 << 10},
	{"MiB", 1 << 20},
	{"GiB", 1 << 30},
	{"TiB", 1 << 40},
	{"kB", 1e3},
	{"KB", 1e3},
	{"MB", 1e6},
	{"GB", 1e9},
	{"TB", 1e12},
	{"B", 1},
	{"", 1},
}

// UnmarshalText reads the form that stands in YAML.
func (b *ByteSize) UnmarshalText(text []byte) error {
	s := strings.TrimSpace(string(text))
	for _, unit := range byteUnits {
		number, found := strings.CutSuffix(s, unit.suffix)
		if !found {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || n < 0 || math.IsNaN(n) || n*unit.size > math.MaxInt64/2 {
			break
		}
		*b = ByteSize(n * unit.size)
		return nil
	}
	return fmt.Errorf("%q is not a size: write it like 512MiB or 20MB", s)
}

// String writes the size in the largest binary unit that divides it.
func (b ByteSize) String() string {
	for i := 3; i >= 0; i-- {
		unit := int64(byteUnits[i].size)
		if b > 0 && int64(b)%unit == 0 {
			return strconv.FormatInt(int64(b)/unit, 10) + byteUnits[i].suffix
		}
	}
	return strconv.FormatInt(int64(b), 10) + "B"
}
