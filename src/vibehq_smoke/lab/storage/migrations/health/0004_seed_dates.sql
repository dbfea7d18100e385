-- The seeded results are 22 hours old, which late in the evening is still today: their summary is of their own date.
UPDATE health_summaries SET date = (SELECT date(min(started_at)) FROM test_results WHERE run_id = 'seed-daily');
CREATE INDEX test_results_by_profile ON test_results(test_profile_id, id);
CREATE INDEX test_results_by_time ON test_results(started_at);
