/** The platform's log, line by line as it is written. */
import { get } from "./api.js";
import { h, put, section, select } from "./dom.js";
import { clock } from "./format.js";
import { listen, STATES } from "./live.js";

const KEPT = 500;
const LEVELS = ["debug", "info", "warn", "error", "critical"];

/** Fill `main` with the page. */
export async function showLogs(main, { signal, signedOut }) {
  const state = h("span", { class: "chip connecting", role: "status", "data-testid": "live-chip" }, "Connecting");
  const list = h("ol", { class: "log", role: "log", "aria-label": "Log lines", tabindex: "0", "data-testid": "log-list" });
  const empty = h("p", { class: "empty", "data-testid": "no-logs" }, "No lines yet.");
  const filters = { component: "", level: "" };
  const controls = h("div", { class: "controls" });
  let dialled = new AbortController();

  function dial() {
    dialled.abort();
    dialled = new AbortController();
    const query = new URLSearchParams(Object.entries(filters).filter(([, value]) => value));
    listen(`/api/logs/stream?${query}`, {
      signal: AbortSignal.any([dialled.signal, signal]),
      onState: (now) => {
        state.className = `chip ${now}`;
        put(state, STATES[now]);
      },
      onFrame: heard,
    });
  }

  function heard(frame) {
    if (frame.type === "connected") put(list); // a new connection begins with the newest lines again
    if (frame.type !== "log") return;
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    list.append(line(frame.data));
    empty.hidden = true;
    while (list.childElementCount > KEPT) list.firstElementChild.remove();
    if (atEnd) list.scrollTop = list.scrollHeight;
  }

  function choose(part) {
    Object.assign(filters, part);
    empty.hidden = false;
    put(list);
    dial();
  }

  put(main,
    h("div", { class: "page-head" },
      h("div", {}, h("h1", {}, "Logs"), h("p", { class: "quiet-text" }, "Live, newest at the end.")), state),
    section("logs", "Log stream", controls, empty, list));
  try {
    const { workers } = await get("/api/health/workers");
    if (signal.aborted) return;
    const names = ["lab", "orchestrator", "operator", "terminal-server", ...workers.map((worker) => worker.name)];
    put(controls,
      select("Component", "log-component", [["", "All"], ...names.map((name) => [name, name])], "", (component) => choose({ component })),
      select("Level", "log-level", [["", "All"], ...LEVELS.map((level) => [level, level])], "", (level) => choose({ level })));
    dial();
  } catch (error) {
    if (error.status === 401) signedOut();
    else put(empty, `The log is not available: ${error.message}.`);
  }
}

function line({ time, component, level, message, details }) {
  return h("li", { class: level, "data-testid": "log-line", "data-level": level, "data-component": component },
    h("time", { datetime: time }, clock(time)), h("span", { class: "level" }, level), h("span", { class: "component" }, component),
    h("span", { class: "text" }, message, details && h("span", { class: "details" }, ` ${JSON.stringify(details)}`)));
}
