/** PatchOps: the events of patches, over RPC. */

import { WorkerEntrypoint } from "cloudflare:workers";
import { findRows } from "../database/queries";
import { patchEvents } from "../database/schema";

export class PatchOps extends WorkerEntrypoint<WorkerEnv> {
  async getEvents(patchId: string) {
    return { success: true, events: await findRows(this.env.DB_OPS, patchEvents, { patchId }) };
  }
}
