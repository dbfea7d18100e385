"""Contract section 8 and AIP-01..09: the AI provider router by RPC."""

import re
from typing import Any

import pytest

from .caller import Caller, json_of
from .operators import Operator

ROUTER = "ORCHESTRATOR_AI_PROVIDER"
# id: name, tier, most tokens, dollars a token (8.1), in the order of registration
PROVIDERS = {
    "workers-ai": ("Workers AI", "low", 4096, 0.000001),
    "ai-gateway-openai": ("AI Gateway (openai)", "high", 128000, 0.00003),
    "ai-gateway-anthropic": ("AI Gateway (anthropic)", "high", 200000, 0.000015),
    "ai-gateway-google": ("AI Gateway (google)", "medium", 32768, 0.0000025),
    "ai-gateway-mistral": ("AI Gateway (mistral)", "low", 32768, 0.00000025),
    "ai-gateway-groq": ("AI Gateway (groq)", "low", 8192, 0.0000002),
}
TIERS = {"economy": "low", "balanced": "medium", "performance": "high"}
FIT = (1.0, 0.7, 0.3)
INJECTED = {
    "NODE_ENV",
    "LOG_LEVEL",
    "GITHUB_TOKEN",
    "SSH_PRIVATE_KEY",
    "CLI_EXECUTION_CONTEXT",
    "CLI_AGENT_VERSION",
    "HOME",
    "PATH",
    "SHELL",
    "TEMPERATURE",
    "MAX_TOKENS",
}


def status(operator: Operator, **query: object) -> dict[str, dict[str, Any]]:
    """checkProviderStatus by provider id."""
    answer = operator.rpc(ROUTER, "checkProviderStatus", query)
    assert answer["success"] is True
    return {entry.get("providerId") or entry["id"]: entry for entry in answer["providers"]}


def assign(operator: Operator, task: str, **criteria: object) -> dict[str, Any]:
    """assignProvider that must succeed."""
    answer = operator.rpc(ROUTER, "assignProvider", {"taskId": task, "criteria": criteria})
    assert answer["success"] is True
    return dict(answer)


def execute(operator: Operator, task: str, prompt: str, **changes: object) -> dict[str, Any]:
    """executeTask on workers-ai, as AIP-05 asks."""
    request = {
        "taskId": task,
        "prompt": prompt,
        "providerId": "workers-ai",
        "options": {"maxTokens": 8, "timeout": 10000},
        **changes,
    }
    return dict(operator.rpc(ROUTER, "executeTask", request))


def fit(tier: str, profile: str) -> float:
    """How well a tier fits a cost profile (8.2)."""
    order = ("low", "medium", "high")
    return FIT[abs(order.index(tier) - order.index(TIERS[profile]))]


def test_the_registered_providers_are_all_there(operator: Operator) -> None:
    """8.1: ids, tiers."""
    there = status(operator)
    assert set(PROVIDERS) <= set(there)
    assert {name: there[name]["costTier"] for name in PROVIDERS} == {
        name: tier for name, (_, tier, _, _) in PROVIDERS.items()
    }


def test_workers_ai_is_available(operator: Operator) -> None:
    """AIP-02."""
    answer = operator.rpc(ROUTER, "checkProviderStatus", {"providerId": "workers-ai"})
    assert len(answer["providers"]) == 1
    assert answer["providers"][0]["available"] is True
    assert answer["providers"][0]["costTier"] == "low"


def test_what_is_listed_as_available_is(operator: Operator) -> None:
    """INF-07, AIP-03, INF-11: the two calls agree."""
    listed = operator.rpc(ROUTER, "listAvailableProviders", {})
    assert listed["success"] is True
    names = {entry.get("providerId") or entry["id"] for entry in listed["providers"]}
    assert {name for name, entry in status(operator).items() if entry["available"]} == names
    assert "workers-ai" in names


