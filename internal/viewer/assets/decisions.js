// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

import {el, fill} from "./dom.js";
import {clock} from "./format.js";

const POLL = 2000;
const LIMIT = 500; // more than anybody reads; a trace is asked for by its id

const $ = (id) => document.getElementById(id);
let shown = "";
let timer = 0;

/** What the filters ask for. */
function query() {
  const asked = new URLSearchParams({limit: LIMIT});
  if ($("trace").value.trim()) asked.set("trace_id", $("trace").value.trim());
  for (const name of ["rule", "kept"]) if ($(name).value) asked.set(name, $(name).value);
  return asked;
}

async function refresh() {
  clearTimeout(timer);
  if (!document.hidden) {
    try {
      const response = await fetch(`/standin/decisions?${query()}`, {signal: AbortSignal.timeout(20_000)});
      if (response.status === 400) drawNote(await response.text());
      else if (response.ok) draw(await response.json());
      else throw new Error(response.status);
      live("on", "live");
    } catch {
      live("off", "The Collector does not answer. Trying again…");
    }
  }
  clearTimeout(timer);
  timer = setTimeout(refresh, POLL);
}

function live(kind, text) {
  $("live").className = `live ${kind}`;
  if ($("live").textContent !== text) $("live").textContent = text;
}

function draw({decisions, rules}) {
  const signature = JSON.stringify([decisions, rules]);
  if (signature === shown) return;
  shown = signature;
  drawRules(rules);
  if (!decisions.length) {
    const asked = $("trace").value.trim();
    fill($("rows"), el("p.note", {}, asked
      ? "No decision on this trace is known: it is still open, none of its spans came here, or its decision is forgotten."
      : "Nothing has been decided yet. A trace is judged some seconds after its last span."));
    return;
  }
  fill($("rows"), decisions.map(row));
}

function drawNote(text) {
  shown = "";
  fill($("rows"), el("p.note", {}, text));
}

/** The totals of each rule, and the rules to choose from. */
function drawRules(rules) {
  const names = Object.keys(rules).sort();
  const sum = (key) => names.reduce((n, name) => n + rules[name][key], 0);
  fill($("figures"), `${sum("kept").toLocaleString("en")} kept  ·  ${sum("dropped").toLocaleString("en")} dropped`);
  const chosen = $("rule").value;
  if ($("rule").options.length !== names.length + 1) {
    fill($("rule"), el("option", {value: ""}, "All rules"), names.map((name) => el("option", {value: name}, name)));
    $("rule").value = names.includes(chosen) ? chosen : "";
  }
  for (const option of $("rule").options) {
    const total = rules[option.value];
    if (total) option.textContent = `${option.value} (${total.kept} kept, ${total.dropped} dropped)`;
  }
}

function row(d) {
  const weight = d.adjusted_count ? Number(d.adjusted_count.toPrecision(4)).toLocaleString("en") : "";
  return el("div.row", {},
    el("span.at", {title: d.at}, clock(d.at)),
    el("span.id", {title: `${d.trace_id}${d.root_span_id ? `, root span ${d.root_span_id}` : ""}, ${d.component}`}, d.trace_id),
    el(`span.status.${d.kept ? "ok" : "pending"}`, {}, d.kept ? "kept" : "dropped"),
    el("span.rule", {title: d.rule}, d.rule),
    el(d.complete ? "span" : "span.muted", {title: d.complete ? "complete" : "not complete"}, d.complete ? d.trigger : `${d.trigger}, not complete`),
    el("span.num", {}, String(d.spans)),
    el("span.num", {}, String(d.pruned)),
    el("span.num", {title: `probability ${d.probability}`}, weight),
    el("span.evidence", {title: d.evidence}, d.evidence));
}

function again() {
  shown = "";
  const trace = $("trace").value.trim();
  history.replaceState(null, "", trace ? `#/${encodeURIComponent(trace)}` : "#/");
  refresh();
}

$("filters").addEventListener("submit", (event) => { event.preventDefault(); again(); });
for (const id of ["trace", "rule", "kept"]) $(id).addEventListener("change", again);
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
$("trace").value = decodeURIComponent(location.hash.replace(/^#\/?/, ""));
refresh();
