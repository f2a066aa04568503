// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// LangSmith's API, of the page's own origin.
const BASE = "/api/v1";
const TIMEOUT = 20_000; // an answer that takes longer is none

async function call(path, body) {
  const signal = AbortSignal.timeout(TIMEOUT);
  const response = await fetch(path, body === undefined ? {signal} : {
    signal,
    method: "POST",
    headers: {"Content-Type": "application/json"},
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

const LIST_FIELDS = ["id", "trace_id", "name", "run_type", "status", "error", "start_time", "end_time", "session_id",
  "session_name", "total_tokens", "extra", "trace_run_count", "trace_error_count"];

const TREE_FIELDS = ["id", "trace_id", "parent_run_id", "dotted_order", "name", "run_type", "status", "start_time", "end_time",
  "total_tokens", "session_name", "is_root", "trace_run_count"];

export const sessions = () => call(`${BASE}/sessions`);

export function roots(session, errors, cursor) {
  const query = {session, is_root: true, limit: 100, select: LIST_FIELDS};
  if (errors) query.filter = "gt(trace_error_count, 0)";
  if (cursor) query.cursor = cursor;
  return call(`${BASE}/runs/query`, query);
}

export const trace = (id) => call(`${BASE}/runs/query`, {trace: id, select: TREE_FIELDS, order: "asc"});

export const run = (id) => call(`${BASE}/runs/${encodeURIComponent(id)}`);

export const summary = () => call("/standin/summary");

/** What the sampler decided lately, by trace id; nothing where there is no sampler to ask. */
export async function decisions() {
  try {
    const answer = await call("/standin/decisions?limit=1000");
    return new Map(answer.decisions.map((d) => [d.trace_id, d]));
  } catch {
    return new Map();
  }
}
