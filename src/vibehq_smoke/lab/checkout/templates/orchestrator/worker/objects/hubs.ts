/** The broadcast hubs and the terminal: one room each, sockets in it. */

import { DurableObject } from "cloudflare:workers";

class Hub extends DurableObject<WorkerEnv> {
  private readonly sockets = new Set<WebSocket>();

  override async fetch(request: Request): Promise<Response> {
    if (request.headers.get("Upgrade") !== "websocket") {
      const frame = await request.text();
      this.sockets.forEach((socket) => socket.send(frame));
      return Response.json({ ok: true, receivers: this.sockets.size });
    }
    const { 0: client, 1: server } = new WebSocketPair();
    server.accept();
    this.sockets.add(server);
    server.addEventListener("close", () => this.sockets.delete(server));
    server.send(JSON.stringify({ type: "connected", message: this.greeting(), timestamp: new Date().toISOString() }));
    return new Response(null, { status: 101, webSocket: client });
  }

  protected greeting(): string {
    return "Connected";
  }
}

export class HealthCheckBroadcast extends Hub {
  protected override greeting(): string {
    return "Connected to health check broadcast";
  }
}

export class OpsMonitorBroadcast extends Hub {
  protected override greeting(): string {
    return "Connected to ops monitor broadcast";
  }
}

export class TerminalServer extends Hub {
  protected override greeting(): string {
    return "Connected to terminal";
  }
}
