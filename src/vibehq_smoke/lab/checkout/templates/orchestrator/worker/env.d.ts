/** What the orchestrator's wrangler file binds. */

interface SpecialistService extends Fetcher {}

interface WorkerEnv {
  DB_OPS: D1Database;
  DB_PROJECTS: D1Database;
  DB_CHATS: D1Database;
  DB_HEALTH: D1Database;
  VibecoderStore: KVNamespace;
  ASSETS: Fetcher;
  AI?: Ai;
  CF_VERSION_METADATA: VersionMetadata;
  DORateLimitStore: DurableObjectNamespace;
  HEALTH_CHECK_BROADCAST: DurableObjectNamespace;
  OPS_MONITOR_BROADCAST: DurableObjectNamespace;
  TERMINAL_SERVER: DurableObjectNamespace;
  CONFLICT_SPECIALIST: SpecialistService;
  DELIVERY_REPORT_SPECIALIST: SpecialistService;
  CUSTOM_DOMAIN: string;
  ORCHESTRATOR_BASE_URL?: string;
  HEALTH_WORKER_TARGETS?: string;
}
