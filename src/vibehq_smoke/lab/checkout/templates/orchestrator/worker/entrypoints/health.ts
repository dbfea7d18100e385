/** Health: starts runs and reads them, over RPC. */

import { WorkerEntrypoint } from "cloudflare:workers";
import type { Row } from "../../../@shared/types/db";

export type TriggerType = "on_demand" | "cron";

export interface WorkerTarget {
  name: string;
  type: string;
  url: string | null;
  binding: string | null;
}

export interface RunAccepted {
  health_check_uuid: string;
  status: "running";
  total_workers: number;
  message: string;
  timeout_minutes: number;
}

export interface RunStatus extends Row<"health_checks"> {
  worker_results: Row<"worker_health_checks">[];
}

export interface StartRun {
  trigger_type: TriggerType;
  trigger_source: string | null;
  timeout_minutes: number;
  worker_filters: readonly string[] | null;
}

export class Health extends WorkerEntrypoint<WorkerEnv> {
  getConfiguredWorkers(): WorkerTarget[] {
    const parsed: unknown = JSON.parse(this.env.HEALTH_WORKER_TARGETS ?? "[]");
    return Array.isArray(parsed) ? parsed.filter(isTarget) : [];
  }

  async start(order: StartRun): Promise<RunAccepted> {
    const wanted = order.worker_filters;
    const targets = this.getConfiguredWorkers().filter((target) => wanted === null || wanted.includes(target.name));
    const uuid = crypto.randomUUID();
    const now = new Date();
    const timeout = new Date(now.getTime() + order.timeout_minutes * 60_000);
    await this.env.DB_HEALTH.prepare(
      "INSERT INTO health_checks (health_check_uuid, trigger_type, trigger_source, total_workers, started_at," +
        " timeout_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
      .bind(uuid, order.trigger_type, order.trigger_source, targets.length, now.toISOString(), timeout.toISOString(), now.toISOString())
      .run();
    for (const target of targets) {
      await this.env.DB_HEALTH.prepare(
        "INSERT INTO worker_health_checks (worker_check_uuid, health_check_uuid, worker_name, worker_type, worker_url," +
          " requested_at) VALUES (?, ?, ?, ?, ?, ?)",
      )
        .bind(crypto.randomUUID(), uuid, target.name, target.type, target.url ?? `binding:${target.binding ?? ""}`, now.toISOString())
        .run();
    }
    return {
      health_check_uuid: uuid,
      status: "running",
      total_workers: targets.length,
      message: `Health check started for ${targets.length} worker(s)`,
      timeout_minutes: order.timeout_minutes,
    };
  }

  async status(uuid: string): Promise<RunStatus | null> {
    const run = await this.env.DB_HEALTH.prepare("SELECT * FROM health_checks WHERE health_check_uuid = ?")
      .bind(uuid)
      .first<Row<"health_checks">>();
    if (run === null) {
      return null;
    }
    const rows = await this.env.DB_HEALTH.prepare("SELECT * FROM worker_health_checks WHERE health_check_uuid = ? ORDER BY id")
      .bind(uuid)
      .all<Row<"worker_health_checks">>();
    return { ...run, worker_results: rows.results };
  }
}

function isTarget(value: unknown): value is WorkerTarget {
  return typeof value === "object" && value !== null && "name" in value && typeof value.name === "string";
}
