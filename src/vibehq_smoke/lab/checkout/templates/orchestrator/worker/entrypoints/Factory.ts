/** Factory: the factories and their containers, over RPC. */

import { WorkerEntrypoint } from "cloudflare:workers";
import { findRows } from "../database/queries";
import { containerSettings, factories } from "../database/schema";

export class Factory extends WorkerEntrypoint<WorkerEnv> {
  async listFactories() {
    return { success: true, factories: await findRows(this.env.DB_OPS, factories, { active: 1 }) };
  }

  async getContainerSettings(factoryName: string) {
    return { success: true, settings: await findRows(this.env.DB_OPS, containerSettings, { factoryName }) };
  }
}
