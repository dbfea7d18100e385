"""AIP-01 to AIP-09: the AI provider router, its providers, its agents, and what is recorded of them."""

import re
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
    ("values", "reason"),
    [
        ({"status": "completed"}, "is recorded as 'completed' instead of 'assigned'"),
        ({"provider_id": "somebody"}, "but recorded somebody"),
        ({"metadata": '{"confidence": 2, "reason": "x"}'}, "the metadata of the assignment"),
        ({"metadata": "no json"}, "the metadata of the assignment"),
        ({"metadata": '{"confidence": 1, "reason": "x"}'}, "recorded is the reason 'x'"),
        ({"id": 0}, "recorded is 0"),
        ({"priority": 4}, "getAssignmentHistory shows priority 3, recorded is 4"),
    ],
)
def test_a_row_that_does_not_fit_the_answer_is_noticed(
    host: Host,
    healthy: Target,
    monkeypatch: pytest.MonkeyPatch,
    values: dict[str, Any],
    reason: str,
) -> None:
    monkeypatch.setattr(Operator, "sql", altered(of_assignments(**values), Operator.sql))

    seen = run_checks(host, healthy, ["AIP-04"])

    assert seen.outcome("AIP-04") is Outcome.FAILED, seen.reason("AIP-04")
    assert reason in seen.reason("AIP-04")


