/** DocsOps: delivery documents of projects, over RPC. */

import { WorkerEntrypoint } from "cloudflare:workers";
import { findRows } from "../database/queries";
import { opsDeliveryReports } from "../database/schema";

export class DocsOps extends WorkerEntrypoint<WorkerEnv> {
  async getDocuments(projectId: string) {
    return { success: true, documents: await findRows(this.env.DB_OPS, opsDeliveryReports, { projectId }) };
  }
}
