// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/otelcol-langsmith/otelcol-langsmith/internal/dialect"
)

// classes is a set of the ways in which a trace can fail.
type classes uint8

const (
	// classFailed: the failure reached the top of the trace, or what stood above it never came.
	classFailed classes = 1 << iota
	// classRecovered: something inside failed, and what stood above it went on.
	classRecovered
	// classExpected: nothing failed, but something stopped by design.
	classExpected
)

var classNames = map[string]classes{
	"failed": classFailed, "recovered": classRecovered, "expected": classExpected,
}

// signs are kinds of evidence: those that one span can show, and one that takes two.
type signs = dialect.Signs

// signProvider: a provider refused or failed a request below a model call.
const signProvider signs = 1 << 7

const allSigns = ^signs(0) &^ dialect.SignByDesign

var signNames = map[string]signs{
	"status": dialect.SignStatus, "exception": dialect.SignException, "error_type": dialect.SignErrorType,
	"flag": dialect.SignFlag, "tool_result": dialect.SignToolResult, "finish_reason": dialect.SignFinish,
	"provider_status": signProvider,
}

// classOf is the way in which the trace failed, as far as some evidence goes. What is in doubt has failed: where the
// root never came, nobody knows whether it would have recovered.
func (e *Evidence) classOf(mask signs) classes {
	switch some := e.signs&mask != 0; {
	case some && (e.top.signs&mask != 0 || e.agentTop().signs&mask != 0 || e.top.orphan && !e.top.entry):
		return classFailed
	case some:
		return classRecovered
	case e.signs&dialect.SignByDesign != 0:
		return classExpected
	}
	return 0
}

// parseFailure reads what stands behind error: true, false, a class, a list of classes, or a map.
func parseFailure(v any) (failure, error) {
	f := failure{classes: classFailed | classRecovered, signs: allSigns}
	var err error
	switch v := v.(type) {
	case bool:
		f.not = !v
	case *bool:
		f.not = !*v
	case map[string]any:
		return f.withMap(v)
	default:
		f.classes, err = parseClasses(v)
	}
	return f, err
}

func (f failure) withMap(m map[string]any) (failure, error) {
	var errs error
	for _, key := range sortedKeys(m) {
		var err error
		switch key {
		case "class":
			f.classes, err = parseClasses(m[key])
		case "evidence":
			f.signs, err = parseEvidence(m[key])
		default:
			err = fmt.Errorf("unknown key %q: it has class and evidence", key)
		}
		errs = errors.Join(errs, err)
	}
	return f, errs
}

func parseClasses(v any) (classes, error) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var set classes
	for _, item := range list {
		word, _ := item.(string)
		class, known := classNames[word]
		if !known {
			return 0, fmt.Errorf("must be true, false, or one or more of %s, is %v", names(classNames), item)
		}
		set |= class
	}
	if set == 0 {
		return 0, errors.New("needs at least one class")
	}
	return set, nil
}

// parseEvidence reads a map of switches. What is not named counts.
func parseEvidence(v any) (signs, error) {
	m, ok := v.(map[string]any)
	if !ok {
		return 0, fmt.Errorf("evidence: must map evidence to true or false, is %T", v)
	}
	set := allSigns
	var errs error
	for _, key := range sortedKeys(m) {
		on, isBool := m[key].(bool)
		sign, known := signNames[key]
		switch {
		case !known:
			errs = errors.Join(errs, fmt.Errorf("evidence::%s: must be one of %s", key, names(signNames)))
		case !isBool:
			errs = errors.Join(errs, fmt.Errorf("evidence::%s: must be true or false, is %v", key, m[key]))
		case !on:
			set &^= sign
		}
	}
	if set == 0 {
		errs = errors.Join(errs, errors.New("evidence: something must be left that counts"))
	}
	return set, errs
}

func names[V any](m map[string]V) string { return strings.Join(sortedKeys(m), ", ") }

// isExpected reports whether a type of error is among those that are no failures here, with or without its package.
func isExpected(errorType string, expected []string) bool {
	if errorType == "" {
		return false
	}
	last := errorType[strings.LastIndexByte(errorType, '.')+1:]
	return slices.Contains(expected, errorType) || slices.Contains(expected, last)
}
