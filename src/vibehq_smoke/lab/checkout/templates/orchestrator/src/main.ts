/** Mission Control: draws the health of the platform and refreshes it. */

import { loadHealth, type HealthView } from "./health/summary";

const REFRESH_MS = 30_000;

function draw(root: HTMLElement, health: HealthView | null): void {
  const score = health?.score ?? null;
  root.textContent =
    health === null
      ? "No health data available"
      : `${health.status} · ${health.workers} workers · score ${score === null ? "n/a" : score.toFixed(2)}`;
}

async function refresh(root: HTMLElement): Promise<void> {
  draw(root, await loadHealth());
}

const root = document.getElementById("mission-control");
if (root !== null) {
  void refresh(root);
  setInterval(() => void refresh(root), REFRESH_MS);
}
