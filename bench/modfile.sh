#!/usr/bin/env bash
# Writes bench/contrib.mod and bench/contrib.sum anew from go.mod and go.sum. Run it by `make bench-modfile` after a change of go.mod.
set -euo pipefail
cd "$(dirname "$0")/.."

contrib=github.com/open-telemetry/opentelemetry-collector-contrib/processor
{
  cat <<'HEADER'
// go.mod of this repository, and the stock processors that bench/ measures ours against. It is used by
// `go test -modfile=bench/contrib.mod -tags bench ./bench/...` alone, so that nothing of the distribution depends on them.
// Written by bench/modfile.sh (`make bench-modfile`); a test of this folder compares it with go.mod.

HEADER
  cat go.mod
} >bench/contrib.mod
cp go.sum bench/contrib.sum
go get -modfile=bench/contrib.mod "$contrib/redactionprocessor@v0.161.0" "$contrib/tailsamplingprocessor@v0.161.0"
