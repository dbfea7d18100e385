/** ProjectsOps: requirements and overview cards of projects, over RPC. */

import { WorkerEntrypoint } from "cloudflare:workers";
import { findRows } from "../database/queries";
import { projectOverviewCards, projectRequirements } from "../database/schema";

export class ProjectsOps extends WorkerEntrypoint<WorkerEnv> {
  async getRequirements(projectId: string) {
    const requirements = await findRows(this.env.DB_PROJECTS, projectRequirements, { projectId });
    return { success: true, requirements };
  }

  async getOverviewCards(projectId: string) {
    return { success: true, cards: await findRows(this.env.DB_PROJECTS, projectOverviewCards, { projectId }) };
  }
}
