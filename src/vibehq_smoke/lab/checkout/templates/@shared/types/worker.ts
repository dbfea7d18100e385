/** What every factory and specialist is given by its wrangler file. */

export interface LogEntry {
  source: string;
  operation: string;
  level: "debug" | "info" | "warn" | "error" | "critical";
  details?: Readonly<Record<string, unknown>>;
}

export interface LoggingService {
  log(entry: LogEntry): Promise<{ success: boolean; id: number }>;
}

export interface TasksService {
  getTasksForOrder(orderId: string): Promise<{ success: boolean; tasks: ReadonlyArray<object> }>;
}

export interface SharedEnv {
  WORKER_NAME: string;
  WORKER_TYPE: string;
  AI?: Ai;
  CF_VERSION_METADATA: VersionMetadata;
  ORCHESTRATOR_LOGGING: LoggingService;
  ORCHESTRATOR_TASKS: TasksService;
}
