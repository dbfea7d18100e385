-- Operations, patches, delivery, scans, providers, people in the loop (contract 5.1).
CREATE TABLE patch_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT NOT NULL,
  patch_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  status TEXT NOT NULL,
  metadata TEXT,
  event_key TEXT UNIQUE             -- the id the sender gave, if any
);
CREATE INDEX patch_events_by_time ON patch_events(created_at);
CREATE INDEX patch_events_by_patch ON patch_events(patch_id);
CREATE TABLE delivery_reports (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT NOT NULL,
  patch_id TEXT NOT NULL,
  destination TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'generating',
  attempts INTEGER NOT NULL DEFAULT 0,
  last_attempt_at TEXT,
  error TEXT,
  metadata TEXT
);
CREATE TABLE ops_scans (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT NOT NULL,
  scan_type TEXT NOT NULL CHECK (scan_type IN ('full', 'incremental')),
  status TEXT NOT NULL CHECK (status IN ('running', 'completed', 'failed')),
  findings TEXT,
  metadata TEXT
);
CREATE TABLE ops_issues (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT NOT NULL,
  type TEXT NOT NULL,
  severity TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'resolved')),
  title TEXT NOT NULL,
  description TEXT,
  metadata TEXT,
  resolved_at TEXT
);
CREATE TABLE operation_logs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  source TEXT NOT NULL,
  order_id TEXT,
  task_uuid TEXT,
  operation TEXT NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('debug', 'info', 'warn', 'error', 'critical')),
  details TEXT,
  created_at TEXT NOT NULL
);
CREATE INDEX operation_logs_by_source ON operation_logs(source, operation);
CREATE TABLE ai_provider_assignments (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  patch_id TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  status TEXT NOT NULL,
  priority INTEGER NOT NULL DEFAULT 1,
  metadata TEXT
);
CREATE TABLE ai_provider_executions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  assignment_id INTEGER NOT NULL REFERENCES ai_provider_assignments(id),
  started_at TEXT,
  completed_at TEXT,
  status TEXT NOT NULL,
  result TEXT,
  error TEXT,
  execution_time_ms INTEGER,
  metadata TEXT
);
CREATE TABLE ai_provider_configs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  provider_id TEXT NOT NULL,
  config TEXT NOT NULL,
  is_active INTEGER NOT NULL DEFAULT 1,
  version INTEGER NOT NULL DEFAULT 1,
  UNIQUE (provider_id, version)
);
CREATE TABLE ai_provider_conversations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  order_id TEXT,
  conversation_id TEXT,
  provider_name TEXT,
  question TEXT,
  response TEXT,
  solution TEXT,
  status TEXT NOT NULL DEFAULT 'open',
  hil_triggered INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE hil_requests (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  order_id TEXT,
  conversation_id TEXT,
  question TEXT NOT NULL,
  context TEXT,
  status TEXT NOT NULL DEFAULT 'pending'
    CHECK (status IN ('pending', 'in_progress', 'resolved', 'cancelled')),
  user_response TEXT,
  resolved_at TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
CREATE TABLE worker_logs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  worker_id TEXT NOT NULL,
  level TEXT NOT NULL,
  message TEXT NOT NULL,
  metadata TEXT,
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE build_logs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  build_id TEXT NOT NULL,
  stage TEXT NOT NULL,
  message TEXT NOT NULL,
  metadata TEXT,
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE factories (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  provider TEXT NOT NULL DEFAULT 'github',
  repo_owner TEXT,
  repo_name TEXT,
  path TEXT,
  active INTEGER NOT NULL DEFAULT 1,
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE container_settings (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  factory_name TEXT NOT NULL,
  dockerfile_path TEXT,
  json TEXT
);
CREATE TABLE ops_conflict_resolutions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  repo TEXT NOT NULL,
  pr_number INTEGER NOT NULL,
  head_branch TEXT NOT NULL,
  status TEXT NOT NULL,
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  UNIQUE (repo, pr_number, head_branch)
);
CREATE TABLE ops_delivery_reports (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id TEXT NOT NULL,
  phase TEXT NOT NULL,
  version INTEGER NOT NULL,
  compliance_score REAL CHECK (compliance_score BETWEEN 0 AND 1),
  report TEXT,
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  UNIQUE (project_id, phase, version)
);
CREATE TABLE ops_orders (
  id TEXT PRIMARY KEY,
  order_type TEXT NOT NULL,
  status TEXT NOT NULL,
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE template_files (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  template_name TEXT NOT NULL,
  file_path TEXT NOT NULL
);
CREATE TABLE template_placeholders (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  template_file_id INTEGER NOT NULL,
  placeholder TEXT NOT NULL
);
CREATE TABLE order_placeholder_mappings (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  order_id TEXT NOT NULL,
  placeholder_id INTEGER NOT NULL,
  value TEXT
);
