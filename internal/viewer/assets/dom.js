// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

// Elements are built from data here and nowhere else, always as text: nothing that a trace says can become markup.

/** el("p.note", {title: "t"}, "text", child): an element with classes, attributes or properties, and children. */
export function el(spec, props, ...children) {
  const [tag, ...classes] = spec.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "style") for (const [name, v] of Object.entries(value)) node.style.setProperty(name, v);
    else node.setAttribute(key, value === true ? "" : value);
  }
  add(node, children);
  return node;
}

export function add(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

export function fill(node, ...children) {
  node.replaceChildren();
  return add(node, children);
}

// What redaction left: a mask, or a hash token.
const MASK = /\[REDACTED:[^\]\s]{1,64}\]|hash:[\w-]{1,64}:[0-9a-f]{24}\.[0-9a-f]{8}/g;

/** The text with masks and hashes marked. */
export function marked(text) {
  const parts = [];
  let last = 0;
  for (const found of text.matchAll(MASK)) {
    if (found.index > last) parts.push(text.slice(last, found.index));
    const hash = found[0].startsWith("hash:");
    parts.push(el(hash ? "mark.mask.hash" : "mark.mask", {
      title: hash ? "An identifier, replaced by a keyed hash" : "Masked before it left",
    }, found[0]));
    last = found.index + found[0].length;
  }
  if (last < text.length) parts.push(text.slice(last));
  return parts;
}

// Longer texts are folded: a page of a hundred megabytes helps nobody.
const FOLD = 3000;

/** The text, folded when it is long. */
export function longText(text) {
  if (text.length <= FOLD) return marked(text);
  const box = el("span", {}, marked(text.slice(0, FOLD)), "… ");
  const button = el("button.link", {type: "button", onclick: () => fill(box, marked(text))},
    `show all ${text.length.toLocaleString()} characters`);
  box.append(button);
  return box;
}
