// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package run

import "time"

// timeLayout has the microseconds of a dotted order, so that a run's start and its place in the tree say the same.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// AppendTime appends a time as LangSmith reads it, cut to microseconds, in UTC.
//
//	2006-01-02T15:04:05.000000Z
func AppendTime(b []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	if year < 0 || year > 9999 {
		return t.AppendFormat(b, timeLayout)
	}
	hour, minute, second := t.Clock()
	micros := t.Nanosecond() / 1000
	at := len(b)
	b = append(b, "0000-00-00T00:00:00.000000Z"...)
	text := (*[len(timeLayout)]byte)(b[at:])
	for i, n := range [...]int{
		year / 100, year % 100, int(month), day, hour, minute, second, micros / 10_000, micros / 100 % 100, micros % 100,
	} {
		place := pairs[i]
		text[place], text[place+1] = byte('0'+n/10), byte('0'+n%10)
	}
	return b
}

// pairs is where two digits stand together in timeLayout.
var pairs = [...]uint8{0, 2, 5, 8, 11, 14, 17, 20, 22, 24}
