/** HealthOps: test profiles, results, AI usage and summaries of DB_HEALTH, over RPC. */

import { WorkerEntrypoint } from "cloudflare:workers";
import type { Row } from "../../../@shared/types/db";

export type TestProfileRow = Row<"test_profiles">;
export type TestResultRow = Row<"test_results">;
export type HealthSummaryRow = Row<"health_summaries">;

export interface AiUsageRow {
  date: string;
  provider: string;
  model: string;
  usage_count: number;
  tokens_used: number;
  total_cost: number;
}

export interface HealthOpsRequest {
  getTestProfiles?: { enabledOnly?: boolean };
  getTestResults?: { limit?: number };
  getAiUsageStats?: { days?: number };
  getLatestHealthSummary?: Record<string, never>;
}

export interface HealthSummary extends Omit<HealthSummaryRow, "issues" | "recommendations"> {
  issues: string[];
  recommendations: string[];
}

export interface HealthOpsResponse {
  success: boolean;
  testProfiles?: TestProfileRow[];
  testResults?: TestResultRow[];
  aiUsageStats?: AiUsageRow[];
  healthSummary?: HealthSummary | null;
}

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 100;
const DEFAULT_DAYS = 7;
const MAX_DAYS = 365;

export class HealthOps extends WorkerEntrypoint<WorkerEnv> {
  async handleRequest(request: HealthOpsRequest): Promise<HealthOpsResponse> {
    const response: HealthOpsResponse = { success: true };
    if (request.getTestProfiles) {
      response.testProfiles = await this.testProfiles(request.getTestProfiles.enabledOnly ?? false);
    }
    if (request.getTestResults) {
      response.testResults = await this.testResults(request.getTestResults.limit ?? DEFAULT_LIMIT);
    }
    if (request.getAiUsageStats) {
      response.aiUsageStats = await this.aiUsage(request.getAiUsageStats.days ?? DEFAULT_DAYS);
    }
    if (request.getLatestHealthSummary) {
      response.healthSummary = await this.latestSummary();
    }
    return response;
  }

  private async testProfiles(enabledOnly: boolean): Promise<TestProfileRow[]> {
    const found = await this.env.DB_HEALTH.prepare("SELECT * FROM test_profiles WHERE enabled >= ? ORDER BY id")
      .bind(enabledOnly ? 1 : 0)
      .all<TestProfileRow>();
    return found.results;
  }

  private async testResults(limit: number): Promise<TestResultRow[]> {
    const found = await this.env.DB_HEALTH.prepare("SELECT * FROM test_results ORDER BY id DESC LIMIT ?")
      .bind(clamp(limit, MAX_LIMIT))
      .all<TestResultRow>();
    return found.results;
  }

  private async aiUsage(days: number): Promise<AiUsageRow[]> {
    const found = await this.env.DB_HEALTH.prepare(
      "SELECT date(created_at) AS date, provider, model, count(*) AS usage_count, sum(tokens_used) AS tokens_used," +
        " sum(cost) AS total_cost FROM ai_logs WHERE created_at >= date('now', ?) GROUP BY 1, 2, 3 ORDER BY 1",
    )
      .bind(`-${clamp(days, MAX_DAYS)} days`)
      .all<AiUsageRow>();
    return found.results;
  }

  private async latestSummary(): Promise<HealthSummary | null> {
    const row = await this.env.DB_HEALTH.prepare(
      "SELECT * FROM health_summaries ORDER BY date DESC LIMIT 1",
    ).first<HealthSummaryRow>();
    if (row === null) {
      return null;
    }
    return { ...row, issues: parseStrings(row.issues), recommendations: parseStrings(row.recommendations) };
  }
}

function clamp(value: number, max: number): number {
  return Math.max(1, Math.min(max, Math.trunc(value)));
}

function parseStrings(text: string): string[] {
  const value: unknown = JSON.parse(text);
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}
