// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package bench measures this repository's components beside the stock ones of the Collector, on the same input, in
// one run and taking turns, so that both meet the same machine in the same mood.
//
// It is a module of its own, so that nothing of the distribution requires the stock components. Some things run with the
// other tests: the check of its go.mod, and the comparison of the tail samplers: seven failures of the stock one, which
// ours must not have, and the rules that stand for its policies, which must keep the same traces. Everything that
// measures is behind the build tag bench; `make bench-redact`, `make bench-sampling` and `make bench-pipeline` run it,
// and docs/benchmarks.md says what came out.
package bench
