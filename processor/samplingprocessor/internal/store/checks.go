// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package store

import "time"

// checks says when to look at which trace next; never later than when it falls due. It is a heap of four children, with the
// times in it: comparing does not go to the traces, which are all over the memory.
type checks[N any] struct {
	heap []check[N]
	zero time.Time // from which times are counted: that of the first
}

type check[N any] struct {
	at    time.Duration
	trace *Trace[N]
}

const children = 4

// next returns the earliest time. There must be one.
func (c *checks[N]) next() time.Time { return c.zero.Add(c.heap[0].at) }

func (c *checks[N]) push(t *Trace[N], at time.Time) {
	if c.zero.IsZero() {
		c.zero = at
	}
	t.index = int32(len(c.heap))
	c.heap = append(c.heap, check[N]{at.Sub(c.zero), t})
	c.up(int(t.index))
}

// notLater moves the check of t to an earlier time.
func (c *checks[N]) notLater(t *Trace[N], at time.Time) {
	if d := at.Sub(c.zero); d < c.heap[t.index].at {
		c.heap[t.index].at = d
		c.up(int(t.index))
	}
}

// set moves the check of t.
func (c *checks[N]) set(t *Trace[N], at time.Time) {
	c.heap[t.index].at = at.Sub(c.zero)
	c.fix(int(t.index))
}

func (c *checks[N]) remove(t *Trace[N]) {
	i, last := int(t.index), len(c.heap)-1
	c.heap[i] = c.heap[last]
	c.heap[last] = check[N]{}
	c.heap = c.heap[:last]
	if i < last {
		c.heap[i].trace.index = int32(i)
		c.fix(i)
	}
}

func (c *checks[N]) fix(i int) {
	if !c.up(i) {
		c.down(i)
	}
}

// up moves a check towards the front, and reports whether it had to.
func (c *checks[N]) up(i int) (moved bool) {
	this := c.heap[i]
	for i > 0 {
		parent := (i - 1) / children
		if c.heap[parent].at <= this.at {
			break
		}
		c.put(i, c.heap[parent])
		i, moved = parent, true
	}
	if moved {
		c.put(i, this)
	}
	return moved
}

func (c *checks[N]) down(i int) {
	this := c.heap[i]
	for {
		first := i*children + 1
		if first >= len(c.heap) {
			break
		}
		least := first
		for j := first + 1; j < min(first+children, len(c.heap)); j++ {
			if c.heap[j].at < c.heap[least].at {
				least = j
			}
		}
		if this.at <= c.heap[least].at {
			break
		}
		c.put(i, c.heap[least])
		i = least
	}
	c.put(i, this)
}

func (c *checks[N]) put(i int, one check[N]) {
	c.heap[i] = one
	one.trace.index = int32(i)
}
