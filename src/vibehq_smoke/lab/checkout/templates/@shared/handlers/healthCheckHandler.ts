/** The health-check protocol of a worker: execute, status, quick. */

import type { SharedEnv } from "../types/worker";

interface Order {
  worker_check_uuid: string;
  callback_url: string;
}

const DELIVERY_GAPS_MS = [1_000, 2_000];
const STARTED = Date.now();

export async function healthCheck(request: Request, env: SharedEnv, ctx: ExecutionContext): Promise<Response | null> {
  const route = `${request.method} ${new URL(request.url).pathname}`;
  switch (route) {
    case "GET /health-check/status":
      return Response.json(status(env));
    case "GET /health-check/quick":
      return Response.json(await quick(env));
    case "POST /health-check/execute":
      return execute(request, env, ctx);
    default:
      return null;
  }
}

function status(env: SharedEnv): object {
  return {
    worker_name: env.WORKER_NAME,
    worker_type: env.WORKER_TYPE,
    status: "healthy",
    timestamp: new Date().toISOString(),
    uptime_seconds: (Date.now() - STARTED) / 1000,
    orchestrator_available: env.ORCHESTRATOR_LOGGING !== undefined,
  };
}

async function quick(env: SharedEnv): Promise<object> {
  const began = Date.now();
  const connected = await succeeds(
    env.ORCHESTRATOR_LOGGING.log({ source: env.WORKER_NAME, operation: "quick_health_check", level: "debug" }),
  );
  return {
    worker_name: env.WORKER_NAME,
    worker_type: env.WORKER_TYPE,
    status: connected ? "healthy" : "degraded",
    response_time_ms: Date.now() - began,
    orchestrator_connectivity: connected,
    timestamp: new Date().toISOString(),
  };
}

async function execute(request: Request, env: SharedEnv, ctx: ExecutionContext): Promise<Response> {
  const order = readOrder(await request.json().catch(() => null));
  if (order === null) {
    return Response.json({ success: false, error: "worker_check_uuid and callback_url are needed" }, { status: 400 });
  }
  ctx.waitUntil(check(env).then((results) => deliver(order, results)));
  const uuid = order.worker_check_uuid;
  return Response.json({ success: true, message: "Health check started", worker_check_uuid: uuid }, { status: 202 });
}

async function check(env: SharedEnv): Promise<object> {
  const logging = await succeeds(
    env.ORCHESTRATOR_LOGGING.log({ source: env.WORKER_NAME, operation: "health_check", level: "info" }),
  );
  const database = await succeeds(env.ORCHESTRATOR_TASKS.getTasksForOrder("health-check"));
  const score = (Number(logging) + Number(database)) / 2;
  return {
    overall_status: score === 1 ? "healthy" : score > 0 ? "degraded" : "critical",
    health_score: score,
    orchestrator_connectivity: logging,
    external_api_connectivity: env.AI !== undefined,
    database_connectivity: database,
  };
}

async function deliver(order: Order, results: object): Promise<void> {
  const body = JSON.stringify({ worker_check_uuid: order.worker_check_uuid, results });
  const headers = { "Content-Type": "application/json" };
  for (const gap of [...DELIVERY_GAPS_MS, null]) {
    const reply = await fetch(order.callback_url, { method: "POST", headers, body }).catch(() => null);
    if (reply?.ok || gap === null) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, gap));
  }
}

function readOrder(body: unknown): Order | null {
  if (typeof body !== "object" || body === null || !("worker_check_uuid" in body && "callback_url" in body)) {
    return null;
  }
  const { worker_check_uuid: uuid, callback_url: url } = body;
  return typeof uuid === "string" && typeof url === "string" ? { worker_check_uuid: uuid, callback_url: url } : null;
}

async function succeeds(call: Promise<{ success: boolean }>): Promise<boolean> {
  return call.then((reply) => reply.success).catch(() => false);
}
