/** Durable Objects that keep state: rate-limit counters, code generation, sandboxes. */

import { DurableObject } from "cloudflare:workers";

export class DORateLimitStore extends DurableObject<WorkerEnv> {
  private readonly counts = new Map<string, number>();

  override async fetch(request: Request): Promise<Response> {
    const bucket = new URL(request.url).pathname;
    const count = (this.counts.get(bucket) ?? 0) + 1;
    this.counts.set(bucket, count);
    return Response.json({ bucket, count });
  }
}

export class CodeGenObject extends DurableObject<WorkerEnv> {
  override async fetch(_request: Request): Promise<Response> {
    return Response.json({ state: "idle" });
  }
}

export class Sandbox extends DurableObject<WorkerEnv> {
  override async fetch(_request: Request): Promise<Response> {
    return Response.json({ state: "stopped" });
  }
}
