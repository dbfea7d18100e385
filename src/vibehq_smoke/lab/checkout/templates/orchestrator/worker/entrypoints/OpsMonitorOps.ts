/** OpsMonitorOps: scans of the operation log, over RPC. */

import { WorkerEntrypoint } from "cloudflare:workers";
import { findRows, insertRow } from "../database/queries";
import { operationLogs, opsScans } from "../database/schema";

const DEFAULT_LIMIT = 10;

export class OpsMonitorOps extends WorkerEntrypoint<WorkerEnv> {
  async getRecentScans(options: { limit?: number } = {}) {
    return { success: true, scans: await findRows(this.env.DB_OPS, opsScans, {}, options.limit ?? DEFAULT_LIMIT) };
  }

  async recordScan(scanType: "full" | "incremental") {
    const errors = await findRows(this.env.DB_OPS, operationLogs, { level: "error" });
    const id = await insertRow(this.env.DB_OPS, opsScans, {
      createdAt: new Date().toISOString(),
      scanType,
      status: "completed",
      findings: JSON.stringify({ errors: errors.length }),
    });
    return { success: true, scanId: `scan-${id}` };
  }
}
