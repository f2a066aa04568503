// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Records what the npm client `langsmith` sends for a made-up trace: see README.md.
import http from "node:http";
import fs from "node:fs";
import { Client, RunTree } from "langsmith";

const info = {
  version: "0.16.0",
  batch_ingest_config: {
    use_multipart_endpoint: true, size_limit: 100, size_limit_bytes: 20971520,
    scale_up_qsize_trigger: 1000, scale_up_nthreads_limit: 16, scale_down_nempty_trigger: 4,
  },
  instance_flags: { gzip_body_enabled: false, zstd_compression_enabled: false },
};

const server = http.createServer((req, res) => {
  const pieces = [];
  req.on("data", (piece) => pieces.push(piece));
  req.on("end", () => {
    res.setHeader("content-type", "application/json");
    if (req.url.endsWith("/info")) {
      res.end(JSON.stringify(info));
      return;
    }
    const { "content-type": type, "user-agent": agent } = req.headers;
    fs.writeFileSync("multipart.body", Buffer.concat(pieces));
    fs.writeFileSync("multipart.json", JSON.stringify({ path: req.url, "content-type": type, "user-agent": agent }) + "\n");
    res.statusCode = 202;
    res.end("{}");
  });
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));

const client = new Client({ apiUrl: `http://127.0.0.1:${server.address().port}`, apiKey: "not-a-key" });
const root = new RunTree({
  client, project_name: "made-up", name: "answer question", run_type: "chain", tags: ["example"],
  inputs: { question: "What is the capital of Elbonia?" },
  extra: { metadata: { session_id: "thread-1", env: "test" } },
});
await root.postRun();

const llm = root.createChild({
  name: "ChatModel", run_type: "llm",
  inputs: { messages: [{ role: "user", content: "What is the capital of Elbonia? Grüße 🙂" }] },
  extra: { metadata: { ls_provider: "openai", ls_model_name: "made-up-1", ls_model_type: "chat" } },
});
await llm.postRun();
llm.events = [{ name: "new_token", time: new Date().toISOString() }];
await llm.end({
  choices: [{ message: { role: "assistant", content: "Mudville" }, finish_reason: "stop" }],
  usage_metadata: { input_tokens: 12, output_tokens: 3, total_tokens: 15 },
});
await llm.patchRun();

const tool = root.createChild({
  name: "lookup", run_type: "tool", inputs: { query: "Elbonia" },
  attachments: { note: ["text/plain", new TextEncoder().encode("a note")] },
});
await tool.postRun();
await tool.end(undefined, "Error: no such country");
await tool.patchRun();

await root.end({ answer: "Mudville" });
await root.patchRun();
await client.awaitPendingTraceBatches();
process.exit(0);
