/** Making elements. `h("p", {class: "note", onclick: f}, "text", child)`; null children and false attributes are left out. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

/** Show `children` in place of what `parent` shows now. */
export function put(parent, ...children) {
  parent.replaceChildren(...children.flat().filter((child) => child !== null));
}

/** A heading, what stands beside it, and the content below: one section of a page, named by its heading. */
export function section(id, title, aside, ...content) {
  const heading = h("h2", { id: `${id}-title` }, title);
  return h("section", { class: "panel", "aria-labelledby": `${id}-title`, "data-testid": id },
    h("div", { class: "panel-head" }, heading, aside), ...content);
}

/** A table with its columns' headings; `rows` are `tr` elements. */
export function table(label, columns, rows, testid) {
  const head = h("tr", {}, ...columns.map((column) => h("th", { scope: "col" }, column)));
  return h("div", { class: "table-frame" },
    h("table", { "aria-label": label, "data-testid": testid }, h("thead", {}, head), h("tbody", {}, ...rows)));
}

/** A labelled select over `[value, text]` pairs. */
export function select(label, testid, options, chosen, onchange) {
  const box = h("select", { "data-testid": testid, onchange: () => onchange(box.value) },
    ...options.map(([value, text]) => h("option", { value, selected: value === chosen }, text)));
  return h("label", { class: "field-inline" }, h("span", {}, label), box);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}
