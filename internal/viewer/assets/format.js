// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

/** Milliseconds between two times of the API; null while one is missing. */
export function span(run) {
  if (!run.start_time || !run.end_time) return null;
  return micros(run.end_time) - micros(run.start_time);
}

/** A time of the API in milliseconds, with the microseconds that Date has no room for. */
export function micros(text) {
  const at = Date.parse(text);
  const fraction = /\.\d{3}(\d{1,3})/.exec(text);
  return fraction ? at + Number(fraction[1].padEnd(3, "0")) / 1000 : at;
}

export function duration(ms) {
  if (ms === null || Number.isNaN(ms)) return "…";
  if (ms < 1) return `${Math.round(ms * 1000)} µs`;
  if (ms < 1000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(2)} s`;
  const s = Math.round(ms / 1000);
  return s < 3600 ? `${Math.floor(s / 60)} m ${s % 60} s` : `${Math.floor(s / 3600)} h ${Math.floor(s / 60) % 60} m`;
}

export function count(n) {
  if (!n) return "";
  if (n < 10_000) return n.toLocaleString("en");
  return n < 1_000_000 ? `${(n / 1000).toFixed(1)} k` : `${(n / 1_000_000).toFixed(1)} M`;
}

export function bytes(n) {
  const units = ["B", "KiB", "MiB", "GiB"];
  let i = 0;
  for (; n >= 1024 && i < units.length - 1; i++) n /= 1024;
  return `${i && n < 100 ? n.toFixed(1) : Math.round(n)} ${units[i]}`;
}

export function clock(text) {
  const at = new Date(text);
  const today = new Date().toDateString() === at.toDateString();
  const time = at.toLocaleTimeString("en-GB");
  return today ? time : `${at.toISOString().slice(0, 10)} ${time.slice(0, 5)}`;
}
