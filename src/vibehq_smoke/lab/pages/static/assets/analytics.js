/** The section "Analytics Trends": patch events over time, as charts, with filters and an export. */
import { get } from "./api.js";
import { chart } from "./chart.js";
import { csv, offer } from "./csv.js";
import { h, put, section, select } from "./dom.js";
import { seams } from "./seams.js";

const METRICS = { events: "Events", success_rate: "Success Rate", avg_duration: "Avg Duration", error_rate: "Error Rate" };
const TIMEFRAMES = { "1h": "Last hour", "24h": "Last 24 hours", "7d": "Last 7 days", "30d": "Last 30 days", "90d": "Last 90 days" };
const INTERVALS = { "1m": "1 minute", "5m": "5 minutes", "15m": "15 minutes", "1h": "1 hour", "1d": "1 day" };
const MINUTES = { "1m": 1, "5m": 5, "15m": 15, "1h": 60, "1d": 1440, "24h": 1440, "7d": 10_080, "30d": 43_200, "90d": 129_600 };
const MAX_POINTS = 3000; // the API refuses more

/** The section; it fetches nothing any more once `signal` has aborted. */
export function showAnalytics(signal) {
  const chosen = { metrics: ["events", "success_rate"], timeframe: "24h", interval: "1h" };
  const charts = h("div", { class: "charts" });
  const note = h("p", { class: "quiet-text", role: "status", "data-testid": "analytics-note" });
  const button = h("button", { "data-testid": "export-csv", disabled: true, onclick: () => exportCsv(shown) }, "Export CSV");
  const controls = h("div", { class: "controls" });
  let shown = [];
  let asked = 0;

  function change(part) {
    Object.assign(chosen, part);
    if (tooFine(chosen.timeframe, chosen.interval)) {
      chosen.interval = Object.keys(INTERVALS).find((interval) => !tooFine(chosen.timeframe, interval));
    }
    drawControls();
    load();
  }

  function drawControls() {
    const focused = document.activeElement?.getAttribute("data-key");
    put(controls,
      h("div", { class: "chips", role: "group", "aria-label": "Metrics" }, ...Object.entries(METRICS).map(metricChip)),
      select("Timeframe", "timeframe", Object.entries(TIMEFRAMES), chosen.timeframe, (timeframe) => change({ timeframe })),
      intervalSelect());
    if (focused) controls.querySelector(`[data-key="${focused}"]`)?.focus();
  }

  function metricChip([metric, name]) {
    const on = chosen.metrics.includes(metric);
    const toggled = Object.keys(METRICS).filter((other) => chosen.metrics.includes(other) !== (other === metric));
    return h("button", {
      class: "toggle", "aria-pressed": String(on), "data-testid": "metric-chip", "data-metric": metric, "data-key": metric,
      onclick: () => change({ metrics: toggled }),
    }, name);
  }

  function intervalSelect() {
    const label = select("Interval", "interval", Object.entries(INTERVALS), chosen.interval, (interval) => change({ interval }));
    for (const option of label.querySelectorAll("option")) option.disabled = tooFine(chosen.timeframe, option.value);
    return label;
  }

  async function load() {
    const { metrics, timeframe, interval } = seams.selection(chosen);
    const turn = ++asked;
    try {
      const query = `timeframe=${timeframe}&interval=${interval}`;
      const [stats, ...trends] = await Promise.all([
        get(`/api/analytics/stats?timeframe=${timeframe}`),
        ...metrics.map((metric) => get(`/api/analytics/trends?metric=${metric}&${query}`)),
      ]);
      if (turn !== asked || signal.aborted) return; // a newer choice has been made meanwhile
      shown = trends.filter((trend) => trend.dataPoints.length > 0);
      put(charts, ...trends.map((trend) => chart(trend, METRICS[trend.metric])));
      put(note, wording(stats.totalEvents, trends, TIMEFRAMES[timeframe].toLowerCase()));
      button.disabled = shown.length === 0 || stats.totalEvents === 0;
    } catch (error) {
      if (turn !== asked || signal.aborted) return;
      shown = [];
      button.disabled = true;
      put(charts);
      put(note, `Trends are not available: ${error.message}.`);
    }
  }

  drawControls();
  load();
  return section("analytics", "Analytics Trends", button, controls, note, charts);
}

function wording(events, trends, timeframe) {
  if (trends.length === 0) return "Choose a metric to see its chart.";
  if (events === 0) return `No patch events in the ${timeframe}.`;
  return `${events} patch ${events === 1 ? "event" : "events"} in the ${timeframe}. Intervals without events count as zero.`;
}

function exportCsv(trends) {
  const day = new Date().toISOString().slice(0, 10);
  offer(csv(trends, METRICS, seams.csvHeader), seams.csvName(day));
}

function tooFine(timeframe, interval) {
  return MINUTES[timeframe] / MINUTES[interval] >= MAX_POINTS;
}
