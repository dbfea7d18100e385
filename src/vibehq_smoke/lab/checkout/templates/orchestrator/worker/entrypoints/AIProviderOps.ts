/** AIProviderOps: providers, assignments and executions, over RPC. */

import { WorkerEntrypoint } from "cloudflare:workers";
import { findRows } from "../database/queries";
import { aiProviderAssignments, aiProviderConfigs, aiProviderExecutions } from "../database/schema";

export class AIProviderOps extends WorkerEntrypoint<WorkerEnv> {
  async listAvailableProviders(_options: Record<string, never> = {}) {
    const configured = await findRows(this.env.DB_OPS, aiProviderConfigs, { isActive: 1 });
    const own = this.env.AI === undefined ? [] : ["workers-ai"];
    return { success: true, providers: [...own, ...configured.map((row) => row.providerId)] };
  }

  async getAssignments(patchId: string) {
    return { success: true, assignments: await findRows(this.env.DB_OPS, aiProviderAssignments, { patchId }) };
  }

  async getExecutions(assignmentId: number) {
    return { success: true, executions: await findRows(this.env.DB_OPS, aiProviderExecutions, { assignmentId }) };
  }
}
