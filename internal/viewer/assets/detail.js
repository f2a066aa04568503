// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

import {el, fill, longText, marked} from "./dom.js";
import {clock, count, duration, micros, span} from "./format.js";
import {conversation, drawMessage} from "./messages.js";
import {drawJSON} from "./json.js";

export function drawDetail(node, run, error) {
  if (!run) {
    fill(node, el("p.note", {}, error ? "This run cannot be read. It may have been evicted." : ""));
    return;
  }
  const same = node.dataset.run === run.id;
  const scrolled = node.scrollTop;
  node.dataset.run = run.id;
  fill(node, head(run), run.status === "error" && failure(run),
    io("Input", run.inputs, "input"), io("Output", withoutUsage(run.outputs), "output"),
    facts(run), fold("Metadata", run.extra && run.extra.metadata, true),
    fold("Parameters", run.extra && run.extra.invocation_params, true),
    fold("Events", run.events && run.events.length ? run.events : null, false), raw(run));
  node.scrollTop = same ? scrolled : 0;
}

function head(run) {
  return el("div.runhead", {},
    el("div.title", {}, el(`span.badge.${run.run_type}`, {}, run.run_type), el("h2", {}, run.name || "(no name)")),
    el("p.chips", {},
      chip(run.status, run.status === "error" ? "error" : ""),
      chip(duration(span(run))),
      run.total_tokens ? chip(`${count(run.total_tokens)} tokens`, "", `${run.prompt_tokens} in, ${run.completion_tokens} out`) : null,
      run.first_token_time ? chip(`first token ${duration(micros(run.first_token_time) - micros(run.start_time))}`) : null,
      model(run) ? chip(model(run)) : null,
      chip(clock(run.start_time), "", run.start_time),
      run.tags.map((t) => chip(t, "tag"))));
}

function chip(text, kind, title) {
  return el(kind ? `span.chip.${kind}` : "span.chip", {title}, text);
}

function model(run) {
  const metadata = (run.extra && run.extra.metadata) || {};
  return metadata.ls_model_name || "";
}

function failure(run) {
  const [first, ...rest] = (run.error || "The run failed without a message.").split("\n\nStacktrace:\n");
  return el("div.failure", {role: "alert"}, el("pre", {}, longText(first)),
    rest.length ? el("details", {}, el("summary", {}, "Stack trace"), el("pre", {}, longText(rest.join("\n\n")))) : null);
}

/** Inputs or outputs: a conversation as bubbles, a text as it is, and whatever else as JSON. */
function io(title, value, side) {
  const section = el("section.io", {}, el("h3", {}, title));
  if (value === null || value === undefined || Object.keys(value).length === 0) {
    section.append(el("p.muted", {}, side === "input" ? "No input." : "No output."));
    return section;
  }
  const {messages, rest} = conversation(value, side);
  for (const message of messages) section.append(drawMessage(message));
  if (rest === undefined) return section;
  section.append(messages.length ? el("details.others", {}, el("summary", {}, others(rest)), drawJSON(rest))
    : documents(rest) || plain(rest) || drawJSON(rest));
  return section;
}

function others(rest) {
  const keys = Object.keys(rest);
  return `Also ${keys.slice(0, 4).join(", ")}${keys.length > 4 ? ` and ${keys.length - 4} more` : ""}`;
}

/** A value that is one text needs no braces around it. */
function plain(value) {
  const keys = Object.keys(value);
  if (keys.length !== 1 || typeof value[keys[0]] !== "string") return null;
  const text = value[keys[0]];
  if (/^\s*[[{]/.test(text)) return null;
  return el("div.text", {}, el("span.muted.key", {}, keys[0]), el("pre.prose", {}, longText(text)));
}

function documents(value) {
  if (!Array.isArray(value.documents) || !value.documents.every((d) => d && typeof d.page_content === "string")) return null;
  return value.documents.map((d, i) => el("div.document", {},
    el("span.muted", {}, `Document ${i + 1}`), el("pre.prose", {}, longText(d.page_content)),
    d.metadata && Object.keys(d.metadata).length ? drawJSON(d.metadata) : null))
    .reduce((box, d) => { box.append(d); return box; }, el("div"));
}

function withoutUsage(outputs) {
  if (!outputs || !outputs.usage_metadata) return outputs;
  const {usage_metadata: _, ...rest} = outputs;
  return rest;
}

function facts(run) {
  const usage = (run.outputs && run.outputs.usage_metadata) || (run.extra && run.extra.metadata && run.extra.metadata.usage_metadata);
  if (!usage) return null;
  const rows = Object.entries(usage).flatMap(([key, value]) => (value && typeof value === "object")
    ? Object.entries(value).map(([k, v]) => [`${key} · ${k}`, v]) : [[key, value]]);
  return el("section.io", {}, el("h3", {}, "Usage"), table(rows));
}

function table(rows) {
  return el("dl.table", {}, rows.map(([key, value]) => [el("dt", {}, marked(String(key))), el("dd", {}, cell(value))]));
}

function cell(value) {
  return value !== null && typeof value === "object" ? drawJSON(value) : longText(String(value));
}

function fold(title, value, open) {
  if (!value || (typeof value === "object" && Object.keys(value).length === 0)) return null;
  const body = Array.isArray(value) ? drawJSON(value)
    : table(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  return el("details.fold", {open}, el("summary", {}, el("h3", {}, title)), body);
}

function raw(run) {
  const details = el("details.fold", {}, el("summary", {}, el("h3", {}, "Whole run as JSON")));
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) details.append(drawJSON(run));
  });
  return details;
}
