// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package settings reads the configuration of this project's components strictly.
//
// The Collector stops rejecting unknown keys as soon as a struct holds confighttp's client or server settings
// (https://github.com/open-telemetry/opentelemetry-collector/issues/15907), and it reports them before any other
// mistake. Read finds every unknown key by itself and returns all mistakes as values, so that Validate can show them
// with its own, at once.
package settings

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/confmap"
)

// Read decodes conf into cfg, a pointer to a configuration struct, and returns everything that is wrong with the
// keys and the types of their values. Call it from the struct's own Unmarshal, keep the result in an unexported
// field, and join it in Validate.
func Read(conf *confmap.Conf, cfg any) error {
	var errs error
	if err := conf.Unmarshal(cfg, confmap.WithIgnoreUnused()); err != nil {
		errs = errors.Join(errs, err)
	}
	for _, unknown := range unknownKeys("", conf.ToStringMap(), reflect.TypeOf(cfg)) {
		errs = errors.Join(errs, unknown)
	}
	return errs
}

var (
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
	confUnmarshaler = reflect.TypeFor[confmap.Unmarshaler]()
)

// unknownKeys walks m beside the mapstructure tags of t. Types that decode themselves are left to do so.
func unknownKeys(path string, m map[string]any, t reflect.Type) []error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	fields := map[string]reflect.Type{}
	collectFields(t, fields)
	var errs []error
	for _, key := range sortedKeys(m) {
		field, ok := fields[key]
		if !ok {
			errs = append(errs, unknownKey(path+key, key, fields))
			continue
		}
		errs = append(errs, unknownIn(path+key+"::", m[key], field)...)
	}
	return errs
}

// unknownIn goes down into the value of a known key.
func unknownIn(path string, value any, t reflect.Type) []error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if decodesItself(t) {
		return nil
	}
	switch v := value.(type) {
	case map[string]any:
		return unknownInMap(path, v, t)
	case []any:
		if t.Kind() != reflect.Slice {
			return nil
		}
		var errs []error
		for i, item := range v {
			errs = append(errs, unknownIn(fmt.Sprintf("%s%d::", path, i), item, t.Elem())...)
		}
		return errs
	}
	return nil
}

func unknownInMap(path string, m map[string]any, t reflect.Type) []error {
	switch t.Kind() {
	case reflect.Struct:
		return unknownKeys(path, m, t)
	case reflect.Map:
		var errs []error
		for _, key := range sortedKeys(m) {
			errs = append(errs, unknownIn(path+key+"::", m[key], t.Elem())...)
		}
		return errs
	}
	return nil
}

func decodesItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(textUnmarshaler) || p.Implements(confUnmarshaler)
}

// collectFields adds the settings of struct t by name, those of squashed structs included.
func collectFields(t reflect.Type, into map[string]reflect.Type) {
	if t.Kind() != reflect.Struct {
		return
	}
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("mapstructure"), ",")
		switch {
		case strings.Contains(options, "squash"):
			inner := f.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			collectFields(inner, into)
		case name != "" && name != "-":
			into[name] = f.Type
		}
	}
}

func unknownKey(path, key string, fields map[string]reflect.Type) error {
	if near := nearest(key, sortedKeys(fields)); near != "" {
		return fmt.Errorf("unknown key %q: did you mean %q?", path, near)
	}
	return fmt.Errorf("unknown key %q", path)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
