// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

import {el, longText, marked} from "./dom.js";

const MAX_DEPTH = 40;
const MAX_ITEMS = 500;

/** A value as indented JSON, with its colours, its masks marked, and JSON inside texts unfolded. */
export function drawJSON(value) {
  return el("pre.json", {}, node(value, 0));
}

function node(value, depth) {
  if (value === null) return el("span.null", {}, "null");
  switch (typeof value) {
    case "number": return el("span.number", {}, String(value));
    case "boolean": return el("span.number", {}, String(value));
    case "string": return text(value, depth);
  }
  if (depth > MAX_DEPTH) return "…";
  return Array.isArray(value) ? block("[", "]", value.map((v) => [null, v]), depth)
    : block("{", "}", Object.entries(value), depth);
}

function block(open, close, entries, depth) {
  if (!entries.length) return open + close;
  const indent = "  ".repeat(depth + 1);
  const parts = [open, "\n"];
  entries.slice(0, MAX_ITEMS).forEach(([key, value], i) => {
    parts.push(indent);
    if (key !== null) parts.push(el("span.key", {}, marked(JSON.stringify(key))), ": ");
    parts.push(node(value, depth + 1), i < entries.length - 1 ? "," : "", "\n");
  });
  if (entries.length > MAX_ITEMS) parts.push(indent, `… ${entries.length - MAX_ITEMS} more\n`);
  parts.push("  ".repeat(depth), close);
  return parts;
}

function text(value, depth) {
  const inner = parsed(value);
  if (inner !== undefined) {
    return [el("span.inner", {title: "This text is itself JSON"}, "text of "), node(inner, depth)];
  }
  return el("span.string", {}, '"', longText(value), '"');
}

/** The object or list that a text holds; undefined when it holds none. */
export function parsed(text) {
  if (text.length > 1_000_000 || !/^\s*[[{]/.test(text)) return undefined;
  try {
    const value = JSON.parse(text);
    return value && typeof value === "object" ? value : undefined;
  } catch {
    return undefined;
  }
}