def test_a_critical_task_of_low_priority_is_drift(host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    def lower(asked: str, answer: Any) -> Any:
        if asked != "getAssignmentHistory":
            return answer
        return answer | {"assignments": [past | {"priority": 1} for past in answer["assignments"]]}

    monkeypatch.setattr(Operator, "sql", altered(of_assignments(priority=1), Operator.sql))
    monkeypatch.setattr(Operator, "rpc", altered(lower, Operator.rpc))
    seen = run_checks(host, healthy, ["AIP-04"])

    assert seen.outcome("AIP-04") is Outcome.DEGRADED
    assert "recorded with priority 1, less than a high one (3)" in seen.reason("AIP-04")


CHEAP = {"providerId": "workers-ai", "costTier": "low", "available": True}
OTHER = {"providerId": "ai-gateway-x", "costTier": "low", "available": True}


@pytest.mark.parametrize(
    ("check", "method", "values", "reason"),
    [
        ("AIP-01", "assignProvider", {"confidence": 0.5}, "yet the confidence is 0.5"),
        ("AIP-01", "assignProvider", {"providerId": "somebody"}, "which is no provider of its own list"),
        ("AIP-01", "assignProvider", {"providerId": "ai-gateway-groq"}, "which is not available"),
        ("AIP-02", "checkProviderStatus", {"providers": []}, "knows no provider workers-ai"),
        ("AIP-02", "checkProviderStatus", {"success": None}, "answers without `success`"),
        ("AIP-02", "checkProviderStatus", {"providers": [CHEAP, CHEAP]}, "provider_id workers-ai more than once"),
        ("AIP-02", "checkProviderStatus", {"providers": [CHEAP, OTHER]}, "checkProviderStatus tells of ai-gateway-x"),
        ("AIP-03", "listAvailableProviders", {"providers": []}, "leaves out ai-gateway-anthropic, ai-gateway-mistral"),
        ("AIP-03", "listAvailableProviders", {"providers": [CHEAP, OTHER]}, "leaves out ai-gateway-anthropic"),
        ("AIP-04", "getAssignmentHistory", {"success": False}, "getAssignmentHistory fails"),
        ("AIP-05", "executeTask", {"result": "pong"}, "answered was 'pong'"),
        ("AIP-05", "executeTask", {"executionTime": None}, "executeTask: `executionTime` is null"),
        ("AIP-05", "executeTask", {"success": False}, "was answered as failed, but is recorded as 'completed'"),
        ("AIP-06", "executeTask", {"result": ""}, "success without a result"),
        ("AIP-06", "executeTask", {"executionTime": 0}, "executionTime is 0"),
        ("AIP-09", "executeTask", {"success": True, "result": ""}, "says success for the provider 'smoke-none'"),
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


def of_provider(method: str, name: str, **values: Any) -> Callable[[str, Any], Any]:
    """One provider of a method's answer with other values; without any, it is left out."""

    def change(asked: str, answer: Any) -> Any:
        if asked != method:
            return answer
        kept = [one | (values if one["providerId"] == name else {}) for one in answer["providers"]]
        return answer | {"providers": [one for one in kept if values or one["providerId"] != name]}

    return change


@pytest.mark.parametrize(
    ("change", "outcome", "reason"),
    [
        (
            of_provider("listAvailableProviders", "ai-gateway-mistral", available=False),
            Outcome.FAILED,
            "contradict each other about ai-gateway-mistral",
        ),
        (
            of_provider("checkProviderStatus", "ai-gateway-mistral", available=False, configured=False),
            Outcome.FAILED,
            "listAvailableProviders holds ai-gateway-mistral, which checkProviderStatus denies",
        ),
        (
            of_provider("checkProviderStatus", "ai-gateway-groq"),
            Outcome.DEGRADED,
            "checkProviderStatus tells nothing of ai-gateway-groq",
        ),
    ],
)
def test_what_can_be_used_and_what_each_says_of_itself_must_agree(
    host: Host,
    healthy: Target,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[str, Any], Any],
    outcome: Outcome,
    reason: str,
) -> None:
    monkeypatch.setattr(Operator, "rpc", altered(change, Operator.rpc))

    seen = run_checks(host, healthy, ["AIP-03"])

    assert seen.outcome("AIP-03") is outcome, seen.reason("AIP-03")
    assert reason in seen.reason("AIP-03")


def test_a_record_that_changes_after_the_end_is_noticed(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings: list[int] = []

    def renumber(select: str, found: Any) -> Any:
        if "ai_provider_executions" not in select:
            return found
        readings.append(len(found))
        return [row | {"id": row["id"] + len(readings)} for row in found]

    monkeypatch.setattr(Operator, "sql", altered(renumber, Operator.sql))
    seen = run_checks(host, healthy, ["AIP-05"])

    assert seen.outcome("AIP-05") is Outcome.FAILED
    assert re.search(r"execution \d+ of assignment \d+ had ended, now it is execution", seen.reason("AIP-05"))


def test_what_cannot_be_entered_in_the_ledger_is_noted_and_judged_by_aip_05_alone(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(select: str, found: Any) -> Any:
        if "ai_provider_executions" in select:
            raise Violation("no such table", kind="operator")
        return found

    monkeypatch.setattr(Operator, "sql", altered(refuse, Operator.sql))
    seen = run_checks(host, healthy, ["AIP-05", "AIP-06", "AIP-08"])

    assert seen.not_passed() == {"AIP-05": "failed"}
    assert "are not in the ledger: no such table" in seen.results["AIP-06"].notes[0]


def test_a_failed_task_without_an_assignment_is_not_recorded(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hide(select: str, found: Any) -> Any:
        return [row for row in found if row.get("provider_id") != "smoke-none"] if "priority" in select else found

    monkeypatch.setattr(Operator, "sql", altered(hide, Operator.sql))
    seen = run_checks(host, healthy, ["AIP-09"])

    assert seen.not_passed() == {"AIP-09": "failed"}
    assert "0 row(s) instead of one: the assignment of a task for 'smoke-none'" in seen.reason("AIP-09")


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
    ("after", "reason"),
    [
        ([], "nothing was logged while the agent ran"),
        ([{"seq": 8}, {"seq": 8}], "the logs hold line 8 more than once"),
    ],
)
def test_logs_that_say_nothing_prove_nothing(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch, after: list[dict[str, Any]], reason: str
) -> None:
    async def logs(_: Operator, since: int = 0) -> list[dict[str, Any]]:
        return [line for line in [{"seq": 7}, *after] if line["seq"] > since]

    monkeypatch.setattr(Operator, "logs", logs)
    seen = run_checks(host, healthy, ["AIP-07"])

    assert seen.not_passed() == {"AIP-07": "failed"}
    assert reason in seen.reason("AIP-07")


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
