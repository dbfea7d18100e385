/** Mission Control: how the platform is, live, from its own API. */
import { showAnalytics } from "./analytics.js";
import { get, post } from "./api.js";
import { h, put, section, table } from "./dom.js";
import { bar, count, moment, percent, pill, span } from "./format.js";
import { listen, STATES } from "./live.js";
import { showScans } from "./scans.js";
import { seams } from "./seams.js";

const RUNS_SHOWN = 8;
const POLL_MS = 30_000;
const SETTLE_MS = 150;
const LINKS = [
  ["orchestrator_connectivity", "orchestrator"], ["database_connectivity", "database"], ["external_api_connectivity", "AI"],
];

/** Fill `main` with the page; everything it starts ends when `signal` aborts. */
export function showMissionControl(main, { signal, signedOut }) {
  const parts = {
    chip: h("span", { class: "chip connecting", role: "status", "data-testid": "live-chip" }, STATES.connecting),
    message: h("p", { class: "message", role: "status", "data-testid": "run-message" }),
    tiles: h("div", { class: "tiles", "data-testid": "health" }, h("p", { class: "quiet-text" }, "Loading …")),
    workers: h("div", {}),
    runs: h("div", {}),
  };
  const start = h("button", { class: "primary", "data-testid": "start-run", onclick: () => startRun(start, parts, refresh) },
    "Start health check");
  put(main,
    h("div", { class: "page-head" },
      h("div", {}, h("h1", {}, "Mission Control"), h("p", { class: "quiet-text" }, "How the platform and its workers are.")),
      h("div", { class: "actions" }, parts.chip, start)),
    parts.message, parts.tiles,
    section("workers", "Workers", null, parts.workers),
    h("div", { class: "columns" }, section("runs", "Recent runs", null, parts.runs), showScans(signal)),
    seams.analytics ? showAnalytics(signal) : null);

  const refresh = () => load(parts, signal, signedOut);
  refresh();
  keepUpToDate(parts, refresh, signal);
}

function keepUpToDate(parts, refresh, signal) {
  if (!seams.updates) return;
  let soon = null;
  const refreshSoon = () => { soon ??= setTimeout(() => { soon = null; refresh(); }, SETTLE_MS); };
  const timer = setInterval(refresh, POLL_MS);
  signal.addEventListener("abort", () => { clearInterval(timer); clearTimeout(soon); });
  listen(seams.socket, {
    signal,
    onState: (state) => {
      parts.chip.className = `chip ${seams.state(state)}`;
      put(parts.chip, STATES[seams.state(state)]);
    },
    onFrame: refreshSoon,
  });
}

async function load(parts, signal, signedOut) {
  const answers = await Promise.allSettled([
    get("/api/health"), get("/api/health/workers"), get(`/api/health/checks?limit=${RUNS_SHOWN}`),
  ]);
  if (signal.aborted) return;
  if (answers.some((answer) => answer.reason?.status === 401)) {
    signedOut();
    return;
  }
  const [health, workers, runs] = answers;
  const history = () => value(runs).history.health_checks;
  const reports = await reportsOf(workers.value?.workers ?? [], health.value?.latest, runs.value?.history?.health_checks ?? []);
  if (signal.aborted) return;
  draw(parts.tiles, "health", () => tiles(seams.health({ ...value(health), workers: workers.value?.count })));
  draw(parts.workers, "workers", () => [workersTable(value(workers).workers, reports)]);
  draw(parts.runs, "runs", () => [runsTable(history())]);
}

function value(answer) {
  if (answer.status === "rejected") throw answer.reason;
  return answer.value;
}

/** Show what `make` makes of the answers, or that it could not be had: one part that fails leaves the others alone. */
function draw(part, name, make) {
  try {
    put(part, ...make());
  } catch (error) {
    put(part, h("p", { class: "alert", role: "alert", "data-testid": `${name}-error` }, `Not available: ${error.message}.`));
  }
}

/** Each worker's newest row: from the newest run, and from older ones for those that were not part of it. */
async function reportsOf(workers, latest, runs) {
  const reports = new Map();
  const add = (run) => run?.worker_results?.forEach((row) => reports.has(row.worker_name) || reports.set(row.worker_name, row));
  add(latest);
  for (const run of runs) {
    if (workers.every((worker) => reports.has(worker.name))) break;
    if (run.health_check_uuid === latest?.health_check_uuid || run.total_workers === 0) continue;
    const older = await get(`/api/health/checks/${run.health_check_uuid}`).catch(() => null);
    if (older === null) break; // who is missing now is shown as not having reported
    add(older.result);
  }
  return reports;
}

