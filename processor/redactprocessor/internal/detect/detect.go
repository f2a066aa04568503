// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package detect finds secrets and personal data in text.
//
// Text goes in, ranges of its bytes come out. A text is read once, byte by byte, whatever the number of detectors: a
// byte that can stand in something of interest (a digit, "@", "=", the "_" of a vendor's prefix) wakes a detector,
// which looks a bounded distance around it. JSON is recognised where it stands, at any depth of escaping, cut off or
// broken, without being parsed: no range ever splits an escape, and a range that covers a number, an object or an
// array says how a string must be quoted there. What this package does not do is replace anything.
package detect

import (
	"regexp"
)

// Finding is a stretch of text that a detector recognised.
type Finding struct {
	Start, End int
	ID         ID
	// Level is the depth of escaping at which a replacement must be quoted, for a stretch of JSON that is not a string:
	// 0 for plain quotes, 1 for \" and so on. It is Unquoted where the replacement needs no quotes.
	Level int8
}

// Unquoted is the level of a finding whose replacement stands as it is.
const Unquoted int8 = -1

// Options say what a Set looks for.
type Options struct {
	// Actions by detector, for those that differ from their default. A detector that is Off is not looked for.
	Actions map[ID]Action
	// Custom patterns get the ids that follow those of the catalogue, in their order.
	Custom []Pattern
	// Inert tells whether a token in the form of a hash was written by ourselves. Such a token is left alone.
	Inert func(token string) bool
}

// Pattern is a regular expression of the user's own.
type Pattern struct {
	ID     string
	Regexp *regexp.Regexp
	Action Action
}

// Set is a choice of detectors, ready for use by any number of Scanners at once.
type Set struct {
	detectors []Detector // built-in ones and then the custom ones
	enabled   []bool
	custom    []custom
	inert     func(string) bool
}

// New prepares the detectors that the options leave on.
func New(o Options) *Set {
	s := &Set{detectors: append([]Detector(nil), Catalog()...), inert: o.Inert}
	for id, action := range o.Actions {
		s.detectors[id].Action = action
	}
	for _, p := range o.Custom {
		s.custom = append(s.custom, newCustom(ID(len(s.detectors)), p.Regexp))
		s.detectors = append(s.detectors, Detector{ID: p.ID, Group: GroupCustom, Action: p.Action})
	}
	s.enabled = make([]bool, len(s.detectors))
	for i, d := range s.detectors {
		s.enabled[i] = d.Action != Off
	}
	return s
}

// Detectors lists the detectors of the set by their ID.
func (s *Set) Detectors() []Detector { return s.detectors }

// Enabled tells whether the set looks for id.
func (s *Set) Enabled(id ID) bool { return s.enabled[id] }

// NewScanner returns a scanner for one goroutine at a time. Members of JSON are shown to identifies, unless it is nil.
func (s *Set) NewScanner(identifies Identifies) *Scanner {
	return &Scanner{set: s, memories: memories{judgements: &judgements{identifies: identifies}}}
}
