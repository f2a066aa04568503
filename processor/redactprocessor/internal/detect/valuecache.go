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

// emptied remembers runs that were opened and held nothing, by their sums: the same come back in the decoded view, and when
// the text is read again.
type emptied [1 << emptiedBits]uint64

const emptiedBits = 6

// emptySum is the sum of a run, which is another one when padding stands behind it. Long ones have none: to sum them up
// would cost as much as to refuse them.
func emptySum(run string, padded bool) uint64 {
	if len(run) > maxEmptied {
		return 0
	}
	sum := maphash.String(verdictSeed, run) &^ 1
	return pick(padded, sum|1, sum)
}

// maxEmptied is the length of the longest run that is remembered.
const maxEmptied = 1 << 10

func (e *emptied) has(sum uint64) bool { return sum != 0 && e[sum>>(64-emptiedBits)] == sum }

func (e *emptied) add(sum uint64) {
	if sum != 0 {
		e[sum>>(64-emptiedBits)] = sum
	}
}

// of returns the slot of a value and its sum.
func (v *verdicts) of(value string) (slot *uint64, sum uint64) {
	sum = maphash.String(verdictSeed, value)
	return &v[sum>>(64-verdictBits)], sum &^ verdictBit
}
