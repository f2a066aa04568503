// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

import {el, fill} from "./dom.js";
import {clock, count, duration, span} from "./format.js";

/** The rule that kept a trace: as the run says, else as the sampler said. */
function ruleOf(run, decisions) {
  const metadata = (run.extra && run.extra.metadata) || {};
  if (metadata["sampling.rule"]) return String(metadata["sampling.rule"]);
  const decision = decisions.get(metadata.OTEL_TRACE_ID);
  return decision ? decision.rule : "";
}

function statusOf(run) {
  if (run.status === "error") return el("span.status.error", {title: run.error || "failed"}, "error");
  if (run.trace_error_count) {
    return el("span.status.partly", {title: "Runs below the root that failed"}, `${run.trace_error_count} failed`);
  }
  return el(`span.status.${run.status === "success" ? "ok" : "pending"}`, {}, run.status);
}

export function drawRows(node, runs, state) {
  if (!runs.length) {
    fill(node, el("p.note", {}, "No trace matches."));
    return;
  }
  const focused = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.id : "";
  fill(node, runs.map((run) => row(run, state)));
  if (focused) {
    const again = node.querySelector(`[data-id="${CSS.escape(focused)}"]`);
    if (again) again.focus({preventScroll: true});
  }
}

function row(run, state) {
  const chosen = run.trace_id === state.route.trace;
  return el(chosen ? "a.row.chosen" : "a.row", {
    href: `#/trace/${encodeURIComponent(run.trace_id)}`,
    "data-id": run.id,
    "aria-current": chosen ? "true" : null,
    onkeydown: moveFocus,
  },
  el("span.name", {title: run.name}, run.name || "(no name)"),
  el("span.project", {title: run.session_name}, run.session_name),
  statusOf(run),
  el("span.num.time", {}, duration(span(run))),
  el("span.num.tokens", {}, count(run.total_tokens)),
  el("span.num.spans", {}, String(run.trace_run_count)),
  el("span.rule", {}, ruleOf(run, state.decisions)),
  el("span.num.at", {title: run.start_time}, clock(run.start_time)));
}

function moveFocus(event) {
  const step = {ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling"}[event.key];
  if (!step || !event.currentTarget[step]) return;
  event.preventDefault();
  event.currentTarget[step].focus();
}

export function projectOptions(select, projects) {
  const value = select.value;
  const options = projects.map((p) => el("option", {value: p.id}, p.name));
  if (select.options.length === options.length + 1 &&
    options.every((o, i) => o.value === select.options[i + 1].value)) return;
  fill(select, el("option", {value: ""}, "All projects"), options);
  select.value = projects.some((p) => p.id === value) ? value : "";
}

const LINES = [
  "export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318",
  "export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
];

/** What to do when nothing has come yet. */
export function drawEmpty(node) {
  const text = LINES.join("\n");
  const copy = el("button.copy", {type: "button", onclick: () => copyText(text, copy)}, "Copy");
  fill(node, el("div.welcome", {},
    el("h1", {}, "No traces yet"),
    el("p", {}, "Point an application that is instrumented with OpenTelemetry at this Collector, and run it:"),
    el("div.code", {}, el("pre", {}, text), copy),
    el("p.hint", {}, "Traces show here some seconds after their last span, once the sampler has decided.")));
}

async function copyText(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Select and copy";
  }
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
}
