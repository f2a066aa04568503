# Everything here needs Go and make alone, except `lint` and `ci`, which fetch their tools as Go modules, and the browser
# and system-call tests of `ci`, which use Chromium and strace where they are installed.

SHELL := /bin/bash
.DEFAULT_GOAL := help

BIN        := bin/otelcol-langsmith
COMPONENTS := ./processor/redactprocessor/... ./processor/samplingprocessor/... ./exporter/langsmithexporter/... ./extension/...
LINT       := .tools/golangci-lint
BESIDE     := go test -C bench -tags bench -count=1 -timeout 20m -v
export CGO_ENABLED ?= 0

.PHONY: help build run demo test race e2e lint fmt generate bench bench-redact bench-sampling bench-pipeline bench-export soak score-redaction score-mapping ci clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build the Collector into bin/otelcol-langsmith
	@mkdir -p bin
	go tool builder --config builder-config.yaml --skip-strict-versioning=false
	@cp _build/otelcol-langsmith $(BIN).new && mv $(BIN).new $(BIN)
	@echo "built $(BIN)"

run: build ## run it on this machine, keeping every trace: OTLP on 4317 and 4318, the page on 4319
	./$(BIN) --config embed:local

demo: build ## replay the recorded traces and show what is left of them (ONCE=1: check and end)
	go run ./cmd/demo --collector $(BIN) --testdata testdata $(if $(ONCE),--once)

test: ## unit tests
	go test ./...
	go test -C bench ./...

race: ## unit tests under the race detector (needs a C compiler)
	CGO_ENABLED=1 go test -race -timeout 20m ./...

e2e: build ## start real Collectors, send recorded traces, look at what arrives
	COLLECTOR=$(CURDIR)/$(BIN) go test -tags e2e -count=1 -timeout 15m ./e2e/...

lint: $(LINT) ## vet and golangci-lint
	go vet ./...
	go vet -tags e2e ./e2e/...
	go vet -tags soak ./e2e/...
	go vet -tags bench ./exporter/langsmithexporter
	go vet -C bench -tags bench ./...
	$(LINT) run ./...

$(LINT): tools/golangci.mod
	@mkdir -p .tools
	go build -modfile=tools/golangci.mod -o $@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

fmt: ## format
	gofmt -w $$(git ls-files '*.go')

generate: ## write what is generated: metadata of the components, documentation tables
	go generate $(COMPONENTS) ./internal/dialect

bench: ## benchmarks of the hot functions
	go test -run '^$$' -bench . -benchmem ./...

bench-redact: ## redact beside the stock redaction processor, on one core
	$(BESIDE) -run '^TestRedact' .

bench-sampling: ## sampling beside the stock tail_sampling processor, on two cores
	$(BESIDE) -run '^TestSampling' .

bench-pipeline: build ## this Collector beside a stock one: CPU time for a span and memory of the processes
	@mkdir -p _build/stock
	go tool builder --config bench/stock-builder.yaml --skip-strict-versioning=false
	COLLECTOR=$(CURDIR)/$(BIN) STOCK=$(CURDIR)/_build/stock/stock-collector $(BESIDE) -run '^TestPipeline' .

bench-export: ## mapping, encoding and compression of the recorded traces, on one core
	go test -tags bench -count=1 -timeout 20m -v -run '^TestSpeed' ./exporter/langsmithexporter

soak: build ## kill the Collector under load, take LangSmith away (SOAK_ROUNDS=10, SOAK_LONG_OUTAGE_SECONDS=600), and count what arrives
	COLLECTOR=$(CURDIR)/$(BIN) go test -tags soak -count=1 -timeout 60m -v -run '^TestSoak' ./e2e/

score-redaction: ## what redact finds in the corpora of other projects (SCORE_MISSES=file: what it does not)
	go test -count=1 -v -run '^TestScore' ./processor/redactprocessor/internal/detect

score-mapping: build ## send all recorded traces through a Collector, by both protocols, and judge each field of each run that arrives
	COLLECTOR=$(CURDIR)/$(BIN) go test -tags e2e -count=1 -timeout 5m -v -run '^TestScoreMapping$$' ./e2e/

ci: ## all checks, as the merge gate runs them
	./.ci/run

clean: ## remove what was built
	rm -rf bin _build .tools
