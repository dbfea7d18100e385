/** Logging: the operation log, over RPC. */

import { WorkerEntrypoint } from "cloudflare:workers";
import { insertRow } from "../database/queries";
import { operationLogs } from "../database/schema";
import type { LogEntry } from "../../../@shared/types/worker";

export class Logging extends WorkerEntrypoint<WorkerEnv> {
  async log(entry: LogEntry) {
    const id = await insertRow(this.env.DB_OPS, operationLogs, {
      source: entry.source,
      operation: entry.operation,
      level: entry.level,
      details: entry.details ? JSON.stringify(entry.details) : null,
      createdAt: new Date().toISOString(),
    });
    return { success: true, id };
  }
}
