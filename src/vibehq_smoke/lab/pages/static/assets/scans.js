/** Ops scans, as the ops hub announces them while the page is open. */
import { post } from "./api.js";
import { h, put, section, table } from "./dom.js";
import { moment, pill } from "./format.js";
import { listen } from "./live.js";
import { seams } from "./seams.js";

const KEPT = 8;

/** The section with the scans seen and a button that starts one. */
export function showScans(signal) {
  const scans = new Map();
  const body = h("div", { "aria-live": "polite" });
  const button = h("button", { "data-testid": "start-scan", onclick: start }, "Scan logs now");

  async function start() {
    button.disabled = true;
    try {
      note(await post("/api/ops/scan", { type: "incremental" }));
    } catch (error) {
      put(body, h("p", { class: "alert", role: "alert" }, `The scan failed: ${error.message}.`));
    } finally {
      button.disabled = false;
    }
  }

  function note(scan) {
    scans.delete(scan.scanId);
    scans.set(scan.scanId, scan);
    draw();
  }

  function draw() {
    const newest = [...scans.values()].reverse().slice(0, KEPT);
    put(body, newest.length === 0 ? h("p", { class: "empty" }, "No scan since this page was opened.") : scansTable(newest));
  }

  draw();
  if (seams.updates) {
    listen("/api/ops/broadcast", {
      signal,
      onState: () => {},
      onFrame: ({ type, data }) => {
        if (type === "scan-start") note({ scanId: data.scanId, type: data.scope, status: "running" });
        if (type === "scan-progress" && scans.has(data.scanId)) note({ ...scans.get(data.scanId), processedLogs: data.progress.processed });
        if (type === "scan-result") note(data);
      },
    });
  }
  return section("ops-scans", "Ops scans", button, body);
}

function scansTable(scans) {
  return table("Ops scans", ["Scan", "Status", "Logs", "Issues", "Finished"], scans.map((scan) =>
    h("tr", { "data-testid": "scan-row", "data-scan": scan.scanId },
      h("th", { scope: "row" }, scan.scanId, h("span", { class: "row-note neutral" }, scan.type)),
      h("td", {}, pill(scan.status)),
      h("td", { class: "number" }, scan.processedLogs ?? "–"), h("td", { class: "number" }, scan.issuesFiled ?? "–"),
      h("td", {}, moment(scan.completedAt)))), "scans-table");
}
