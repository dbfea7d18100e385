/** Tasks: what has to be done for an order, over RPC. */

import { WorkerEntrypoint } from "cloudflare:workers";
import { findRows } from "../database/queries";
import { tasks } from "../database/schema";

export class Tasks extends WorkerEntrypoint<WorkerEnv> {
  async getTasksForOrder(orderId: string) {
    return { success: true, tasks: await findRows(this.env.DB_OPS, tasks, { orderId }) };
  }
}
