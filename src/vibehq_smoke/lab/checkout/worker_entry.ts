/** {name}: answers the health-check protocol; its own routes come after it. */

import { healthCheck } from "{up}@shared/handlers/healthCheckHandler";
import type { SharedEnv } from "{up}@shared/types/worker";

export default {
  async fetch(request: Request, env: SharedEnv, ctx: ExecutionContext): Promise<Response> {
    const reply = await healthCheck(request, env, ctx);
    return reply ?? Response.json({ error: "Not found", worker: env.WORKER_NAME }, { status: 404 });
  },
};
