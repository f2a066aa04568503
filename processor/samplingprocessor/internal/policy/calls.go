// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import "slices"

// call is a model call that counts tokens.
type call struct {
	id, parent spanKey
	tokens     int64
	cost       float64
}

// calls adds up what model calls used. Where libraries of two makers record the same call, one stands below the other:
// the outer one repeats what the inner one counts, and is taken off.
type calls struct {
	tokens int64
	cost   float64
	known  []call // by id
}

// maxCalls bounds how many calls of one trace are compared with each other: 20 KB. Of more, those with the smallest
// ids are, and the others are counted as they are.
const maxCalls = 512

func (c *calls) add(one call) {
	at, found := slices.BinarySearchFunc(c.known, one, func(a, b call) int { return compareKeys(a.id, b.id) })
	if found { // a copy of the span
		return
	}
	c.tokens += one.tokens
	c.cost += one.cost
	if at < maxCalls {
		c.known = slices.Insert(c.known, at, one)
		c.known = c.known[:min(len(c.known), maxCalls)]
	}
}

func (c *calls) merge(o *calls) {
	rest := calls{tokens: o.tokens, cost: o.cost}
	for _, one := range o.known {
		rest.tokens -= one.tokens
		rest.cost -= one.cost
		c.add(one)
	}
	c.tokens += rest.tokens
	c.cost += rest.cost
}

// usage is the sum over the calls below which no other call counts.
func (c *calls) usage() (tokens int64, cost float64) {
	tokens, cost = c.tokens, c.cost
	repeated := map[spanKey]bool{}
	for _, one := range c.known {
		at, found := slices.BinarySearchFunc(c.known, one.parent, func(a call, id spanKey) int {
			return compareKeys(a.id, id)
		})
		if found && one.id != one.parent && !repeated[one.parent] {
			repeated[one.parent] = true
			tokens -= c.known[at].tokens
			cost -= c.known[at].cost
		}
	}
	return tokens, max(cost, 0)
}
