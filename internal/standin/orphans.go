// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"container/list"
	"time"
)

// orphan is a child that waits for its parent. Nobody sees it until then.
type orphan struct {
	m     mapped
	at    time.Time
	size  int64
	place *list.Element
}

// orphanage holds children by the parent that they wait for. What waits too long, or finds no room, is lost without a
// word, as it is at LangSmith; here it is at least counted.
type orphanage struct {
	maxRuns  int
	maxBytes int64
	ttl      time.Duration

	byParent map[runKey][]*orphan
	ids      map[runKey]*orphan
	order    list.List // of *orphan, by arrival
	bytes    int64
}

func newOrphanage(maxRuns int, maxBytes int64, ttl time.Duration) *orphanage {
	return &orphanage{
		maxRuns: maxRuns, maxBytes: maxBytes, ttl: ttl,
		byParent: map[runKey][]*orphan{}, ids: map[runKey]*orphan{},
	}
}

func (o *orphan) parentKey() runKey { return runKey{o.m.run.Workspace, o.m.run.ParentID} }

// add lets m wait and returns how many had to go for it.
func (h *orphanage) add(m mapped, now time.Time) (dropped int) {
	o := &orphan{m: m, at: now, size: m.run.size()}
	o.place = h.order.PushBack(o)
	h.ids[m.run.key()] = o
	h.byParent[o.parentKey()] = append(h.byParent[o.parentKey()], o)
	h.bytes += o.size
	for len(h.ids) > h.maxRuns || h.bytes > h.maxBytes {
		h.forget(h.order.Front().Value.(*orphan))
		dropped++
	}
	return dropped
}

// take hands out the children of parent.
func (h *orphanage) take(parent runKey) []mapped {
	waiting := h.byParent[parent]
	children := make([]mapped, 0, len(waiting))
	for _, o := range waiting {
		children = append(children, o.m)
		h.detach(o)
	}
	delete(h.byParent, parent)
	return children
}

// expire lets go of those whose time is up, and returns how many they were.
func (h *orphanage) expire(now time.Time) (expired int) {
	for e := h.order.Front(); e != nil; e = h.order.Front() {
		o := e.Value.(*orphan)
		if now.Sub(o.at) < h.ttl {
			break
		}
		h.forget(o)
		expired++
	}
	return expired
}

func (h *orphanage) forget(o *orphan) {
	h.detach(o)
	key := o.parentKey()
	siblings := h.byParent[key]
	for i, other := range siblings {
		if other == o {
			siblings = append(siblings[:i:i], siblings[i+1:]...)
			break
		}
	}
	if len(siblings) == 0 {
		delete(h.byParent, key)
		return
	}
	h.byParent[key] = siblings
}

func (h *orphanage) detach(o *orphan) {
	h.order.Remove(o.place)
	delete(h.ids, o.m.run.key())
	h.bytes -= o.size
}
