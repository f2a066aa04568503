// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "hash/maphash"

// verdicts remember whether values stand for a secret instead of being one: several detectors ask about the same value,
// and those of one text come back in its decoded view and in the next message. They hold sums of values and no value,
// so that no secret lives on in them. Two values share a sum once in 2^63 times.
type verdicts [1 << verdictBits]uint64

const verdictBits = 10

// verdictSeed is another in each process, so that nobody can prepare two values with the same sum.
var verdictSeed = maphash.MakeSeed()

// The lowest bit of a slot is the verdict; the others are those of the sum.
const verdictBit = 1

// of returns the slot of a value and its sum.
func (v *verdicts) of(value string) (slot *uint64, sum uint64) {
	sum = maphash.String(verdictSeed, value)
	return &v[sum>>(64-verdictBits)], sum &^ verdictBit
}
