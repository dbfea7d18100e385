/** GitHub: conflict resolutions of pull requests, over RPC. */

import { WorkerEntrypoint } from "cloudflare:workers";
import { findRows } from "../database/queries";
import { opsConflictResolutions } from "../database/schema";

export class GitHub extends WorkerEntrypoint<WorkerEnv> {
  async getConflictResolutions(repo: string) {
    return { success: true, resolutions: await findRows(this.env.DB_OPS, opsConflictResolutions, { repo }) };
  }
}
