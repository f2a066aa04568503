// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Command simulate judges recorded traces by the rules of a sampling processor and prints what would be kept, by which
// rule. It runs in the time of the recordings and sends nothing.
//
//	simulate -config collector.yaml -processor sampling traces.json more/*.json
//
// Files hold OTLP in JSON, one message or many, as the file exporter of the Collector writes them; a folder stands for
// every .json and .jsonl file below it.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-langsmith/otelcol-langsmith/processor/samplingprocessor"
)

type options struct {
	config, processor string
	each              bool
	repeat            int
	every             time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.config, "config", "", "YAML of a Collector, or of the section of the processor alone; empty for the defaults")
	flag.StringVar(&o.processor, "processor", "sampling", "which processor of a Collector's configuration")
	flag.BoolVar(&o.each, "each", false, "print a line for each trace")
	flag.IntVar(&o.repeat, "repeat", 1, "how often the recordings happen, each time with ids of their own")
	flag.DurationVar(&o.every, "every", time.Minute, "time between two repetitions")
	flag.Parse()
	if err := run(o, flag.Args(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "simulate:", err)
		os.Exit(1)
	}
}

// maxRepeat bounds the memory that repetitions take: all traces are held at once.
const maxRepeat = 10_000

func run(o options, paths []string, out io.Writer) error {
	if o.repeat < 1 || o.repeat > maxRepeat {
		return fmt.Errorf("-repeat: must be from 1 to %d, is %d", maxRepeat, o.repeat)
	}
	cfg, err := readConfig(o.config, o.processor)
	if err != nil {
		return err
	}
	recorded, err := readTraces(paths)
	if err != nil {
		return err
	}
	unknown := samplingprocessor.UnknownAttributes(cfg, recorded)
	all := ptrace.NewTraces()
	for n := range o.repeat {
		repeatInto(all, recorded, n, o.every)
	}
	r := report{rules: map[string]*row{}}
	err = samplingprocessor.Simulate(cfg, all, func(s samplingprocessor.Simulated) {
		r.add(s)
		if o.each {
			printEach(out, s)
		}
	})
	if err != nil {
		return err
	}
	r.print(out, cfg)
	for _, text := range unknown {
		fmt.Fprintln(out, text)
	}
	return nil
}
