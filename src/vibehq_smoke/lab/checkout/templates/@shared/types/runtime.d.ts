/** The few members of the Workers runtime that this code uses, so that it type-checks on its own. */

type SqlValue = string | number | null;

interface D1Result<T> {
  results: T[];
  success: boolean;
}

interface D1PreparedStatement {
  bind(...values: ReadonlyArray<SqlValue>): D1PreparedStatement;
  first<T>(): Promise<T | null>;
  all<T>(): Promise<D1Result<T>>;
  run(): Promise<D1Result<never>>;
}

interface D1Database {
  prepare(query: string): D1PreparedStatement;
}

interface KVNamespace {
  get(key: string): Promise<string | null>;
  put(key: string, value: string): Promise<void>;
}

interface Fetcher {
  fetch(request: Request): Promise<Response>;
}

interface Ai {
  run(model: string, inputs: Readonly<Record<string, unknown>>): Promise<unknown>;
}

interface VersionMetadata {
  readonly id: string;
  readonly tag: string;
}

interface DurableObjectId {
  toString(): string;
}

interface DurableObjectNamespace {
  idFromName(name: string): DurableObjectId;
  get(id: DurableObjectId): Fetcher;
}

interface ExecutionContext {
  waitUntil(work: Promise<unknown>): void;
}

interface ScheduledController {
  readonly cron: string;
  readonly scheduledTime: number;
}

interface WebSocket {
  accept(): void;
}

interface ResponseInit {
  webSocket?: WebSocket;
}

declare class WebSocketPair {
  0: WebSocket;
  1: WebSocket;
}

declare module "cloudflare:workers" {
  export class WorkerEntrypoint<E> {
    constructor(ctx: ExecutionContext, env: E);
    protected readonly ctx: ExecutionContext;
    protected readonly env: E;
  }

  export class DurableObject<E> {
    constructor(state: unknown, env: E);
    protected readonly env: E;
    fetch(request: Request): Promise<Response>;
  }
}
