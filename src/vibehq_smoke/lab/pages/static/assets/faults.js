/** The lab's switches for pages that are wrong: loaded only when one is on, and named in the page's `data-faults`. */

const INVENTED = {
  ok: true,
  summary: { totalChecks: 96, lastCompletedAt: null, lastStatus: "completed", lastHealthScore: 0.72 },
  latest: null,
  workers: 8,
};

const FAULTS = {
  "ui-blank": (seams) => {
    seams.boot = () => { throw new TypeError("Cannot read properties of undefined (reading 'render')"); };
  },
  "ui-console-error": (seams) => {
    seams.boot = () => console.error("Failed to initialise telemetry");
  },
  "ui-wrong-numbers": (seams) => {
    seams.health = (answer) => ({ ...answer, workers: 8, summary: INVENTED.summary });
  },
  "ui-frozen": (seams) => { seams.updates = false; },
  "ui-no-analytics": (seams) => { seams.analytics = false; },
  "ui-charts-empty": (seams) => { seams.line = () => ""; },
  "ui-filter-ignored": (seams) => {
    const first = { metrics: ["events", "success_rate"], timeframe: "24h", interval: "1h" };
    seams.selection = () => first;
  },
  "ui-export-wrong": (seams) => {
    seams.csvHeader = ["metric", "time", "value"];
    seams.csvName = () => "export.csv";
  },
  "ui-terminal-missing": (seams) => { seams.terminal = false; },
  "ui-terminal-no-connect": (seams) => { seams.dialTerminal = false; },
  // As built: the page wants {success, data} where the API says {ok, summary}, and invents what it did not understand.
  "D-25": (seams) => {
    seams.health = (answer) => (answer.success && answer.data ? answer.data : INVENTED);
    seams.polls = ["/api/ops/status", "/api/agents/status", "/api/pipeline/status", "/api/hil/status"];
    seams.state = () => "live";
  },
};

/** Make the seams behave as the switches say. */
export function applyTo(seams, names) {
  for (const name of names) FAULTS[name]?.(seams);
}
