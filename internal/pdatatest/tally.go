// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package pdatatest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Share counts judgements.
type Share struct{ Right, All int }

// Percent is the share of right ones, 100 where nothing was judged.
func (s Share) Percent() float64 {
	if s.All == 0 {
		return 100
	}
	return 100 * float64(s.Right) / float64(s.All)
}

func (s Share) String() string {
	return fmt.Sprintf("%5d of %5d %6.2f %%", s.Right, s.All, s.Percent())
}

// Tally counts cells by what key says of each; those with the key "" are left out.
func Tally(cells []Cell, key func(Cell) string) map[string]Share {
	shares := map[string]Share{}
	for _, c := range cells {
		k := key(c)
		if k == "" {
			continue
		}
		s := shares[k]
		s.All++
		if c.Right {
			s.Right++
		}
		shares[k] = s
	}
	return shares
}

// FieldFloor is the share of right cells below which a field has broken. Texts are few, and the manifest names three that
// the recordings do not hold.
func FieldFloor(field string) float64 {
	if strings.Contains(field, "text") {
		return 94
	}
	return 98
}

// The ways in which cells are counted.
func ByField(c Cell) string   { return c.Field }
func ByDialect(c Cell) string { return c.Fixture.Dialect }
func InAll(Cell) string       { return "all fields" }

// InRuns counts what makes a run: type, name, content, tokens, error and parent.
func InRuns(c Cell) string {
	switch c.Field {
	case "run type", "name", "inputs", "outputs", "error", "parent":
		return "runs"
	}
	if strings.HasSuffix(c.Field, "tokens") {
		return "runs"
	}
	return ""
}

// OfAgents leaves out infrastructure, which is most of what was recorded and easy to get right.
func OfAgents(c Cell) string {
	if c.Span != nil && c.Span.Role == "infra" {
		return ""
	}
	return "without infrastructure"
}

// Table sets the same counts of several deliveries side by side.
func Table(title string, deliveries map[string][]Cell, key func(Cell) string) string {
	names := slices.Sorted(maps.Keys(deliveries))
	var head, body strings.Builder
	fmt.Fprintf(&head, "%-30s", title)
	columns := make([]map[string]Share, len(names))
	rows := map[string]bool{}
	for i, name := range names {
		fmt.Fprintf(&head, "  %-24s", name)
		columns[i] = Tally(deliveries[name], key)
		for row := range columns[i] {
			rows[row] = true
		}
	}
	for _, row := range slices.Sorted(maps.Keys(rows)) {
		fmt.Fprintf(&body, "%-30s", row)
		for _, column := range columns {
			fmt.Fprintf(&body, "  %s", column[row])
		}
		body.WriteByte('\n')
	}
	return head.String() + "\n" + body.String()
}
