// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Package e2e holds tests that start the built Collector as its users do, send it recorded traces over real sockets,
// and look at what arrives at the other side. They are behind the build tag e2e; `make e2e` builds the Collector and
// runs them.
package e2e
