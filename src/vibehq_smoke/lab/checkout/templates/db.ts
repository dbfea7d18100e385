/** Row types of DB_HEALTH, shared by the orchestrator and the workers. */

export type OverallStatus = "healthy" | "degraded" | "unhealthy" | "critical" | "timeout";
export type RunState = "running" | "completed" | "failed" | "timeout";
export type WorkerState = "pending" | "running" | "completed" | "failed" | "timeout";
export type TestState = "pending" | "running" | "passed" | "failed" | "skipped";
export type TestCategory = "unit" | "integration" | "performance" | "security" | "ai";

export interface HealthCheckRow {
  id: number;
  health_check_uuid: string;
  trigger_type: string;
  trigger_source: string | null;
  status: RunState;
  total_workers: number;
  completed_workers: number;
  passed_workers: number;
  failed_workers: number;
  overall_health_score: number;
  ai_analysis: string | null;
  ai_recommendations: string | null;
  started_at: string;
  completed_at: string | null;
  timeout_at: string;
  created_at: string;
}

export interface WorkerHealthCheckRow {
  id: number;
  worker_check_uuid: string;
  health_check_uuid: string;
  worker_name: string;
  worker_type: string;
  worker_url: string | null;
  status: WorkerState;
  overall_status: OverallStatus | null;
  health_score: number | null;
  error_message: string | null;
  raw_results: string | null;
  started_at: string | null;
  completed_at: string | null;
}

export interface TestProfileRow {
  id: number;
  name: string;
  description: string | null;
  category: TestCategory;
  target: string;
  enabled: 0 | 1;
  schedule: "hourly" | "daily" | "weekly";
  timeout_seconds: number;
  retry_attempts: number;
  config: string | null;
}

export interface TestResultRow {
  id: number;
  test_profile_id: number;
  run_id: string;
  status: TestState;
  duration_ms: number | null;
  error_message: string | null;
  triggered_by: "cron" | "manual" | "webhook";
  started_at: string;
  completed_at: string | null;
}

export interface AiUsageRow {
  date: string;
  provider: string;
  model: string;
  usage_count: number;
  tokens_used: number;
  total_cost: number;
}

export interface HealthSummaryRow {
  id: number;
  date: string;
  overall_status: "healthy" | "degraded" | "critical";
  total_tests: number;
  passed_tests: number;
  failed_tests: number;
  skipped_tests: number;
  average_latency: number;
  total_cost: number;
  ai_usage_count: number;
  issues: string;
  recommendations: string;
}