function tiles({ summary, latest, workers }) {
  const running = latest?.status === "running";
  const progress = latest && `${latest.completed_workers} of ${latest.total_workers} reported in the newest run`;
  return [
    tile("Last status", "health-status", summary.lastStatus ? pill(summary.lastStatus) : "No runs yet",
      running ? h("span", {}, "a run is in progress") : summary.lastCompletedAt && h("span", {}, "finished ", moment(summary.lastCompletedAt))),
    tile("Health score", "health-score", percent(summary.lastHealthScore),
      summary.lastHealthScore === null ? h("span", {}, "no finished run") : bar(summary.lastHealthScore)),
    tile("Workers", "health-workers", count(workers), h("span", {}, progress ?? "none has reported")),
    tile("Runs", "health-total", count(summary.totalChecks),
      latest && h("span", {}, `newest: ${latest.passed_workers} passed, ${latest.failed_workers} failed`)),
  ];
}

function tile(label, testid, figure, note) {
  return h("section", { class: "tile", "aria-label": label },
    h("h2", {}, label), h("p", { class: "figure", "data-testid": testid }, figure), h("p", { class: "note" }, note || "\u00a0"));
}

function workersTable(workers, reports) {
  if (workers.length === 0) return h("p", { class: "empty" }, "No workers are registered.");
  return table("Workers and their newest report", ["Worker", "Type", "Status", "Score", "Reaches", "Response", "Reported"],
    workers.map((worker) => workerRow(worker, reports.get(worker.name))), "workers-table");
}

function workerRow(worker, report) {
  const status = report && (report.overall_status ?? report.status);
  const name = h("th", { scope: "row" }, worker.name,
    report?.error_message && h("span", { class: "row-note" }, report.error_message));
  const cells = report
    ? [h("td", {}, h("span", { class: "score" }, bar(report.health_score), percent(report.health_score))),
      h("td", { class: "links" }, ...links(report)),
      h("td", { class: "number" }, report.response_time_ms === null ? "–" : `${Math.round(report.response_time_ms)} ms`),
      h("td", {}, moment(report.completed_at))]
    : [h("td", { colspan: 4, class: "quiet-text" }, "has not reported yet")];
  return h("tr", { "data-testid": "worker-row", "data-worker": worker.name },
    name, h("td", {}, worker.type), h("td", {}, pill(status)), ...cells);
}

function links(report) {
  if (report.orchestrator_connectivity === null) return ["–"];
  return LINKS.filter(([column]) => report[column] !== null).map(([column, name]) => {
    const reached = Boolean(report[column]);
    const label = `${name}: ${reached ? "reached" : "not reached"}`;
    return h("span", { class: reached ? "link yes" : "link no", title: label }, reached ? "✓ " : "✗ ", name);
  });
}

function runsTable(runs) {
  if (runs.length === 0) return h("p", { class: "empty", "data-testid": "no-runs" }, "No runs yet. Start a health check to see one.");
  const rows = runs.map((run) => h("tr", { "data-testid": "run-row", "data-run": run.health_check_uuid },
    h("th", { scope: "row" }, moment(run.started_at), h("span", { class: "row-note neutral" }, run.trigger_source ?? run.trigger_type)),
    h("td", {}, pill(run.status)),
    h("td", { class: "number" }, `${run.passed_workers} / ${run.total_workers}`),
    h("td", { class: "number" }, run.status === "running" ? "–" : percent(run.overall_health_score)),
    h("td", { class: "number" }, span(run.started_at, run.completed_at))));
  return table("Recent runs", ["Started", "Status", "Passed", "Score", "Took"], rows, "runs-table");
}

async function startRun(button, { message }, refresh) {
  button.disabled = true;
  try {
    const { result } = await post("/api/health/checks", { trigger_type: "on_demand", trigger_source: "mission-control" });
    put(message, `Health check started over ${result.total_workers} workers.`);
    if (seams.updates) refresh();
  } catch (error) {
    put(message, `The health check could not be started: ${error.message}.`);
  } finally {
    button.disabled = false;
  }
}
