// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

import * as api from "./api.js";
import {bytes} from "./format.js";
import {fill} from "./dom.js";
import {drawDetail} from "./detail.js";
import {drawEmpty, drawRows, projectOptions} from "./list.js";
import {drawTree} from "./tree.js";

const POLL = 2000; // a new trace is on the page soon enough, and an idle page costs little
const POLL_MAX = 30_000;

const $ = (id) => document.getElementById(id);
const state = {route: {}, rows: [], older: [], next: null, shown: "", tree: "", wait: POLL, timer: 0, drawing: 0};

/** #/trace/<id>/run/<id>, both parts optional. */
function readRoute() {
  const words = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  return {trace: words[0] === "trace" ? words[1] : "", run: words[2] === "run" ? words[3] : ""};
}

function link(trace, run) {
  const path = trace ? `#/trace/${encodeURIComponent(trace)}` : "#/";
  return run ? `${path}/run/${encodeURIComponent(run)}` : path;
}

async function refreshList() {
  const [projects, summary] = await Promise.all([api.sessions(), api.summary()]);
  projectOptions($("project"), projects);
  fill($("figures"), figures(summary));
  const chosen = $("project").value;
  const ids = chosen ? [chosen] : projects.map((p) => p.id);
  const [page, decisions] = ids.length
    ? await Promise.all([api.roots(ids, $("errors").checked), api.decisions()])
    : [{runs: [], cursors: {}}, new Map()];
  state.rows = page.runs;
  if (!state.older.length) state.next = page.cursors.next;
  state.decisions = decisions;
  drawList(projects.length > 0);
}

function drawList(some) {
  const known = new Set(state.rows.map((r) => r.id));
  const all = state.rows.concat(state.older.filter((r) => !known.has(r.id)));
  const word = $("search").value.trim().toLowerCase();
  const rows = all.filter((r) => !word || `${r.name}\n${r.session_name}`.toLowerCase().includes(word));
  const signature = JSON.stringify([rows, state.route.trace, [...state.decisions.keys()].length]);
  $("more").hidden = !state.next;
  if (signature === state.shown) return;
  state.shown = signature;
  document.body.classList.toggle("empty", !some);
  if (some) drawRows($("rows"), rows, state);
  else drawEmpty($("rows"));
}

function figures(s) {
  const parts = [`${s.traces.toLocaleString("en")} traces`, `${s.runs.toLocaleString("en")} runs`,
    `${bytes(s.bytes)} in ${s.requests.toLocaleString("en")} requests`];
  if (s.orphans_waiting) parts.push(`${s.orphans_waiting} wait for a parent`);
  if (s.evicted_traces) parts.push(`${s.evicted_traces} evicted`);
  return parts.join("  ·  ");
}

async function refreshTrace() {
  const {trace, run} = state.route;
  $("tree").hidden = $("detail").hidden = !trace;
  document.body.classList.toggle("open", Boolean(trace));
  if (!trace) {
    state.tree = "";
    document.title = "Traces · otelcol-langsmith";
    return;
  }
  const {runs} = await api.trace(trace);
  if (state.route.trace !== trace) return;
  const signature = JSON.stringify([runs, run]);
  if (signature === state.tree) return;
  state.tree = signature;
  const selected = run || (runs.find((r) => r.is_root) || runs[0] || {}).id;
  drawTree($("tree"), runs, selected, trace);
  if (runs.length) document.title = `${(runs.find((r) => r.is_root) || runs[0]).name} · otelcol-langsmith`;
  if (selected) await refreshRun(selected);
  else fill($("detail"));
}

async function refreshRun(id) {
  const drawing = ++state.drawing;
  try {
    const run = await api.run(id);
    if (drawing === state.drawing) drawDetail($("detail"), run);
  } catch (error) {
    if (drawing === state.drawing) drawDetail($("detail"), null, error);
  }
}

async function refresh() {
  clearTimeout(state.timer);
  if (!document.hidden) {
    try {
      await Promise.all([refreshList(), refreshTrace()]);
      state.wait = POLL;
      live("on", "live");
    } catch {
      state.wait = Math.min(state.wait * 2, POLL_MAX);
      live("off", "The Collector does not answer. Trying again…");
    }
  }
  clearTimeout(state.timer);
  state.timer = setTimeout(refresh, state.wait);
}

function live(kind, text) {
  const node = $("live");
  if (node.textContent === text) return;
  node.className = `live ${kind}`;
  node.textContent = text;
}

async function older() {
  const chosen = $("project").value;
  const projects = chosen ? [{id: chosen}] : await api.sessions();
  const page = await api.roots(projects.map((p) => p.id), $("errors").checked, state.next);
  state.older = state.older.concat(page.runs);
  state.next = page.cursors.next;
  drawList(true);
}

function navigate() {
  state.route = readRoute();
  refresh();
}

function filterAgain() {
  state.older = [];
  state.next = null;
  refresh();
}

addEventListener("hashchange", navigate);
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
addEventListener("keydown", (event) => {
  if (event.key === "/" && !/INPUT|SELECT/.test(event.target.tagName)) {
    event.preventDefault();
    $("search").focus();
  }
  if (event.key === "Escape" && state.route.trace) location.hash = link();
});
$("filters").addEventListener("submit", (event) => event.preventDefault());
$("search").addEventListener("input", () => drawList(state.rows.length > 0));
$("project").addEventListener("change", filterAgain);
$("errors").addEventListener("change", filterAgain);
$("more").addEventListener("click", () => older().catch(() => {}));
navigate();
