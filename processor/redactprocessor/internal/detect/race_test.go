// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

//go:build race

package detect

// underRace tells tests that measure time that the race detector makes everything several times slower.
const underRace = true
