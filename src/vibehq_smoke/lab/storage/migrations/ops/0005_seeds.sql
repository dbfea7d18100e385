-- A few days of past life, dated from now, so that statistics have something to count.
INSERT INTO patch_events (created_at, patch_id, event_type, status, metadata) VALUES
 (strftime('%Y-%m-%dT%H:%M:%fZ','now','-5 days'),              'patch-nav-menu',  'PATCH_RECEIVED',             'success', '{"duration_ms":12}'),
 (strftime('%Y-%m-%dT%H:%M:%fZ','now','-5 days','+2 minutes'), 'patch-nav-menu',  'PATCH_VALIDATED',            'success', '{"duration_ms":48}'),
 (strftime('%Y-%m-%dT%H:%M:%fZ','now','-5 days','+3 minutes'), 'patch-nav-menu',  'PATCH_APPLIED',              'success', '{"duration_ms":230}'),
 (strftime('%Y-%m-%dT%H:%M:%fZ','now','-3 days'),              'patch-d1-index',  'PATCH_RECEIVED',             'success', '{"duration_ms":9}'),
 (strftime('%Y-%m-%dT%H:%M:%fZ','now','-3 days','+1 minutes'), 'patch-d1-index',  'PATCH_VALIDATION_FAILED',    'failure', '{"duration_ms":31,"reason":"line out of range"}'),
 (strftime('%Y-%m-%dT%H:%M:%fZ','now','-20 hours'),            'patch-auth-copy', 'PATCH_RECEIVED',             'success', '{"duration_ms":11}'),
 (strftime('%Y-%m-%dT%H:%M:%fZ','now','-19 hours'),            'patch-auth-copy', 'PATCH_APPLIED',              'success', '{"duration_ms":180}'),
 (strftime('%Y-%m-%dT%H:%M:%fZ','now','-9 hours'),             'patch-cron-log',  'PATCH_PROCESSING_STARTED',   'success', '{"duration_ms":4}'),
 (strftime('%Y-%m-%dT%H:%M:%fZ','now','-9 hours','+1 minutes'),'patch-cron-log',  'PATCH_PROCESSING_FAILED',    'failure', '{"duration_ms":610}'),
 (strftime('%Y-%m-%dT%H:%M:%fZ','now','-8 hours'),             'patch-cron-log',  'PATCH_APPLIED',              'success', '{"duration_ms":205}'),
 (strftime('%Y-%m-%dT%H:%M:%fZ','now','-2 hours'),             'patch-hub-retry', 'PATCH_RECEIVED',             'success', '{"duration_ms":10}'),
 (strftime('%Y-%m-%dT%H:%M:%fZ','now','-30 minutes'),          'patch-hub-retry', 'PATCH_DELIVERED',            'success', '{"duration_ms":95}');
INSERT INTO operation_logs (source, operation, level, details, created_at) VALUES
 ('orchestrator', 'startup', 'info', '{"message":"orchestrator started"}', strftime('%Y-%m-%dT%H:%M:%fZ','now','-1 days')),
 ('agent-factory', 'quick_health_check', 'debug', '{"status":"healthy"}', strftime('%Y-%m-%dT%H:%M:%fZ','now','-7 hours')),
 ('specialist.lint', 'lint', 'info', '{"files":14}', strftime('%Y-%m-%dT%H:%M:%fZ','now','-6 hours')),
 ('orchestrator', 'patch.deliver', 'error', '{"message":"destination refused the connection"}', strftime('%Y-%m-%dT%H:%M:%fZ','now','-5 hours')),
 ('orchestrator', 'patch.deliver', 'info', '{"message":"delivered on the second attempt"}', strftime('%Y-%m-%dT%H:%M:%fZ','now','-4 hours'));
INSERT INTO specialist_triggers (specialist_type, trigger_event, conditions) VALUES
 ('docstring-architect', 'code-generation-complete', '{"min_lines":50}'),
 ('lint-surgeon', 'lint-errors-detected', '{"min_errors":3}'),
 ('dependency-auditor', 'dependency-changed', '{"change":"major"}');
INSERT INTO factories (name, repo_owner, repo_name, path) VALUES
 ('agent-factory', 'example', 'core-vibe-hq', 'apps/agent-factory');
INSERT INTO orders (id, title, status) VALUES ('order-1', 'Navigation menu', 'open');
INSERT INTO tasks (task_uuid, order_id, title, status) VALUES
 ('1f0f8a52-6c0e-4a5e-9a43-5f1f3a2b7c10', 'order-1', 'Build the menu', 'completed'),
 ('7d3c1e90-2b44-4f0b-8f0a-0f6f1f9f2a11', 'order-1', 'Write its tests', 'pending');
