// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package repair

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/sampling"
)

// The flags of a stamp that is written down.
const (
	stampComplete = 1 << iota
	stampBroughtBack
	stampIncomplete
)

// stampFixed is the flags, probability, adjusted count, threshold, lost spans and the length of the rule. The rule and
// the trigger follow.
const stampFixed = 1 + 8 + 8 + 8 + 8 + 4

// errStamp is what ParseStamp returns.
var errStamp = errors.New("not a stamp")

// AppendBinary appends the stamp as ParseStamp reads it.
func (s Stamp) AppendBinary(b []byte) []byte {
	var flags byte
	for flag, set := range map[byte]bool{
		stampComplete: s.Complete, stampBroughtBack: s.BroughtBack, stampIncomplete: s.Incomplete,
	} {
		if set {
			flags |= flag
		}
	}
	b = append(b, flags)
	b = binary.BigEndian.AppendUint64(b, math.Float64bits(s.Probability))
	b = binary.BigEndian.AppendUint64(b, math.Float64bits(s.AdjustedCount))
	b = binary.BigEndian.AppendUint64(b, s.Threshold.Unsigned())
	b = binary.BigEndian.AppendUint64(b, uint64(s.Lost))
	b = binary.BigEndian.AppendUint32(b, uint32(len(s.Rule)))
	b = append(b, s.Rule...)
	return append(b, s.Trigger...)
}

// ParseStamp reads what AppendBinary wrote.
func ParseStamp(b []byte) (Stamp, error) {
	if len(b) < stampFixed {
		return Stamp{}, errStamp
	}
	number := func(at int) uint64 { return binary.BigEndian.Uint64(b[at:]) }
	flags, names, rule := b[0], b[stampFixed:], uint64(binary.BigEndian.Uint32(b[stampFixed-4:]))
	threshold, err := sampling.UnsignedToThreshold(number(17))
	if err != nil || rule > uint64(len(names)) {
		return Stamp{}, errStamp
	}
	return Stamp{
		Rule: string(names[:rule]), Trigger: string(names[rule:]),
		Probability: math.Float64frombits(number(1)), AdjustedCount: math.Float64frombits(number(9)),
		Complete: flags&stampComplete != 0, Threshold: threshold, BroughtBack: flags&stampBroughtBack != 0,
		Incomplete: flags&stampIncomplete != 0, Lost: int(number(25)),
	}, nil
}
