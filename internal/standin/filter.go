// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

const (
	// maxFilterDepth bounds the nesting of and() and or().
	maxFilterDepth = 32
	// maxFilterArgs bounds the arguments of one call.
	maxFilterArgs = 1000
)

// call is a parsed filter: a function and its arguments, each a call, a bare word, a text or a list.
type call struct {
	name string
	args []argument
}

type argument struct {
	call *call
	text string // the value of a text, number or bare word
	bare bool
	list []string
}

// parseFilter reads LangSmith's filter language, such as and(eq(run_type, "llm"), has(tags, "prod")).
func parseFilter(s string) (condition, error) {
	p := filterParser{rest: s}
	c, err := p.call(0)
	if err != nil {
		return nil, fmt.Errorf("invalid filter at %d: %w", len(s)-len(p.rest), err)
	}
	if p.skip(); p.rest != "" {
		return nil, fmt.Errorf("invalid filter at %d: text after the end", len(s)-len(p.rest))
	}
	return compile(c)
}

type filterParser struct{ rest string }

func (p *filterParser) skip() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

func (p *filterParser) accept(token string) bool {
	p.skip()
	rest, ok := strings.CutPrefix(p.rest, token)
	if ok {
		p.rest = rest
	}
	return ok
}

func (p *filterParser) call(depth int) (*call, error) {
	if depth > maxFilterDepth {
		return nil, errors.New("nested too deep")
	}
	name := p.word()
	if name == "" || !p.accept("(") {
		return nil, errors.New("expected a comparison such as eq(name, \"value\")")
	}
	c := &call{name: name}
	for !p.accept(")") {
		if len(c.args) > 0 && !p.accept(",") {
			return nil, errors.New("expected , or )")
		}
		if len(c.args) == maxFilterArgs {
			return nil, errors.New("too many arguments")
		}
		a, err := p.argument(depth + 1)
		if err != nil {
			return nil, err
		}
		c.args = append(c.args, a)
	}
	return c, nil
}

func (p *filterParser) argument(depth int) (argument, error) {
	p.skip()
	switch {
	case strings.HasPrefix(p.rest, `"`), strings.HasPrefix(p.rest, "'"):
		s, err := p.quoted()
		return argument{text: s}, err
	case strings.HasPrefix(p.rest, "["):
		list, err := p.list()
		return argument{list: list}, err
	}
	before := p.rest
	word := p.word()
	if word == "" {
		return argument{}, errors.New("expected a value")
	}
	if p.skip(); strings.HasPrefix(p.rest, "(") {
		p.rest = before
		c, err := p.call(depth)
		return argument{call: c}, err
	}
	return argument{text: word, bare: true}, nil
}

// word reads a name, a number or a time without quotes.
func (p *filterParser) word() string {
	p.skip()
	end := strings.IndexAny(p.rest, "(),[]\"' \t\r\n")
	if end < 0 {
		end = len(p.rest)
	}
	word := p.rest[:end]
	p.rest = p.rest[end:]
	return word
}

func (p *filterParser) quoted() (string, error) {
	quote := p.rest[0]
	for i := 1; i < len(p.rest); i++ {
		switch p.rest[i] {
		case '\\':
			i++
		case quote:
			inner := p.rest[1:i]
			p.rest = p.rest[i+1:]
			if quote == '\'' {
				inner = strings.ReplaceAll(strings.ReplaceAll(inner, `\'`, `'`), `"`, `\"`)
			}
			s, err := strconv.Unquote(`"` + inner + `"`)
			if err != nil {
				return "", errors.New("malformed text")
			}
			return s, nil
		}
	}
	return "", errors.New("text without an end")
}

func (p *filterParser) list() ([]string, error) {
	p.accept("[")
	list := []string{}
	for !p.accept("]") {
		if len(list) > 0 && !p.accept(",") {
			return nil, errors.New("expected , or ]")
		}
		if len(list) == maxFilterArgs {
			return nil, errors.New("too many values")
		}
		a, err := p.argument(maxFilterDepth)
		if err != nil {
			return nil, err
		}
		list = append(list, a.text)
	}
	return list, nil
}
