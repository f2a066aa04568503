// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package repotest holds the rules of this repository as ordinary Go tests, so that a laptop and CI agree and no tool
// has to be installed: who may import whom, what a package must say about itself, how big things may get, which calls
// have no place below the components, and that the manifests agree with each other.
//
// It has no code, only tests. A failure names file, line and rule, and says what to do. The tables at the top of each
// test file are the rules: imports_test.go, purity_test.go, size_test.go, words_test.go. Every check is itself tested
// with a snippet that breaks it. The package reads source as text and syntax and imports nothing of the project.
package repotest