@pytest.mark.parametrize("priority", ["low", "medium", "high", "critical"])
@pytest.mark.parametrize("profile", TIERS)
def test_the_best_score_is_selected(operator: Operator, tag: str, profile: str, priority: str) -> None:
    """AIP-01, 8.2: the formula over the available providers, ties by the order of registration."""
    available = [name for name, entry in status(operator).items() if entry["available"]]
    order = [name for name in PROVIDERS if name in available]
    scores = {name: 0.40 + 0.20 * 0.4 + 0.15 + 0.15 * fit(PROVIDERS[name][1], profile) for name in order}
    best = max(order, key=lambda name: scores[name])
    answer = assign(operator, tag, taskType="generate", priority=priority, costProfile=profile)
    assert answer["providerId"] == best
    assert answer["confidence"] == pytest.approx(scores[best], abs=0.005)
    assert answer["reason"]


@pytest.mark.parametrize("kind", ["generate", "fix", "refactor", "optimize"])
def test_every_task_type_finds_a_provider(operator: Operator, tag: str, kind: str) -> None:
    """8.1: all providers claim every type; economy leads to a low tier (AIP-01)."""
    answer = assign(operator, tag, taskType=kind, priority="medium", costProfile="economy")
    assert PROVIDERS[answer["providerId"]][1] == "low"


def test_defaults_are_generate_local_medium_balanced(operator: Operator, tag: str) -> None:
    """8.2 criteria defaults."""
    bare = assign(operator, tag)
    full = assign(operator, f"{tag}-2", taskType="generate", priority="medium", costProfile="balanced")
    assert (bare["providerId"], bare["confidence"]) == (full["providerId"], full["confidence"])


def test_a_manual_choice_wins(operator: Operator, tag: str) -> None:
    """AIP-01: provider, confidence 1, and the reason in these words."""
    answer = assign(operator, tag, taskType="generate", costProfile="performance", manualProvider="workers-ai")
    assert (answer["providerId"], answer["confidence"]) == ("workers-ai", 1)
    assert answer["reason"] == "Manual override: workers-ai"


def test_an_impossible_manual_choice_falls_back(operator: Operator, tag: str) -> None:
    """8.2: unknown is not known; normal selection follows."""
    answer = assign(operator, tag, costProfile="economy", manualProvider="smoke-none")
    assert answer["providerId"] in PROVIDERS
    assert answer["confidence"] < 1


@pytest.mark.parametrize(("priority", "stored"), [("low", {1}), ("medium", {2}), ("high", {3})])
def test_an_assignment_is_recorded(operator: Operator, tag: str, priority: str, stored: set[int]) -> None:
    """AIP-04, 8.3: exactly one row, status assigned, with confidence and reason."""
    answer = assign(operator, tag, taskType="generate", priority=priority, costProfile="economy")
    rows = operator.rows("DB_OPS", "select * from ai_provider_assignments where patch_id = ?", tag)
    assert [(row["provider_id"], row["status"]) for row in rows] == [(answer["providerId"], "assigned")]
    assert rows[0]["priority"] in stored
    history = operator.rpc(ROUTER, "getAssignmentHistory", {"patchId": tag})
    assert history["success"] is True
    assert len(history["assignments"]) == 1
    assert {"confidence", "reason"} <= set(history["assignments"][0]["metadata"])


def test_critical_is_no_less_than_high(operator: Operator, tag: str) -> None:
    """8.3: the harness expects at least the priority of high."""
    assign(operator, tag, priority="critical")
    rows = operator.rows("DB_OPS", "select priority from ai_provider_assignments where patch_id = ?", tag)
    assert rows[0]["priority"] >= 3


def test_an_execution_is_recorded(operator: Operator, tag: str) -> None:
    """AIP-05, AIP-06, 8.3: one row with times and status; the assignment has moved on."""
    answer = execute(operator, tag, "ping")
    assert answer["success"] is True
    assert answer["result"]
    assert answer["executionTime"] > 0
    select = (
        "select e.status, e.started_at, e.completed_at, a.status as assignment from ai_provider_executions e "
        "join ai_provider_assignments a on a.id = e.assignment_id where a.patch_id = ?"
    )
    rows = operator.rows("DB_OPS", select, tag)
    assert [(row["status"], row["assignment"]) for row in rows] == [("completed", "completed")]
    assert rows[0]["started_at"]
    assert rows[0]["completed_at"]


