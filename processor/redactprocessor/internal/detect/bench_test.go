// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// cleanContent is what agents write, some 256 KiB of it, as JSON within JSON, with nothing to find.
func cleanContent() string {
	var messages []map[string]any
	for i := 0; len(messages) < 1300; i++ {
		args, _ := json.Marshal(map[string]any{
			"query": "refund policy for orders older than thirty days",
			"limit": 10 + i, "lang": "en-US",
		})
		messages = append(messages,
			map[string]any{"role": "user", "content": "Could you look up what our refund policy says about late deliveries? " +
				"I ordered on 2025-11-" +
				fmt.Sprint(10+i%20) + " and it still has not arrived."},
			map[string]any{"role": "assistant", "tool_calls": []any{map[string]any{
				"id": fmt.Sprintf("call_9fQ2mZ7xLp4Rt8VwK1aB%04d", i), "type": "function",
				"function": map[string]any{"name": "search_docs", "arguments": string(args)},
			}}},
			map[string]any{"role": "tool", "content": "{\"score\": 0.8231, \"title\": \"Returns & refunds\", \"text\": " +
				"\"Items may be sent back within 30 days. " +
				"We refund the price, and shipping when the delay was ours.\", \"usage\": {\"input_tokens\": 120, " +
				"\"output_tokens\": 48}}"})
	}
	text, _ := json.Marshal(messages)
	return string(text)
}

func BenchmarkScan(b *testing.B) {
	set := everything()
	clean := cleanContent()
	dirty := strings.Repeat(clean[:2000]+` bob@example.org +1 (415) 555-0132 password=hunter2 `, 100)
	for _, c := range []struct{ name, text string }{
		{"clean/256KiB", clean[:1<<18]},
		{"clean/1KiB", clean[:1<<10]},
		{"prose/4KiB", strings.Repeat("The quick brown fox jumps over the lazy dog, and nobody minds at all. ", 59)},
		{"attribute/40B", "an ordinary attribute value of 40 bytes."},
		{"attribute/model", "gpt-4o-mini-2024-07-18"},
		{"dirty", dirty},
		{"base64/64KiB", strings.Repeat("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ", 1456)},
		{"chinese/4KiB", strings.Repeat("请问退款政策是什么，订单已经晚了三天。", 72)},
	} {
		b.Run(c.name, func(b *testing.B) {
			scanner := set.NewScanner(nil)
			if !strings.HasPrefix(c.name, "dirty") && len(scanner.Scan(c.text)) > 0 && !strings.HasPrefix(c.name, "base64") {
				b.Fatalf("found something in clean text: %+v %q", scanner.Scan(c.text)[0],
					c.text[scanner.Scan(c.text)[0].Start:][:40])
			}
			b.ReportAllocs()
			b.SetBytes(int64(len(c.text)))
			for b.Loop() {
				scanner.Scan(c.text)
			}
		})
	}
}
