// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

import {el, longText} from "./dom.js";
import {drawJSON, parsed} from "./json.js";

/** Splits inputs or outputs into the messages that they hold and the rest. */
export function conversation(value, side) {
  const {messages, input, choices, system, ...others} = value;
  let found = list(messages) || (messages === undefined ? list(input) : null);
  let rest = others;
  if (found) {
    if (messages !== undefined && input !== undefined) rest = {...rest, input};
    if (typeof system === "string" || Array.isArray(system)) found = [{role: "system", content: system}, ...found];
    else if (system !== undefined) rest = {...rest, system};
    if (list(choices, (c) => c.message)) found = found.concat(choices.map(fromChoice));
    else if (choices !== undefined) rest = {...rest, choices};
  } else if (list(choices, (c) => c.message)) {
    found = choices.map(fromChoice);
    for (const [key, v] of Object.entries({messages, input, system})) if (v !== undefined) rest = {...rest, [key]: v};
  } else if (isMessage(value)) {
    found = [value];
    rest = {};
  } else {
    return {messages: [], rest: value, side};
  }
  return {messages: found, rest: Object.keys(rest).length ? rest : undefined, side};
}

function fromChoice(choice) {
  return {finish_reason: choice.finish_reason, tool_calls: choice.tool_calls, ...choice.message};
}

/** The value as a list of messages, also where it is text in JSON or a list in a list, as LangChain sends it. */
function list(value, test = isMessage) {
  if (typeof value === "string") value = parsed(value);
  if (Array.isArray(value) && value.length === 1 && Array.isArray(value[0])) value = value[0];
  return Array.isArray(value) && value.length > 0 && value.every((m) => m && typeof m === "object" && test(m)) ? value : null;
}

function isMessage(m) {
  const inner = m.kwargs || m;
  return Boolean(roleOf(m)) && (inner.content !== undefined || Array.isArray(inner.parts) || Boolean(inner.tool_calls));
}

const ROLES = {human: "user", ai: "assistant", model: "assistant", AIMessage: "assistant", AIMessageChunk: "assistant",
  HumanMessage: "user", SystemMessage: "system", ToolMessage: "tool", developer: "system", function: "tool"};

function roleOf(m) {
  const said = m.role || (m.kwargs && (m.kwargs.role || (Array.isArray(m.id) ? m.id[m.id.length - 1] : m.kwargs.type))) ||
    (typeof m.type === "string" && ROLES[m.type] ? m.type : "");
  return typeof said === "string" ? ROLES[said] || said : "";
}

/** One message as a bubble. */
export function drawMessage(message) {
  const m = message.kwargs || message;
  const role = roleOf(message);
  const kind = ["system", "user", "assistant", "tool"].includes(role) ? role : "other";
  const blocks = [...content(m.parts !== undefined ? m.parts : m.content), ...calls(m.tool_calls)];
  if (m.function_call && typeof m.function_call === "object") blocks.push(toolCall(m.function_call));
  return el(`div.message.${kind}`, {},
    el("div.who", {}, role, m.name && m.name !== role ? el("span.muted", {}, ` ${m.name}`) : null,
      m.tool_call_id ? el("span.muted.id", {}, m.tool_call_id) : null,
      m.finish_reason ? el("span.muted.id", {}, m.finish_reason) : null),
    blocks.length ? blocks : el("p.muted", {}, "(empty)"));
}

function content(value) {
  if (value === undefined || value === null || value === "") return [];
  if (typeof value === "string") return [prose(value)];
  if (!Array.isArray(value)) return [drawJSON(value)];
  return value.map(block);
}

/** A block of a message, in the words of any of the formats that are in use. */
function block(b) {
  if (typeof b === "string") return prose(b);
  if (!b || typeof b !== "object") return drawJSON(b);
  const text = [b.text, b.content, b.thinking, b.reasoning].find((t) => typeof t === "string");
  switch (b.type) {
    case "text": case "input_text": case "output_text": case undefined:
      if (text !== undefined && !b.functionCall) return prose(text);
      break;
    case "reasoning": case "thinking":
      if (text !== undefined) return el("details.thinking", {}, el("summary", {}, "Reasoning"), prose(text));
      break;
    case "tool_call": case "tool_use": case "tool-call": case "function_call":
      return toolCall(b);
    case "tool_call_response": case "tool_result": case "tool-result":
      return toolResult(b);
  }
  return drawJSON(b);
}

function prose(text) {
  const inner = parsed(text);
  return inner === undefined ? el("pre.prose", {}, longText(text)) : drawJSON(inner);
}

function calls(list) {
  if (typeof list === "string") list = parsed(list);
  return Array.isArray(list) ? list.filter((c) => c && typeof c === "object").map(toolCall) : [];
}

function toolCall(call) {
  const f = call.function || call;
  const given = [f.arguments, f.args, f.input].find((a) => a !== undefined);
  const args = typeof given === "string" ? parsed(given) || given : given;
  return el("div.call", {},
    el("div.callhead", {}, el("span.badge.tool", {}, "call"), el("b", {}, f.name || call.toolName || "tool"),
      call.id || call.tool_call_id ? el("span.muted.id", {}, call.id || call.tool_call_id) : null),
    args === undefined || args === "" ? null : typeof args === "string" ? prose(args) : drawJSON(args));
}

function toolResult(result) {
  const value = [result.response, result.result, result.output, result.content].find((r) => r !== undefined);
  return el("div.call", {},
    el("div.callhead", {}, el("span.badge.tool", {}, "result"), el("span.muted.id", {}, result.id || result.tool_use_id || "")),
    typeof value === "string" ? prose(value) : drawJSON(value === undefined ? result : value));
}
