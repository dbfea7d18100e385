-- Destinations of reports, people's answers, the work of queues, applied batches, code quality, side doors.
CREATE TABLE delivery_sinks (
  name TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('accept', 'refuse', 'file')),
  enabled INTEGER NOT NULL DEFAULT 1,
  description TEXT NOT NULL
);
INSERT INTO delivery_sinks (name, kind, description) VALUES
 ('smoke', 'accept', 'takes everything and keeps nothing'),
 ('archive', 'file', 'writes each report to a file beside the databases'),
 ('closed', 'refuse', 'refuses every report');
ALTER TABLE delivery_reports ADD COLUMN automatic INTEGER NOT NULL DEFAULT 0;  -- the platform delivers it by itself
ALTER TABLE hil_requests ADD COLUMN confidence REAL CHECK (confidence BETWEEN 0 AND 1);
ALTER TABLE hil_requests ADD COLUMN suggested_response TEXT;
ALTER TABLE hil_requests ADD COLUMN answered_by TEXT CHECK (answered_by IN ('automation', 'person'));
CREATE TABLE hil_answer_patterns (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  words TEXT NOT NULL,              -- JSON array: the words that make up the pattern
  answer TEXT NOT NULL,
  certainty REAL NOT NULL CHECK (certainty BETWEEN 0 AND 1)   -- how far to trust the answer when all words are there
);
INSERT INTO hil_answer_patterns (words, answer, certainty) VALUES
 ('["retry", "failed", "delivery"]', 'Yes. Retry a failed delivery up to three times.', 0.95),
 ('["use", "typescript", "strict"]', 'Yes. Strict mode is on in every package.', 0.95),
 ('["which", "package", "manager"]', 'Use the one whose lock file is in the repository.', 0.9),
 ('["run", "migrations", "order"]', 'In the order of their names, all of them.', 0.9),
 ('["overwrite", "existing", "file"]', 'Only when its content is generated; else keep it and ask.', 0.6),
 ('["delete", "production", "data"]', 'No. A person has to decide that.', 0.3);
ALTER TABLE specialist_queues ADD COLUMN error TEXT;
ALTER TABLE specialist_queues ADD COLUMN result TEXT;
ALTER TABLE specialist_queues ADD COLUMN started_at TEXT;
ALTER TABLE specialist_queues ADD COLUMN completed_at TEXT;
CREATE INDEX specialist_queues_by_status ON specialist_queues(status, priority DESC, id);
CREATE TABLE patch_documents (
  name TEXT PRIMARY KEY,
  content TEXT NOT NULL,
  updated_at TEXT NOT NULL
);
CREATE TABLE patch_batches (
  id TEXT PRIMARY KEY,              -- what a rollback names
  patch_id TEXT NOT NULL,
  document TEXT NOT NULL,
  dry_run INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('processing', 'completed', 'failed', 'rolled_back')),
  total INTEGER NOT NULL,
  applied INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  before_content TEXT,              -- the document as it was, for the rollback
  reason TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);
CREATE INDEX patch_batches_by_patch ON patch_batches(patch_id);
CREATE TABLE code_violations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  agent_id TEXT NOT NULL,
  file_path TEXT NOT NULL,
  line INTEGER NOT NULL,
  rule TEXT NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('critical', 'warning', 'info')),
  message TEXT NOT NULL,
  acknowledged INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL
);
CREATE INDEX code_violations_by_agent ON code_violations(agent_id, severity);
CREATE TABLE quarantined_agents (
  agent_id TEXT PRIMARY KEY,
  violations INTEGER NOT NULL,
  since TEXT NOT NULL
);
CREATE INDEX ops_issues_by_log ON ops_issues(json_extract(metadata, '$.logId'));
CREATE TABLE sentry_envelopes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id TEXT,
  dsn TEXT NOT NULL,
  items TEXT NOT NULL,              -- JSON array: the type of each item
  size INTEGER NOT NULL,
  created_at TEXT NOT NULL
);
CREATE TABLE github_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  delivery_id TEXT,
  event TEXT NOT NULL,
  action TEXT,
  repository TEXT,
  payload TEXT NOT NULL,
  created_at TEXT NOT NULL
);
