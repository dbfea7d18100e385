/** One metric over time, as an SVG line with axes in HTML, so that no text is ever stretched. */
import { h, put, svg } from "./dom.js";
import { plain } from "./format.js";
import { seams } from "./seams.js";

const UNITS = { events: "", success_rate: " %", avg_duration: " ms", error_rate: " %" };
const GRID_LINES = 4;

/** A figure for an answer of `GET /api/analytics/trends`. */
export function chart(trend, name) {
  const { metric, dataPoints: points, summary } = trend;
  const unit = UNITS[metric];
  const top = unit === " %" ? 100 : roundUp(Math.max(0, ...points.map((point) => point.value)));
  const readout = h("span", { class: "readout" }, overall(metric, summary, unit));
  const label = `${name}: lowest ${plain(summary.min)}${unit}, highest ${plain(summary.max)}${unit}, ${summary.trend}`;
  const drawing = svg("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", role: "img", "aria-label": label },
    ...gridLines(), ...lines(points, top));
  const cursor = h("span", { class: "cursor", hidden: true });
  const plot = h("div", { class: "plot", tabindex: "0", role: "group", "aria-label": `${name}, point by point with the arrow keys` }, drawing, cursor);
  if (points.length > 0) pointable(plot, cursor, points, (point) => {
    put(readout, point ? `${stamp(point.timestamp)}: ${plain(point.value)}${unit}` : overall(metric, summary, unit));
  });
  return h("figure", { class: `chart ${metric}`, "data-testid": "chart", "data-metric": metric },
    h("figcaption", {}, h("span", { class: "chart-name" }, name), readout),
    h("div", { class: "chart-body" }, yAxis(top, unit), plot), xAxis(points));
}

function overall(metric, summary, unit) {
  const figure = metric === "events" ? `${plain(summary.total)} in total` : `${plain(summary.average)}${unit} on average`;
  return `${figure}, ${summary.trend}`;
}

function lines(points, top) {
  if (points.length === 0) return [];
  const x = (index) => (points.length === 1 ? 0 : (100 * index) / (points.length - 1));
  const y = (value) => 100 - (100 * value) / top;
  let path = points.map((point, index) => `${index ? "L" : "M"}${x(index).toFixed(3)} ${y(point.value).toFixed(3)}`).join("");
  if (points.length === 1) path += "H100";
  const line = seams.line(path);
  if (!line) return [];
  return [
    svg("path", { class: "area", d: `${line}V100H0Z` }),
    svg("path", { class: "line", d: line, "vector-effect": "non-scaling-stroke", "data-testid": "chart-line" }),
  ];
}

function gridLines() {
  return Array.from({ length: GRID_LINES + 1 }, (_, index) => {
    const y = (100 * index) / GRID_LINES;
    return svg("line", { class: "grid", x1: 0, x2: 100, y1: y, y2: y, "vector-effect": "non-scaling-stroke" });
  });
}

function yAxis(top, unit) {
  const values = Array.from({ length: GRID_LINES + 1 }, (_, index) => top - (top * index) / GRID_LINES);
  return h("div", { class: "y-axis", "aria-hidden": "true" }, ...values.map((value, index) =>
    h("span", {}, index % 2 ? "" : plain(value) + unit)));
}

function xAxis(points) {
  const ends = points.length > 2 ? [points[0], points[points.length >> 1], points.at(-1)] : points;
  return h("div", { class: "x-axis", "aria-hidden": "true" }, ...ends.map((point) => h("span", {}, stamp(point.timestamp))));
}

function pointable(plot, cursor, points, tell) {
  let index = points.length - 1;
  const show = (wanted) => {
    index = Math.min(points.length - 1, Math.max(0, wanted));
    cursor.hidden = false;
    cursor.style.left = `${points.length === 1 ? 0 : (100 * index) / (points.length - 1)}%`;
    tell(points[index]);
  };
  const hide = () => { cursor.hidden = true; tell(null); };
  plot.addEventListener("pointermove", (event) => {
    const box = plot.getBoundingClientRect();
    show(Math.round(((event.clientX - box.left) / box.width) * (points.length - 1)));
  });
  plot.addEventListener("pointerleave", hide);
  plot.addEventListener("blur", hide);
  plot.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    show(index + step);
  });
}

function roundUp(value) {
  if (value <= 4) return 4;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 8, 10].find((factor) => factor * power >= value) * power;
}

function stamp(text) {
  const options = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false };
  return new Date(text).toLocaleString("en", options);
}
