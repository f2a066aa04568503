// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package bench measures this repository's components beside the stock ones of the Collector, on the same input, in one run and taking
// turns, so that both meet the same machine in the same mood.
//
// The stock components are modules of contrib.mod alone: nothing of the distribution requires them. Everything but the check of
// that file is behind the build tag bench; `make bench-redact`, `make bench-sampling` and `make bench-pipeline` run it, and
// docs/benchmarks.md says what came out.
package bench
