/** ContainerMonitoringOps: what containers log and which errors they have, over RPC. */

import { WorkerEntrypoint } from "cloudflare:workers";
import { findRows } from "../database/queries";
import { containerErrors, containerLogs, containerProcesses } from "../database/schema";

export class ContainerMonitoringOps extends WorkerEntrypoint<WorkerEnv> {
  async getErrors(containerId: string) {
    return { success: true, errors: await findRows(this.env.DB_OPS, containerErrors, { containerId }) };
  }

  async getLogs(containerId: string) {
    return { success: true, lines: await findRows(this.env.DB_OPS, containerLogs, { containerId }) };
  }

  async getProcesses(containerId: string) {
    return { success: true, processes: await findRows(this.env.DB_OPS, containerProcesses, { containerId }) };
  }
}
