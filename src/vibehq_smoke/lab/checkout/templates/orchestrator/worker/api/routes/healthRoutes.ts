/** Routes of the health API: reading requests, wording answers. */

import type { Health, RunAccepted, RunStatus, StartRun, WorkerTarget } from "../../entrypoints/health";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const NAME = /^[A-Za-z0-9_-]{1,50}$/;
const MAX_TIMEOUT_MINUTES = 1440;
const DEFAULT_TIMEOUT_MINUTES = 30;

type Answer<T> = ({ ok: true } & T) | { ok: false; error: string; details?: string };

export async function createRun(request: Request, health: Health): Promise<Response> {
  let order: StartRun;
  try {
    order = readOrder(await request.json());
  } catch (error: unknown) {
    return answer<{ result: RunAccepted }>(400, { ok: false, error: "Invalid request body", details: wording(error) });
  }
  return answer<{ result: RunAccepted }>(200, { ok: true, result: await health.start(order) });
}

export async function readRun(uuid: string, health: Health): Promise<Response> {
  if (!UUID.test(uuid)) {
    return answer<{ result: RunStatus }>(400, { ok: false, error: "Invalid health check uuid" });
  }
  const status = await health.status(uuid);
  if (status === null) {
    return answer<{ result: RunStatus }>(404, { ok: false, error: "Health check not found" });
  }
  return answer<{ result: RunStatus }>(200, { ok: true, result: status });
}

export function listWorkers(health: Health): Response {
  const workers = health.getConfiguredWorkers();
  return answer<{ workers: WorkerTarget[]; count: number }>(200, { ok: true, workers, count: workers.length });
}

function readOrder(body: unknown): StartRun {
  if (typeof body !== "object" || body === null) {
    throw new Error("an object is expected");
  }
  const fields = new Map<string, unknown>(Object.entries(body));
  const trigger = fields.get("trigger_type") ?? "on_demand";
  if (trigger !== "on_demand" && trigger !== "cron") {
    throw new Error("trigger_type must be on_demand or cron");
  }
  const minutes = fields.get("timeout_minutes") ?? DEFAULT_TIMEOUT_MINUTES;
  if (typeof minutes !== "number" || !(minutes > 0 && minutes <= MAX_TIMEOUT_MINUTES)) {
    throw new Error(`timeout_minutes must be more than 0 and at most ${MAX_TIMEOUT_MINUTES}`);
  }
  const source = fields.get("trigger_source");
  return {
    trigger_type: trigger,
    trigger_source: typeof source === "string" ? source : null,
    timeout_minutes: minutes,
    worker_filters: readFilters(fields.get("worker_filters")),
  };
}

function readFilters(value: unknown): string[] | null {
  if (value === undefined || value === null) {
    return null;
  }
  const names: unknown[] = typeof value === "string" ? value.split(",") : Array.isArray(value) ? value : [value];
  return names.map((name) => {
    if (typeof name !== "string" || !NAME.test(name)) {
      throw new Error("worker_filters must be worker names");
    }
    return name;
  });
}

function answer<T>(status: number, body: Answer<T>): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}

function wording(error: unknown): string {
  return error instanceof Error ? error.message : "unknown error";
}
