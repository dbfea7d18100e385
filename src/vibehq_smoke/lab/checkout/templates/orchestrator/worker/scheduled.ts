/** What the clock starts: a full scan at two, an incremental one every four hours, and a health run a day. */

import { Health } from "./entrypoints/health";
import { OpsMonitorOps } from "./entrypoints/OpsMonitorOps";

const FULL = "0 2 * * *";
const INCREMENTAL = "0 */4 * * *";
const TIMEOUT_MINUTES = 45;

export async function runSchedule(cron: string, env: WorkerEnv, ctx: ExecutionContext): Promise<void> {
  if (cron === FULL || cron === INCREMENTAL) {
    await new OpsMonitorOps(ctx, env).recordScan(cron === FULL ? "full" : "incremental");
  }
  if (cron === FULL) {
    await new Health(ctx, env).start({
      trigger_type: "cron",
      trigger_source: cron,
      timeout_minutes: TIMEOUT_MINUTES,
      worker_filters: null,
    });
  }
}
