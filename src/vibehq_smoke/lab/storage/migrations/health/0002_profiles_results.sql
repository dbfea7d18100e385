-- Test profiles and results, AI usage, daily summaries, schedules (contract 5.4).
CREATE TABLE health_check_schedules (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  cron_expression TEXT NOT NULL,
  enabled INTEGER NOT NULL DEFAULT 1,
  timeout_minutes INTEGER NOT NULL DEFAULT 30,
  include_unit_tests INTEGER NOT NULL DEFAULT 1,
  include_performance_tests INTEGER NOT NULL DEFAULT 1,
  include_integration_tests INTEGER NOT NULL DEFAULT 1,
  worker_filters TEXT
);
CREATE TABLE test_profiles (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  description TEXT,
  category TEXT NOT NULL CHECK (category IN ('unit', 'integration', 'performance', 'security', 'ai')),
  target TEXT NOT NULL,
  enabled INTEGER NOT NULL DEFAULT 1,
  schedule TEXT NOT NULL CHECK (schedule IN ('hourly', 'daily', 'weekly')),
  timeout_seconds INTEGER NOT NULL DEFAULT 300,
  retry_attempts INTEGER NOT NULL DEFAULT 3,
  config TEXT
);
CREATE TABLE test_results (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  test_profile_id INTEGER NOT NULL REFERENCES test_profiles(id),
  run_id TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending', 'running', 'passed', 'failed', 'skipped')),
  duration_ms INTEGER,
  error_message TEXT,
  output TEXT,
  metrics TEXT,
  environment TEXT,
  triggered_by TEXT NOT NULL CHECK (triggered_by IN ('cron', 'manual', 'webhook')),
  started_at TEXT NOT NULL,
  completed_at TEXT
);
CREATE TABLE ai_logs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  test_result_id INTEGER REFERENCES test_results(id),
  model TEXT NOT NULL,
  provider TEXT NOT NULL,
  prompt TEXT,
  response TEXT,
  tokens_used INTEGER NOT NULL DEFAULT 0,
  cost REAL NOT NULL DEFAULT 0,
  latency_ms INTEGER NOT NULL DEFAULT 0,
  success INTEGER NOT NULL DEFAULT 1,
  error_message TEXT,
  reasoning TEXT,
  metadata TEXT,
  created_at TEXT NOT NULL
);
CREATE TABLE health_summaries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  date TEXT NOT NULL UNIQUE,
  overall_status TEXT NOT NULL CHECK (overall_status IN ('healthy', 'degraded', 'critical')),
  total_tests INTEGER NOT NULL,
  passed_tests INTEGER NOT NULL,
  failed_tests INTEGER NOT NULL,
  skipped_tests INTEGER NOT NULL,
  average_latency REAL NOT NULL DEFAULT 0,
  total_cost REAL NOT NULL DEFAULT 0,
  ai_usage_count INTEGER NOT NULL DEFAULT 0,
  issues TEXT NOT NULL DEFAULT '[]',
  recommendations TEXT NOT NULL DEFAULT '[]',
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
