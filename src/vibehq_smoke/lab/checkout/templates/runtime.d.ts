/** The few members of the Workers runtime that this code uses, so that it type-checks on its own. */

interface D1Result<T> {
  results: T[];
  success: boolean;
}

interface D1PreparedStatement {
  bind(...values: ReadonlyArray<string | number | null>): D1PreparedStatement;
  first<T>(): Promise<T | null>;
  all<T>(): Promise<D1Result<T>>;
  run(): Promise<D1Result<never>>;
}

interface D1Database {
  prepare(query: string): D1PreparedStatement;
}

interface WorkerEnv {
  DB_OPS: D1Database;
  DB_HEALTH: D1Database;
  ORCHESTRATOR_BASE_URL?: string;
  HEALTH_WORKER_TARGETS?: string;
}
