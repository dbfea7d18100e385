"""The tables of the four databases that matter, as the contract names them (part 5): what INF-03 to INF-05 expect.

Columns are those that the contract names; a table may have more. Tables without columns are named and no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DATABASES = {"DB_OPS": "d1-ops", "DB_PROJECTS": "d1-projects", "DB_CHATS": "d1-chats", "DB_HEALTH": "d1-health"}
"""Binding to component (contract 1.3)."""

Tables = dict[str, frozenset[str]]
"""Table to its columns."""


def _tables(text: str) -> Tables:
    lines = (line.partition(":") for line in text.strip().splitlines())
    return {name.strip(): frozenset(columns.split()) for name, _, columns in lines}


_OPS = _tables("""
patch_events: id created_at patch_id event_type status metadata
delivery_reports: id created_at patch_id destination status attempts last_attempt_at error metadata
ops_scans: id created_at scan_type status findings metadata
ops_issues: id created_at type severity status title description metadata resolved_at
operation_logs: id source order_id task_uuid operation level details created_at
ai_provider_assignments: id created_at patch_id provider_id status priority metadata
ai_provider_executions: id created_at assignment_id started_at completed_at status result error
ai_provider_configs: id created_at provider_id config is_active version
ai_provider_conversations: id order_id conversation_id provider_name question response solution status hil_triggered
hil_requests: id order_id conversation_id question context status user_response resolved_at
worker_logs: worker_id level message metadata
build_logs: build_id stage message metadata
factories: name provider repo_owner repo_name path active
container_settings: factory_name dockerfile_path
ops_conflict_resolutions: repo pr_number head_branch
ops_delivery_reports: project_id phase version compliance_score
ops_orders: order_type status
specialist_queues: specialist_type trigger_event status priority payload retry_count max_retries
template_files:
template_placeholders:
order_placeholder_mappings:
users:
sessions:
api_keys:
apps:
audit_logs:
orders:
tasks:
error_events:
specialist_triggers:
container_errors:
container_logs:
container_processes:
""")

_PROJECTS = _tables("""
project_requirements: project_id version section title requirements
project_overview_cards: project_id conversation_id title sections version
""")

_CHATS = _tables("""
conversation_logs: conversation_id project_id user_id agent_name role message message_type structured_data timestamp \
websocket_sent
""")

_HEALTH = _tables("""
health_checks: id health_check_uuid trigger_type trigger_source status total_workers completed_workers passed_workers \
failed_workers overall_health_score ai_analysis ai_recommendations started_at completed_at timeout_at created_at
worker_health_checks: id worker_check_uuid health_check_uuid worker_name worker_type worker_url status overall_status \
health_score uptime_seconds memory_usage_mb cpu_usage_percent response_time_ms orchestrator_connectivity \
external_api_connectivity database_connectivity unit_tests_total unit_tests_passed unit_tests_failed \
performance_tests_total performance_tests_passed performance_tests_failed integration_tests_total \
integration_tests_passed integration_tests_failed unit_test_results performance_test_results \
integration_test_results error_message error_stack warnings raw_results ai_worker_analysis \
ai_worker_recommendations requested_at started_at completed_at
health_check_schedules: name cron_expression enabled timeout_minutes worker_filters
test_profiles: name description category target enabled schedule timeout_seconds retry_attempts config
test_results: test_profile_id run_id status duration_ms error_message output metrics environment triggered_by \
started_at completed_at
ai_logs: test_result_id model provider prompt response tokens_used cost latency_ms success error_message reasoning \
metadata
health_summaries: date overall_status total_tests passed_tests failed_tests skipped_tests average_latency total_cost \
ai_usage_count issues recommendations
""")

EXPECTED: Mapping[str, Tables] = {
    "DB_OPS": _OPS,
    "DB_PROJECTS": _PROJECTS,
    "DB_CHATS": _CHATS,
    "DB_HEALTH": _HEALTH,
}
"""Binding of a database to the tables that must be in it."""


def home_of(table: str) -> str | None:
    """The component of the database that the contract keeps ``table`` in; None when it does not name the table."""
    return next((DATABASES[binding] for binding, tables in EXPECTED.items() if table in tables), None)
