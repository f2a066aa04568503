// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

import {el, fill} from "./dom.js";
import {count, duration, micros, span} from "./format.js";

// A browser draws this many rows without a pause; more come on demand.
const MAX_ROWS = 1500;
const closed = new Set(); // ids of folded runs

/** The runs in the order of the tree, each with its depth. Runs whose parent is missing stand at the top. */
function arrange(runs) {
  const ids = new Set(runs.map((r) => r.id));
  const below = new Map();
  for (const run of runs) {
    const parent = run.parent_run_id && ids.has(run.parent_run_id) ? run.parent_run_id : "";
    if (!below.has(parent)) below.set(parent, []);
    below.get(parent).push(run);
  }
  const rows = [];
  const stack = (below.get("") || []).map((run) => ({run, depth: 0})).reverse();
  while (stack.length) {
    const {run, depth} = stack.pop();
    const children = below.get(run.id) || [];
    rows.push({run, depth, children: children.length, lost: Boolean(run.parent_run_id && !ids.has(run.parent_run_id))});
    if (closed.has(run.id)) continue;
    for (let i = children.length - 1; i >= 0; i--) stack.push({run: children[i], depth: depth + 1});
  }
  return rows;
}

export function drawTree(node, runs, selected, trace, limit = MAX_ROWS) {
  if (!runs.length) {
    fill(node, el("p.note", {}, "This trace is not here. It may have been evicted, or not have arrived yet."));
    return;
  }
  const hadFocus = node.contains(document.activeElement);
  const from = Math.min(...runs.map((r) => micros(r.start_time)));
  const to = Math.max(...runs.map((r) => micros(r.end_time || r.start_time)));
  const scale = {from, length: Math.max(to - from, 0.001)};
  const redraw = (id, more) => drawTree(node, runs, id, trace, more || limit);
  const rows = arrange(runs);
  const scrolled = node.querySelector(".runs") ? node.querySelector(".runs").scrollTop : 0;
  const tree = el("div.runs", {role: "tree", "aria-label": "Runs", onkeydown: (e) => onKey(e, redraw)},
    rows.slice(0, limit).map((r) => row(r, selected, trace, scale, redraw)));
  if (rows.length > limit) {
    tree.append(el("button.more", {type: "button", onclick: () => redraw(selected, limit + MAX_ROWS)},
      `Show more of ${rows.length.toLocaleString("en")} runs`));
  }
  const root = runs.find((r) => r.is_root) || runs[0];
  fill(node, el("div.panehead", {},
    el("a.back", {href: "#/", title: "Back to all traces (Esc)"}, "←"),
    el("h2", {title: root.name}, root.name),
    el("span.muted", {}, `${runs.length} ${runs.length === 1 ? "run" : "runs"} · ${duration(scale.length)}`)), tree);
  tree.scrollTop = scrolled;
  const current = tree.querySelector('[aria-selected="true"]');
  if (current && hadFocus) current.focus({preventScroll: true});
  if (current && !scrolled) current.scrollIntoView({block: "nearest"});
}

function row({run, depth, children, lost}, selected, trace, scale, redraw) {
  const failed = run.status === "error";
  const chosen = run.id === selected;
  const fold = children
    ? el("span.fold", {onclick: (e) => { e.preventDefault(); toggle(run.id); redraw(selected); }}, closed.has(run.id) ? "▸" : "▾")
    : el("span.fold", {}, "");
  return el(`a.run${chosen ? ".chosen" : ""}${failed ? ".failed" : ""}`, {
    role: "treeitem", href: `#/trace/${encodeURIComponent(trace)}/run/${encodeURIComponent(run.id)}`,
    tabindex: chosen ? "0" : "-1", "aria-selected": String(chosen), "aria-level": String(depth + 1),
    "aria-expanded": children ? String(!closed.has(run.id)) : null, "data-id": run.id,
    style: {"--depth": String(Math.min(depth, 24))},
  },
  fold,
  el(`span.badge.${run.run_type}`, {}, run.run_type),
  el("span.name", {title: run.name}, run.name || "(no name)", lost && el("em.lost", {}, "parent missing")),
  el("span.num.tokens", {}, depth ? count(run.total_tokens) : ""),
  el("span.track", {}, bar(run, scale)),
  el("span.num.time", {}, duration(span(run))));
}

function bar(run, scale) {
  const left = (micros(run.start_time) - scale.from) / scale.length * 100;
  const width = Math.max((span(run) || 0) / scale.length * 100, 0.8);
  return el("span.bar", {style: {left: `${Math.min(left, 99.2)}%`, width: `${Math.min(width, 100 - Math.min(left, 99.2))}%`}});
}

function toggle(id) {
  if (!closed.delete(id)) closed.add(id);
}

/** Arrows as in any tree: up and down move, right opens or goes in, left closes or goes out. */
function onKey(event, redraw) {
  const row = event.target.closest(".run");
  if (!row) return;
  const id = row.dataset.id;
  const open = row.getAttribute("aria-expanded");
  const level = Number(row.getAttribute("aria-level"));
  let to = null;
  switch (event.key) {
    case "ArrowDown": to = row.nextElementSibling; break;
    case "ArrowUp": to = row.previousElementSibling; break;
    case "Home": to = row.parentElement.firstElementChild; break;
    case "End": to = row.parentElement.lastElementChild; break;
    case "ArrowRight":
      if (open === "false") { toggle(id); redraw(id); } else if (open === "true") to = row.nextElementSibling;
      break;
    case "ArrowLeft":
      if (open === "true") { toggle(id); redraw(id); break; }
      for (to = row.previousElementSibling; to && Number(to.getAttribute("aria-level")) >= level;) to = to.previousElementSibling;
      break;
    default: return;
  }
  event.preventDefault();
  if (to && to.classList.contains("run")) {
    to.focus();
    location.replace(to.href);
  }
}
