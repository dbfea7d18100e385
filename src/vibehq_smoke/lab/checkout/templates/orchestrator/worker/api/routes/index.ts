/** The API's routes by method and path. */

import type { Health } from "../../entrypoints/health";
import { createRun, listWorkers, readRun } from "./healthRoutes";

const RUN = /^\/api\/health\/checks\/([^/]+)$/;
const STATUS = { globalUserMessage: "", changeLogs: "", hasActiveMessage: false };

/** The answer to a request under /api/. */
export async function dispatch(request: Request, env: WorkerEnv, health: Health): Promise<Response> {
  const { pathname } = new URL(request.url);
  const run = RUN.exec(pathname)?.[1];
  const config = await env.VibecoderStore.get("platform_configs");
  if (run !== undefined && request.method === "GET") {
    return readRun(run, health);
  }
  switch (`${request.method} ${pathname}`) {
    case "GET /api/status":
      return Response.json({ success: true, data: { ...STATUS, hasActiveMessage: config !== null } });
    case "GET /api/health/workers":
      return listWorkers(health);
    case "POST /api/health/checks":
      return createRun(request, health);
    default:
      return Response.json({ success: false, error: { message: "Not found", name: "NotFound" } }, { status: 404 });
  }
}
