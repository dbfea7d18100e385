/** DataOps: orders, over RPC. */

import { WorkerEntrypoint } from "cloudflare:workers";
import { findRows } from "../database/queries";
import { orders } from "../database/schema";

export class DataOps extends WorkerEntrypoint<WorkerEnv> {
  async getOrder(id: string) {
    const [order] = await findRows(this.env.DB_OPS, orders, { id }, 1);
    return { success: order !== undefined, order: order ?? null };
  }
}
