/** The health shown on Mission Control: what the API says, or that it says nothing. */

import { ApiError, getJson } from "../api/client";

export interface HealthView {
  readonly status: string;
  readonly score: number | null;
  readonly workers: number;
}

export async function loadHealth(): Promise<HealthView | null> {
  try {
    return await getJson("/api/health", readHealth);
  } catch (error: unknown) {
    if (error instanceof ApiError) {
      return null;
    }
    throw error;
  }
}

export function readHealth(body: unknown): HealthView {
  const fields = new Map<string, unknown>(Object.entries(body ?? {}));
  const summary = new Map<string, unknown>(Object.entries(fields.get("summary") ?? {}));
  const status = summary.get("lastStatus");
  const score = summary.get("averageHealthScore");
  const workers = summary.get("totalWorkers");
  return {
    status: typeof status === "string" ? status : "unknown",
    score: typeof score === "number" ? score : null,
    workers: typeof workers === "number" ? workers : 0,
  };
}
