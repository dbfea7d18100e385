/** Delivery: reports on delivered patches, over RPC. */

import { WorkerEntrypoint } from "cloudflare:workers";
import { findRows } from "../database/queries";
import { deliveryReports } from "../database/schema";

export class Delivery extends WorkerEntrypoint<WorkerEnv> {
  async getReports(patchId: string) {
    return { success: true, reports: await findRows(this.env.DB_OPS, deliveryReports, { patchId }) };
  }
}
