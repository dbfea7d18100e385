-- Conversations (contract 5.3).
CREATE TABLE conversation_logs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation_id TEXT NOT NULL,
  project_id TEXT,
  user_id TEXT,
  agent_name TEXT,
  role TEXT NOT NULL,
  message TEXT NOT NULL,
  message_type TEXT NOT NULL DEFAULT 'text',
  structured_data TEXT,
  timestamp TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  websocket_sent INTEGER NOT NULL DEFAULT 0
);
