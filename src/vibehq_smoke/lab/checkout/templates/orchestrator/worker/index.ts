/** The orchestrator's main module: HTTP, cron, Durable Objects and the entrypoints that other workers call. */

import { dispatch } from "./api/routes/index";
import { Health } from "./entrypoints/health";
import { runSchedule } from "./scheduled";

export { GitHub } from "./entrypoints/GitHub";
export { Tasks } from "./entrypoints/Tasks";
export { Factory } from "./entrypoints/Factory";
export { Delivery } from "./entrypoints/Delivery";
export { Logging } from "./entrypoints/Logging";
export { Specialist } from "./entrypoints/Specialist";
export { OpsMonitorOps } from "./entrypoints/OpsMonitorOps";
export { Health } from "./entrypoints/health";
export { TemplateOps } from "./entrypoints/TemplateOps";
export { HilOps } from "./entrypoints/HilOps";
export { DataOps } from "./entrypoints/DataOps";
export { ProjectsOps } from "./entrypoints/ProjectsOps";
export { ChatsOps } from "./entrypoints/ChatsOps";
export { HealthOps } from "./entrypoints/HealthOps";
export { PatchOps } from "./entrypoints/PatchOps";
export { AIProviderOps } from "./entrypoints/AIProviderOps";
export { DocsOps } from "./entrypoints/DocsOps";
export { ContainerMonitoringOps } from "./entrypoints/ContainerMonitoringOps";
export { HealthCheckBroadcast, OpsMonitorBroadcast, TerminalServer } from "./objects/hubs";
export { CodeGenObject, DORateLimitStore, Sandbox } from "./objects/stores";

export default {
  async fetch(request: Request, env: WorkerEnv, ctx: ExecutionContext): Promise<Response> {
    if (new URL(request.url).pathname.startsWith("/api/")) {
      return dispatch(request, env, new Health(ctx, env));
    }
    return env.ASSETS.fetch(request);
  },

  async scheduled(controller: ScheduledController, env: WorkerEnv, ctx: ExecutionContext): Promise<void> {
    await runSchedule(controller.cron, env, ctx);
  },
};
