/** HilOps: questions that a person has to answer, over RPC. */

import { WorkerEntrypoint } from "cloudflare:workers";
import { findRows } from "../database/queries";
import { hilRequests } from "../database/schema";

const DEFAULT_LIMIT = 10;

export class HilOps extends WorkerEntrypoint<WorkerEnv> {
  async getHilRequests(options: { limit?: number } = {}) {
    return { success: true, requests: await findRows(this.env.DB_OPS, hilRequests, {}, options.limit ?? DEFAULT_LIMIT) };
  }
}