def test_an_execution_echoes_a_nonce(operator: Operator, tag: str) -> None:
    """AIP-06: nothing canned knows the nonce."""
    answer = execute(operator, tag, f"echo {tag}")
    assert answer["success"] is True
    assert tag in str(answer["result"])
    assert not str(answer["result"]).startswith("Executed:")


def test_text_stays_trimmed_text(operator: Operator, tag: str) -> None:
    """AIP-08."""
    text = execute(operator, tag, f"echo {tag}")["result"]
    assert isinstance(text, str)
    assert text == text.strip()


def test_json_becomes_an_object(operator: Operator, tag: str) -> None:
    """AIP-08, 8.4 output format: a task with JSON output gives an object."""
    request = {"maxTokens": 8, "timeout": 10000, "outputFormat": "json"}
    answer = execute(operator, tag, f'echo {{"nonce": "{tag}"}}', options=request)
    assert answer["result"] == {"nonce": tag}


def test_the_environment_is_injected_without_its_values(operator: Operator, tag: str) -> None:
    """AIP-07, 8.4: the names are there, no secret value is."""
    told = execute(operator, tag, "env")["result"]
    lines = told.splitlines() if isinstance(told, str) else list(told)
    given = {line.partition("=")[0]: line.partition("=")[2] for line in lines}
    assert set(given) >= INJECTED
    secrets = {n: v for n, v in given.items() if any(w in n for w in ("KEY", "TOKEN", "SECRET", "PASSWORD"))}
    assert set(secrets.values()) - {"", "[REDACTED]"} <= ({secrets["MAX_TOKENS"]} if "MAX_TOKENS" in secrets else set())


def test_commands_are_not_chained(operator: Operator, tag: str) -> None:
    """8.4: shell metacharacters are refused, or mean nothing."""
    answer = execute(operator, tag, f"echo {tag}-a; echo {tag}-b")
    assert str(answer.get("result")).split() != [f"{tag}-a", f"{tag}-b"]


def test_an_unknown_provider_is_an_error_and_no_exception(operator: Operator, tag: str) -> None:
    """AIP-09: said in text; whatever was assigned has failed."""
    checked = operator.rpc(ROUTER, "checkProviderStatus", {"providerId": "smoke-none"})
    assert checked["success"] is False
    assert checked["error"]
    executed = execute(operator, tag, "ping", providerId="smoke-none")
    assert executed["success"] is False
    assert executed["error"]
    rows = operator.rows("DB_OPS", "select status from ai_provider_assignments where patch_id = ?", tag)
    assert {row["status"] for row in rows} <= {"failed"}


def test_statistics_follow_executions(operator: Operator, tag: str) -> None:
    """8.3 RPC methods: getProviderStats succeeds after work was done."""
    execute(operator, tag, "ping")
    assert operator.rpc(ROUTER, "getProviderStats", {})["success"] is True


def test_a_clarification_is_recorded(hq: Caller, operator: Operator, tag: str) -> None:
    """5.1 ai_provider_conversations: with the fields that the refusal names, a conversation is kept."""
    named = json_of(hq.post("/api/ai-provider/clarify", {}), 400)["error"].partition(": ")[2]
    before = operator.count("DB_OPS", "ai_provider_conversations")
    hq.write("/api/ai-provider/clarify", dict.fromkeys(re.findall(r"\w+", named), tag), 200, 201)
    assert operator.count("DB_OPS", "ai_provider_conversations") == before + 1


def test_a_clarification_needs_its_fields(hq: Caller) -> None:
    """AIP-09 HTTP side check: the names of what is missing."""
    assert json_of(hq.post("/api/ai-provider/clarify", {}), 400)["error"].startswith("Missing required fields: ")
