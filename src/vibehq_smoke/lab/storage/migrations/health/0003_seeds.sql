-- Fifteen profiles with legal categories and distinct names, and yesterday's results and summary.
INSERT INTO test_profiles (name, description, category, target, schedule) VALUES
 ('env-vars', 'Required variables are set', 'unit', 'orchestrator', 'hourly'),
 ('json-roundtrip', 'JSON survives a round trip', 'unit', 'orchestrator', 'hourly'),
 ('crypto-digest', 'Digests match known vectors', 'unit', 'orchestrator', 'daily'),
 ('date-parsing', 'Dates parse and format', 'unit', 'orchestrator', 'daily'),
 ('d1-ops-query', 'DB_OPS answers a query', 'integration', 'd1-ops', 'hourly'),
 ('d1-health-query', 'DB_HEALTH answers a query', 'integration', 'd1-health', 'hourly'),
 ('rpc-logging', 'Logging accepts a line', 'integration', 'rpc-gateway', 'hourly'),
 ('patch-dry-run', 'A dry run changes nothing', 'integration', 'patch-api', 'daily'),
 ('delivery-retry', 'A failed delivery is retried', 'integration', 'delivery-api', 'daily'),
 ('status-latency', 'The status page is fast', 'performance', 'orchestrator', 'hourly'),
 ('analytics-latency', 'Statistics are fast', 'performance', 'analytics-api', 'daily'),
 ('csrf-enforced', 'Writes need the CSRF pair', 'security', 'auth', 'daily'),
 ('session-required', 'Reads need a session', 'security', 'auth', 'daily'),
 ('secret-scan', 'No secret in any answer', 'security', 'orchestrator', 'weekly'),
 ('model-answers', 'The model answers a prompt', 'ai', 'ai-binding', 'daily');
INSERT INTO test_results
  (test_profile_id, run_id, status, duration_ms, error_message, environment, triggered_by, started_at, completed_at)
SELECT id, 'seed-daily',
  CASE name WHEN 'analytics-latency' THEN 'failed' WHEN 'secret-scan' THEN 'skipped' ELSE 'passed' END,
  20 + id * 7,
  CASE name WHEN 'analytics-latency' THEN 'slower than the budget' END,
  'local', 'cron',
  strftime('%Y-%m-%dT%H:%M:%fZ','now','-22 hours'), strftime('%Y-%m-%dT%H:%M:%fZ','now','-22 hours','+20 seconds')
FROM test_profiles;
INSERT INTO ai_logs (test_result_id, model, provider, prompt, response, tokens_used, cost, latency_ms, created_at)
SELECT id, '@cf/meta/llama-3.1-8b-instruct', 'workers-ai', 'ping', 'pong', 24 + id, 0.000001 * (24 + id), 200 + id * 10,
  strftime('%Y-%m-%dT%H:%M:%fZ','now','-22 hours')
FROM test_results WHERE test_profile_id IN (SELECT id FROM test_profiles WHERE category = 'ai' OR name = 'patch-dry-run');
INSERT INTO health_summaries (date, overall_status, total_tests, passed_tests, failed_tests, skipped_tests,
  average_latency, total_cost, ai_usage_count, issues, recommendations)
SELECT date('now','-1 days'),
  CASE WHEN sum(status = 'failed') = 0 THEN 'healthy' WHEN sum(status = 'failed') <= 3 THEN 'degraded' ELSE 'critical' END,
  count(*), sum(status = 'passed'), sum(status = 'failed'), sum(status = 'skipped'), avg(duration_ms),
  (SELECT coalesce(sum(cost), 0) FROM ai_logs), (SELECT count(*) FROM ai_logs),
  '["analytics-latency: slower than the budget"]', '["Add an index for the statistics query"]'
FROM test_results;
INSERT INTO health_check_schedules (name, cron_expression, timeout_minutes) VALUES ('daily_health_check', '0 2 * * *', 45);
