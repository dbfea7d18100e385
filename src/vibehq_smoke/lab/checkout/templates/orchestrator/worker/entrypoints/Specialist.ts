/** Specialist: the queue of the specialists, over RPC. */

import { WorkerEntrypoint } from "cloudflare:workers";
import { findRows, insertRow } from "../database/queries";
import { specialistQueues } from "../database/schema";

export class Specialist extends WorkerEntrypoint<WorkerEnv> {
  async enqueue(specialistType: string, triggerEvent: string, payload: Readonly<Record<string, unknown>>) {
    const row = { specialistType, triggerEvent, payload: JSON.stringify(payload) };
    return { success: true, id: await insertRow(this.env.DB_OPS, specialistQueues, row) };
  }

  async getQueue(specialistType: string) {
    return { success: true, queue: await findRows(this.env.DB_OPS, specialistQueues, { specialistType }) };
  }
}
