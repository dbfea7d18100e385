/** Numbers and times as people read them. What is missing is "–", never a number. */
import { h } from "./dom.js";

const NONE = "–";
const GOOD = ["healthy", "completed", "passed"];
const FAIR = ["degraded", "running", "pending"];
const BAD = ["unhealthy", "critical", "failed", "timeout"];

/** A share of 0..1 in percent, with the exact number as the element's value. */
export function percent(share) {
  if (share === null || share === undefined) return h("data", { value: "" }, NONE);
  return h("data", { value: String(share) }, `${(share * 100).toFixed(1).replace(/\.0$/, "")} %`);
}

/** A count, with the exact number as the element's value. */
export function count(number) {
  return h("data", { value: String(number ?? "") }, number === null || number === undefined ? NONE : String(number));
}

/** A moment: how long ago, with the full time as a tooltip. */
export function moment(text) {
  if (!text) return h("span", {}, NONE);
  const date = new Date(text);
  return h("time", { datetime: text, title: date.toLocaleString() }, ago((Date.now() - date) / 1000));
}

/** Time of day. */
export function clock(text) {
  return new Date(text).toLocaleTimeString([], { hour12: false });
}

/** A span of time between two moments. */
export function span(from, to) {
  if (!from || !to) return NONE;
  const ms = new Date(to) - new Date(from);
  return ms < 1000 ? `${ms} ms` : ms < 90_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`;
}

/** A status word as a pill: its colour says good, fair or bad, its word says it too. */
export function pill(status) {
  const tone = GOOD.includes(status) ? "good" : FAIR.includes(status) ? "fair" : BAD.includes(status) ? "bad" : "none";
  return h("span", { class: `pill ${tone}` }, status || "no data");
}

/** A bar as long as the share of 0..1. */
export function bar(share) {
  const tone = share >= 0.9 ? "good" : share >= 0.7 ? "fair" : "bad";
  const known = share !== null && share !== undefined;
  return h("meter", { class: tone, min: 0, max: 1, value: known ? share : 0, "aria-hidden": true });
}

/** A number with at most two decimals. */
export function plain(number) {
  return number.toLocaleString("en", { maximumFractionDigits: 2 });
}

function ago(seconds) {
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h ago` : `${Math.floor(seconds / 86_400)} d ago`;
}
