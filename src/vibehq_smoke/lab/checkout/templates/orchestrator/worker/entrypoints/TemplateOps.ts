/** TemplateOps: template files and their placeholders, over RPC. */

import { WorkerEntrypoint } from "cloudflare:workers";
import { findRows } from "../database/queries";
import { templateFiles, templatePlaceholders } from "../database/schema";

export class TemplateOps extends WorkerEntrypoint<WorkerEnv> {
  async getFiles(templateName: string) {
    return { success: true, files: await findRows(this.env.DB_OPS, templateFiles, { templateName }) };
  }

  async getPlaceholders(templateFileId: number) {
    return { success: true, placeholders: await findRows(this.env.DB_OPS, templatePlaceholders, { templateFileId }) };
  }
}
