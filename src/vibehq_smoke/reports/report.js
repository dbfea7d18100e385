"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  all(".scripted").forEach((element) => { element.hidden = false; });

  const remembered = () => { try { return localStorage.getItem("vibehq-smoke-theme"); } catch { return null; } };
  const wear = (theme) => { if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme; };
  wear(remembered());
  $("theme").addEventListener("click", () => {
    const now = document.documentElement.dataset.theme
      || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    const next = now === "dark" ? "light" : "dark";
    wear(next);
    try { localStorage.setItem("vibehq-smoke-theme", next); } catch { /* a page from a file may not store */ }
  });

  const copy = async (text) => {
    try { await navigator.clipboard.writeText(text); return true; } catch { return false; }
  };
  const select = (element) => getSelection().selectAllChildren(element);
  all("[data-copy]").forEach((element) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      const done = await copy(element.textContent);
      if (!done) select(element);
      button.textContent = done ? "Copied" : "Selected";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    element.after(button);
  });

  const reveal = () => {
    let target = null;
    try { target = $(decodeURIComponent(location.hash.slice(1))); } catch { return; }
    if (!target || !target.matches(".checks > li")) return;
    if (target.hidden) clear();
    const details = target.querySelector("details");
    if (details) details.open = true;
    target.scrollIntoView({ block: "start" });
  };
  addEventListener("hashchange", reveal);
  addEventListener("beforeprint", () => all("details").forEach((details) => { details.open = true; }));

  const words = $("words");
  if (!words) return;
  const rows = all(".checks > li");
  const texts = new Map();
  const textOf = (row) => {
    if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
    return texts.get(row);
  };
  const boxes = all("input[name=outcome]");
  const category = $("category");
  const priority = $("priority");
  const unfold = $("unfold");

  const apply = () => {
    const outcomes = boxes.filter((box) => box.checked).map((box) => box.value);
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row) => {
      const data = row.dataset;
      row.hidden = !((!outcomes.length || outcomes.includes(data.outcome))
        && (!category.value || data.category === category.value)
        && (!priority.value || data.priority === priority.value)
        && wanted.every((word) => textOf(row).includes(word)));
      shown += row.hidden ? 0 : 1;
    });
    all(".category, .family").forEach((section) => { section.hidden = !section.querySelector("li:not([hidden])"); });
    $("shown").textContent = shown === rows.length ? `${shown} checks` : `${shown} of ${rows.length} checks`;
  };
  const clear = () => {
    words.value = category.value = priority.value = "";
    boxes.forEach((box) => { box.checked = false; });
    apply();
  };
  words.addEventListener("input", apply);
  [...boxes, category, priority].forEach((element) => element.addEventListener("change", apply));
  unfold.addEventListener("click", () => {
    const open = unfold.textContent === "Expand all";
    rows.filter((row) => !row.hidden).forEach((row) => {
      const details = row.querySelector("details");
      if (details) details.open = open;
    });
    unfold.textContent = open ? "Collapse all" : "Expand all";
  });
  addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.matches("input, select, textarea")) {
      event.preventDefault();
      words.focus();
    } else if (event.key === "Escape" && event.target === words) {
      clear();
    }
  });
  apply();
  reveal();
})();
