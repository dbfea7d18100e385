"""AIP-01 to AIP-09: the AI provider router, its providers, its agents, and what is recorded of them."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from vibehq_smoke import Violation
from vibehq_smoke.config import Target
from vibehq_smoke.errors import Unreachable
from vibehq_smoke.host import Host
from vibehq_smoke.models import Outcome, Status
from vibehq_smoke.platform.embedded import Embedded
from vibehq_smoke.platform.operator import Operator, Reading

from .running import run_checks
from .switching import count, fault, rows
from .test_healthy import without_operator
from .test_workers import plugin_module

pytestmark = pytest.mark.faults

ALL = tuple(f"AIP-{number:02}" for number in range(1, 10))
SPENDING = ALL[4:8]
TABLES = ("ai_provider_assignments", "ai_provider_executions")

RED: tuple[tuple[str, str, str], ...] = (
    ("router-ignores-cost", "AIP-01", "the router chose ai-gateway-anthropic of tier 'high' for an economical task"),
    ("manual-override-ignored", "AIP-01", "workers-ai was chosen by hand, but the router took ai-gateway-anthropic"),
    ("d1-ops-locked", "AIP-01", "assignProvider fails: database vibehq-ops is locked"),
    ("ai-binding-down", "AIP-02", "workers-ai is not available: the AI binding is missing"),
    ("ai-gateway-down", "AIP-03", "ai-gateway-mistral is configured, but not available"),
    ("assignment-not-recorded", "AIP-04", "says success, but ai_provider_assignments holds 0 rows of the task"),
    ("execution-not-recorded", "AIP-05", "ai_provider_executions holds 0 rows of the task, expected 1"),
    ("D-26", "AIP-05", "ai_provider_executions holds 0 rows of the task, expected 1"),
    ("D-26", "AIP-06", "the agent answers 'Executed: workers-ai': it was not run"),
    ("ai-over-quota", "AIP-06", "executeTask fails: Quota exceeded"),
    ("cli-env-missing", "AIP-07", "the agent does not find NODE_ENV, LOG_LEVEL, GITHUB_TOKEN"),
    ("cli-env-leak", "AIP-07", "the agent's output shows the value of GITHUB_TOKEN, NPM_TOKEN, SSH_PRIVATE_KEY"),
    ("cli-output-unparsed", "AIP-08", "JSON comes back as str instead of an object"),
    ("unknown-provider-succeeds", "AIP-09", "checkProviderStatus says success to {'providerId': 'smoke-none'}"),
    ("clarify-accepts-empty", "AIP-09", "POST /api/ai-provider/clarify: expected 400, got 200"),
)

BLOCKED: tuple[tuple[str, str, str, str], ...] = (
    ("d1-ops-down", " ".join(ALL), "d1-ops", "d1-ops is broken"),
    ("D-05", " ".join(ALL), "rpc-gateway", "the router cannot be called"),
    ("orchestrator-500", " ".join(ALL), "orchestrator", "orchestrator is broken"),
    ("ai-binding-down", "AIP-01 AIP-05", "ai-workers", "needs AIP-02, which failed"),
    ("assignment-not-recorded", "AIP-05 AIP-09", "ai-router", "needs AIP-04, which failed"),
    ("d1-ops-read-only", "AIP-06 AIP-07 AIP-08", "ai-router", "the task was not even assigned, so no agent saw it"),
    ("ai-over-quota", "AIP-07 AIP-08", "cli-agents", "needs AIP-06, which failed"),
    ("D-26", "AIP-07 AIP-08", "cli-agents", "needs AIP-06, which failed"),
    ("auth-500", "AIP-09", "auth", ""),
)


def test_all_nine_pass_and_pass_again(host: Host, healthy: Target) -> None:
    for _ in range(2):
        seen = run_checks(host, healthy, ALL)

        assert seen.not_passed() == {}, {id_: seen.reason(id_) for id_ in seen.not_passed()}
        assert {observed.status for observed in seen.observations} == {Status.WORKING}


def test_what_is_written_is_bounded_tagged_and_in_the_ledger(host: Host, healthy: Target) -> None:
    before = count(healthy, "DB_OPS", TABLES)
    seen = run_checks(host, healthy, ALL)
    after = count(healthy, "DB_OPS", TABLES)

    assert {table: after[table] - before[table] for table in TABLES} == dict(zip(TABLES, (7, 5), strict=True))
    for created in seen.created:
        assert created.cleanup_sql is not None
        condition = created.cleanup_sql.removeprefix("DELETE FROM ").removesuffix(";")
        assert rows(healthy, "DB_OPS", f"select 1 from {condition}"), created  # noqa: S608 - the ledger's own
    entered = {(created.kind, created.id) for created in seen.created}
    assert {kind: len([1 for one, _ in entered if one == kind]) for kind in ("AI assignment", "AI execution")} == {
        "AI assignment": 7,
        "AI execution": 5,
    }


@pytest.mark.parametrize(("id_", "check", "reason"), RED, ids=[f"{row[0]}-{row[1]}" for row in RED])
def test_a_fault_turns_its_check_red(host: Host, healthy: Target, id_: str, check: str, reason: str) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, [check])

    assert seen.outcome(check) is Outcome.FAILED, seen.reason(check)
    assert reason in seen.reason(check)


@pytest.mark.parametrize(("id_", "checks", "cause", "reason"), BLOCKED, ids=[row[0] for row in BLOCKED])
def test_a_broken_need_blocks_and_is_named(
    host: Host, healthy: Target, id_: str, checks: str, cause: str, reason: str
) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, checks.split())

    seen.assert_blocked(checks.split(), cause, reason)


def test_a_failed_execution_is_recorded_as_well(host: Host, healthy: Target) -> None:
    with fault(healthy, "ai-over-quota"):
        seen = run_checks(host, healthy, ["AIP-05"])

    assert seen.not_passed() == {}


def test_agents_are_asked_through_another_provider_when_workers_ai_is_gone(host: Host, healthy: Target) -> None:
    with fault(healthy, "ai-binding-down"):
        seen = run_checks(host, healthy, ["AIP-04", "AIP-06", "AIP-07", "AIP-08"])

    assert seen.not_passed() == {}
    assert "workers-ai is not available, so the task went to ai-gateway-mistral" in seen.results["AIP-06"].notes


def test_unconfigured_providers_are_named_and_not_judged(host: Host, healthy: Target) -> None:
    seen = run_checks(host, healthy, ["AIP-03"])

    note = "not configured, so not judged: ai-gateway-openai, ai-gateway-google, ai-gateway-groq"
    assert seen.results["AIP-03"].notes == (note,)


def test_no_token_is_spent_unless_the_target_allows_it(host: Host, healthy: Target) -> None:
    before = count(healthy, "DB_OPS", TABLES)
    seen = run_checks(host, healthy.model_copy(update={"ai_spending": False}), ALL)
    after = count(healthy, "DB_OPS", TABLES)

    assert seen.not_passed() == dict.fromkeys(SPENDING, "skipped")
    assert "it spends AI tokens: set ai_spending = true in [targets.lab]" in seen.reason("AIP-05")
    ran = after["ai_provider_executions"] - before["ai_provider_executions"]
    assert ran == 1, "only the task for a provider that nobody knows, which asks no model"


def test_a_read_only_target_is_only_asked_for_the_status(host: Host, healthy: Target) -> None:
    seen = run_checks(host, healthy.model_copy(update={"allow_writes": False}), ALL)

    assert set(seen.not_passed()) == set(ALL) - {"AIP-02", "AIP-03"}
    assert set(seen.not_passed().values()) == {"skipped"}
    assert seen.created == ()


def test_without_an_operator_channel_all_are_skipped(host: Host, healthy: Target) -> None:
    seen = run_checks(host, without_operator(healthy), ALL)

    assert seen.not_passed() == dict.fromkeys(ALL, "skipped")
    assert all("no operator channel: set kind in [targets.lab.operator]" in seen.reason(id_) for id_ in ALL)


def test_a_channel_that_only_reads_databases_does_not_do(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Embedded, "_only_sql", Reading._only_sql, raising=False)  # noqa: SLF001 - what its verbs use
    monkeypatch.setattr(Embedded, "name", "wrangler", raising=False)
    monkeypatch.setattr(Embedded, "rpc", Reading.rpc)

    seen = run_checks(host, healthy, ALL)

    assert seen.not_passed() == dict.fromkeys(ALL, "skipped")
    assert "the wrangler operator channel reads databases only, it calls no entrypoints" in seen.reason("AIP-02")


def test_a_channel_that_is_silent_accuses_nobody(host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(*_: Any) -> Any:
        raise Unreachable("operator does not answer")

    monkeypatch.setattr(Operator, "rpc", silent)
    seen = run_checks(host, healthy, ["AIP-02", "AIP-03", "AIP-04", "AIP-06"])

    assert set(seen.not_passed().values()) == {"skipped"}
    assert "the operator channel does not answer" in seen.reason("AIP-03")


Ask = Callable[..., Awaitable[Any]]


def altered(change: Callable[[str, Any], Any], verb: Ask) -> Ask:
    """The verb of the operator channel, with ``change`` applied to each answer, given what was asked."""

    async def ask(self: Operator, *arguments: Any) -> Any:
        return change(str(arguments[1]), await verb(self, *arguments))

    return ask


def of_assignments(**values: Any) -> Callable[[str, Any], Any]:
    """Rows of assignments with other values."""
    return lambda select, found: (
        [row | values for row in found] if "priority" in select else found  # AIP-04's own question
    )


@pytest.mark.parametrize(
    ("values", "outcome", "reason"),
    [
        ({"priority": 1}, Outcome.DEGRADED, "a critical task is recorded with priority 1, less than a high one (3)"),
        ({"status": "completed"}, Outcome.FAILED, "is recorded as 'completed' instead of 'assigned'"),
        ({"provider_id": "somebody"}, Outcome.FAILED, "but recorded somebody"),
        ({"metadata": '{"confidence": 2, "reason": "x"}'}, Outcome.FAILED, "the metadata of the assignment"),
        ({"metadata": "no json"}, Outcome.FAILED, "the metadata of the assignment"),
        ({"metadata": '{"confidence": 1, "reason": "x"}'}, Outcome.FAILED, "recorded is the reason 'x'"),
        ({"id": 0}, Outcome.FAILED, "recorded is 0"),
    ],
)
def test_a_row_that_does_not_fit_the_answer_is_noticed(
    host: Host,
    healthy: Target,
    monkeypatch: pytest.MonkeyPatch,
    values: dict[str, Any],
    outcome: Outcome,
    reason: str,
) -> None:
    monkeypatch.setattr(Operator, "sql", altered(of_assignments(**values), Operator.sql))

    seen = run_checks(host, healthy, ["AIP-04"])

    assert seen.outcome("AIP-04") is outcome, seen.reason("AIP-04")
    assert reason in seen.reason("AIP-04")


@pytest.mark.parametrize(
    ("check", "method", "values", "reason"),
    [
        ("AIP-01", "assignProvider", {"confidence": 0.5}, "yet the confidence is 0.5"),
        ("AIP-01", "assignProvider", {"providerId": "somebody"}, "which is no provider of its own list"),
        ("AIP-01", "assignProvider", {"providerId": "ai-gateway-groq"}, "which is not available"),
        ("AIP-02", "checkProviderStatus", {"providers": []}, "knows no provider workers-ai"),
        ("AIP-02", "checkProviderStatus", {"success": None}, "answers without `success`"),
        ("AIP-03", "listAvailableProviders", {"providers": []}, "leaves out ai-gateway-anthropic, ai-gateway-mistral"),
        ("AIP-05", "executeTask", {"success": False}, "was answered as failed, but is recorded as 'completed'"),
        ("AIP-06", "executeTask", {"result": ""}, "success without a result"),
        ("AIP-06", "executeTask", {"executionTime": 0}, "executionTime is 0"),
        ("AIP-09", "executeTask", {"success": True}, "says success for the provider 'smoke-none'"),
        ("AIP-09", "executeTask", {"error": " "}, "without an error text"),
    ],
)
def test_an_answer_that_does_not_fit_is_noticed(
    host: Host,
    healthy: Target,
    monkeypatch: pytest.MonkeyPatch,
    check: str,
    method: str,
    values: dict[str, Any],
    reason: str,
) -> None:
    change = altered(lambda asked, answer: answer | values if asked == method else answer, Operator.rpc)
    monkeypatch.setattr(Operator, "rpc", change)

    seen = run_checks(host, healthy, [check])

    assert seen.outcome(check) is Outcome.FAILED, seen.reason(check)
    assert reason in seen.reason(check)


def test_a_method_that_raises_is_the_routers_own_fault(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(method: str, answer: Any) -> Any:
        if method == "assignProvider":
            raise Violation("RPC failed", kind="operator")
        return answer

    monkeypatch.setattr(Operator, "rpc", altered(refuse, Operator.rpc))
    seen = run_checks(host, healthy, ["AIP-04"])

    assert seen.outcome("AIP-04") is Outcome.FAILED
    assert "assignProvider raises instead of answering: RPC failed" in seen.reason("AIP-04")


def test_secrets_in_the_logs_alone_are_a_leak(host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    async def logs(_: Operator, since: int = 0) -> list[dict[str, Any]]:
        return [{"seq": since + 1, "environment": {"GITHUB_TOKEN": "open", "NPM_TOKEN": "[REDACTED]"}}]

    monkeypatch.setattr(Operator, "logs", logs)
    seen = run_checks(host, healthy, ["AIP-07"])

    assert seen.outcome("AIP-07") is Outcome.FAILED
    assert (seen.results["AIP-07"].kind, seen.reason("AIP-07")) == ("leak", "the logs show the value of GITHUB_TOKEN")


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("GITHUB_TOKEN\nNPM_TOKEN\nHOME=/root", []),
        ("GITHUB_TOKEN=[REDACTED] NPM_TOKEN=***", []),
        ("HOME=/root\nNPM_TOKEN=npm_1", ["NPM_TOKEN"]),
        ({"env": [{"CODEX_API_KEY": "x"}], "JULES_API_KEY": "[REDACTED]"}, ["CODEX_API_KEY"]),
        ({"seq": 1, "message": "started with SSH_PRIVATE_KEY = abc"}, ["SSH_PRIVATE_KEY"]),
        ([None, 1, {"GITHUB_TOKEN": None, "NPM_TOKEN": ""}], []),
    ],
)
def test_only_values_are_leaks(host: Host, value: Any, names: list[str]) -> None:
    assert list(plugin_module(host, "_support.agents").leaks(value)) == names
