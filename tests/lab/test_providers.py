"""The AI provider router and its CLI agents from outside (contract 2.7, part 8)."""

import json
import os
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.lab.probes.providers import LIST_NAMES, ask, assign, call, execute
from tests.lab.running import RunningLab, started_lab, wait_for

SECRETS = {"GITHUB_TOKEN", "SSH_PRIVATE_KEY", "NPM_TOKEN"}
COMMON = {"HOME", "PATH", "SHELL", "NODE_ENV", "LOG_LEVEL", "TEMPERATURE", "MAX_TOKENS"}
CONTEXT = {"CLI_EXECUTION_CONTEXT", "CLI_AGENT_VERSION"}
AGENT_KEYS = {f"{name}_API_KEY" for name in ("JULES", "CODEX", "GEMINI", "CLAUDE", "CURSOR")}
GIT = {f"GIT_{role}_{what}" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def executions_of(lab: RunningLab, assignment: int) -> list[dict[str, Any]]:
    """Rows of the executions of an assignment."""
    return lab.sql("DB_OPS", "select * from ai_provider_executions where assignment_id = ?", assignment)


def status_of(lab: RunningLab, assignment: int) -> str:
    """Status of an assignment."""
    sql = "select status from ai_provider_assignments where id = ?"
    return str(lab.sql("DB_OPS", sql, assignment)[0]["status"])


def is_running(pid: int) -> bool:
    """Whether there is a process with this id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def newest_process(lab: RunningLab) -> dict[str, Any]:
    """The agent started last."""
    found: list[dict[str, Any]] = call(lab, "ORCHESTRATOR_CONTAINER_MONITORING", "getProcesses", {"limit": 1})[
        "processes"
    ]
    return found[0]


def test_the_six_providers_and_which_can_be_used(lab: RunningLab) -> None:
    answer = ask(lab, "checkProviderStatus")
    providers = {known["id"]: known for known in answer["providers"]}
    assert answer["success"] is True
    vendors = ("openai", "anthropic", "google", "mistral", "groq")
    assert list(providers) == ["workers-ai", *(f"ai-gateway-{vendor}" for vendor in vendors)]
    usable = [name for name, known in providers.items() if known["available"]]
    assert usable == ["workers-ai", "ai-gateway-anthropic", "ai-gateway-mistral"]
    assert all(known["available"] == known["configured"] for known in providers.values())
    assert providers["workers-ai"]["costTier"] == "low"
    assert "OPENAI_API_KEY" in providers["ai-gateway-openai"]["reason"]
    listed = ask(lab, "listAvailableProviders")["providers"]
    assert [known["id"] for known in listed] == usable


@pytest.mark.parametrize(
    ("profile", "provider", "confidence"),
    [("economy", "workers-ai", 0.78), ("performance", "ai-gateway-anthropic", 0.78), ("balanced", "workers-ai", 0.735)],
)
def test_the_router_follows_the_cost_profile(lab: RunningLab, profile: str, provider: str, confidence: float) -> None:
    task = f"smoke-{uuid.uuid4()}"
    answer = ask(lab, "assignProvider", taskId=task, criteria={"taskType": "generate", "costProfile": profile})
    assert (answer["success"], answer["providerId"], answer["confidence"]) == (True, provider, confidence)


def test_a_choice_by_hand_wins_if_it_can_be_used(lab: RunningLab) -> None:
    chosen = assign(lab, manualProvider="workers-ai")
    assert (chosen["providerId"], chosen["confidence"]) == ("workers-ai", 1)
    assert chosen["reason"] == "Manual override: workers-ai"
    assert assign(lab, manualProvider="ai-gateway-groq")["providerId"] == "workers-ai"
    inside = ask(lab, "assignProvider", taskId="smoke-m", criteria={"manualProvider": "ai-gateway-mistral"})
    assert inside["providerId"] == "ai-gateway-mistral"


def test_what_nobody_can_do_goes_to_nobody(lab: RunningLab) -> None:
    answer = ask(lab, "assignProvider", taskId="smoke-dance", criteria={"taskType": "dance"})
    assert answer["success"] is False
    assert answer["error"].startswith("No suitable AI provider")
    with lab.at_fault("ai-binding-down"), lab.at_fault("ai-gateway-down"):
        assert assign(lab)["error"].startswith("No suitable AI provider")
    assert ask(lab, "getAssignmentHistory", patchId="smoke-dance")["assignments"] == []


@pytest.mark.parametrize(("priority", "number"), [("critical", 3), ("high", 3), ("medium", 2), ("low", 1)])
def test_an_assignment_is_recorded_with_why(lab: RunningLab, priority: str, number: int) -> None:
    task = f"smoke-{uuid.uuid4()}"
    answer = ask(lab, "assignProvider", taskId=task, criteria={"priority": priority})
    (row,) = ask(lab, "getAssignmentHistory", patchId=task)["assignments"]
    assert (row["id"], row["status"], row["priority"]) == (answer["assignmentId"], "assigned", number)
    assert row["metadata"]["confidence"] == answer["confidence"]
    assert row["metadata"]["reason"] == answer["reason"]
    assert row["metadata"]["criteria"]["priority"] == priority


def test_an_execution_is_recorded_and_ends_its_assignment(lab: RunningLab) -> None:
    task, nonce = f"smoke-{uuid.uuid4()}", uuid.uuid4().hex
    assigned = ask(lab, "assignProvider", taskId=task, manualProvider="workers-ai")["assignmentId"]
    options = {"maxTokens": 8, "timeout": 10000}
    order = {"taskId": task, "prompt": f"ping {nonce}", "providerId": "workers-ai", "options": options}
    answer = ask(lab, "executeTask", **order)
    assert answer["success"] is True
    assert nonce in answer["result"]
    assert "stand-in" in answer["result"]
    assert answer["executionTime"] > 0
    (row,) = executions_of(lab, assigned)
    assert (row["id"], row["status"], row["result"]) == (answer["executionId"], "completed", answer["result"])
    assert row["started_at"] <= row["completed_at"]
    assert row["execution_time_ms"] > 0
    assert status_of(lab, assigned) == "completed"
    stats = ask(lab, "getProviderStats", providerId="workers-ai")["stats"]
    assert stats[0]["completedExecutions"] >= 1


def test_the_gateway_is_asked_over_http(lab: RunningLab) -> None:
    for provider in ("ai-gateway-mistral", "ai-gateway-anthropic"):
        answer = execute(lab, "Please repeat 90125", provider)
        assert answer["result"] == "Please repeat 90125 [lab stand-in model]"
    refused = execute(lab, "ping", "ai-gateway-openai")
    assert refused["success"] is False
    assert "not configured" in refused["error"]


def test_the_agent_does_what_the_prompt_says(lab: RunningLab) -> None:
    assert execute(lab, "echo   one  two ")["result"] == "one  two"
    assert "stand-in" in execute(lab, "please exit")["result"]  # not in the vocabulary, so the model has the word
    failed = execute(lab, "fail with exit code 7")
    assert (failed["success"], failed["exitCode"]) == (False, 7)
    assert "exit code 7" in failed["error"]
    assert status_of(lab, failed["assignmentId"]) == "failed"
    assert executions_of(lab, failed["assignmentId"])[0]["error"] == failed["error"]


@pytest.mark.parametrize(
    ("prompt", "options", "result"),
    [
        ('json {"a": [1, {"b": null}]}', {}, {"a": [1, {"b": None}]}),
        ('answer as JSON: {"ok": true}', {"outputFormat": "json"}, {"ok": True}),
        ('json {"a": 1}', {"outputFormat": "text"}, '{"a": 1}'),
        ('json {"a": }', {"outputFormat": "json"}, '{"a": }\n'),
        ("echo [1]", {"outputFormat": "json"}, "[1]\n"),
        ("echo  spaces  ", {"outputFormat": "text"}, "spaces"),
        ("count 12", {"outputFormat": "json"}, {"answer": "count 12 [lab stand-in model]"}),
    ],
)
def test_output_is_parsed(lab: RunningLab, prompt: str, options: dict[str, Any], result: object) -> None:
    assert execute(lab, prompt, **options)["result"] == result


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("cli-agent", COMMON | CONTEXT | SECRETS),
        ("ai-provider", COMMON | CONTEXT | AGENT_KEYS | {"AI_GATEWAY_URL"}),
        ("git-ops", COMMON | GIT | {"GITHUB_TOKEN"}),
    ],
)
def test_agents_find_the_names_of_their_kind_and_nothing_of_ours(
    lab: RunningLab, kind: str, expected: set[str]
) -> None:
    names = set(execute(lab, LIST_NAMES, containerType=kind)["result"].splitlines())
    # The interpreter may add what it needs for its own text encoding.
    assert names - {"LC_CTYPE", "SYSTEMROOT"} == expected


def test_values_of_secrets_are_nowhere(lab: RunningLab) -> None:
    kinds = ("cli-agent", "ai-provider", "git-ops")
    with lab.at_fault("cli-env-leak"):
        lines = "\n".join(execute(lab, LIST_NAMES, containerType=kind)["result"] for kind in kinds).splitlines()
    pairs = dict(line.split("=", 1) for line in lines)
    values = {value for name, value in pairs.items() if name in SECRETS | AGENT_KEYS}
    assert len(values) == len(SECRETS | AGENT_KEYS)
    seen = lab.client.get(f"{lab.operator}/logs?since=0").json()[-1]["seq"]
    texts = [json.dumps(execute(lab, f"echo {value} {LIST_NAMES}")) for value in values]
    logs = lab.client.get(f"{lab.operator}/logs?since={seen}").text
    assert "agent started" in logs
    assert not any(value in text for value in values for text in (*texts, logs))
    assert all("[REDACTED]" in text for text in texts)


def test_an_agent_that_takes_too_long_is_killed(lab: RunningLab) -> None:
    answer = execute(lab, "sleep 60", timeout=300)
    assert (answer["success"], answer["exitCode"]) == (False, None)
    assert answer["error"] == "Command timed out after 300 ms"
    assert not is_running(newest_process(lab)["pid"])


def test_long_output_is_cut(lab: RunningLab) -> None:
    answer = execute(lab, "repeat 20000 times 0123456789")
    assert answer["truncated"] is True
    assert len(answer["result"]) <= 64 * 1024


def test_at_most_five_work_at_a_time(lab: RunningLab) -> None:
    seen = lab.client.get(f"{lab.operator}/logs?since=0").json()[-1]["seq"]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: execute(lab, "sleep 0.3"), range(8)))
    assert all(answer["success"] for answer in answers)
    lines = lab.client.get(f"{lab.operator}/logs?since={seen}").json()
    running = most = 0
    for line in lines:
        running += {"agent started": 1, "agent ended": -1}.get(line["message"], 0)
        most = max(most, running)
    assert 1 < most <= 5
    assert running == 0


def test_a_cancelled_execution_is_stopped(lab: RunningLab) -> None:
    task = f"smoke-{uuid.uuid4()}"
    assigned = ask(lab, "assignProvider", taskId=task)["assignmentId"]
    with ThreadPoolExecutor(1) as threads:
        work = threads.submit(lambda: ask(lab, "executeTask", taskId=task, prompt="sleep 60"))
        wait_for(lambda: status_of(lab, assigned) == "in-progress" and running_agents(lab))
        assert ask(lab, "cancelAssignment", assignmentId=assigned)["success"] is True
        assert work.result()["error"] == "Execution was cancelled"
    assert status_of(lab, assigned) == "cancelled"
    assert not is_running(newest_process(lab)["pid"])
    assert ask(lab, "cancelAssignment", assignmentId=assigned)["success"] is False


def running_agents(lab: RunningLab) -> list[int]:
    """Ids of the processes that were started as agents and are there."""
    rows = lab.sql("DB_OPS", "select pid from container_processes where container_id like 'cli-agent-%'")
    return [row["pid"] for row in rows if is_running(row["pid"])]


@pytest.mark.parametrize("command", ["rm -rf .", "/bin/rm x", "mkfs.ext4 /dev/x", "echo x; ls", "echo $(id)", "a `id`"])
def test_commands_that_could_harm_are_refused(lab: RunningLab, command: str) -> None:
    answer = ask(lab, "executeTask", taskId="smoke-harm", options={"command": command})
    assert answer["success"] is False
    assert answer["error"].startswith("Command refused")
    assert ask(lab, "executeTask", taskId="smoke-fine", options={"command": "echo fine"})["result"] == "fine"


def test_mistakes_are_answers(lab: RunningLab) -> None:
    unknown = ask(lab, "checkProviderStatus", providerId="smoke-none")
    assert (unknown["success"], unknown["error"]) == (False, "Unknown provider: smoke-none")
    executed = execute(lab, "ping", "smoke-none")
    assert executed["success"] is False
    assert status_of(lab, executed["assignmentId"]) == "failed"
    assert ask(lab, "executeTask", taskId="smoke-empty")["error"] == "prompt is required"
    assert ask(lab, "executeTask", taskId="x", prompt="ping", assignmentId=999999999)["success"] is False
    with lab.at_fault("d1-ops-down"):
        for method in ("assignProvider", "getAssignmentHistory", "getProviderStats"):
            assert "unavailable" in ask(lab, method, taskId="x")["error"]
        assert "unavailable" in execute(lab, "ping")["error"]
    with lab.at_fault("ai-over-quota"):
        assert "Quota" in execute(lab, "ping")["error"]
        assert "Quota" in execute(lab, "ping", "ai-gateway-mistral")["error"]


def test_simulated_execution_hides_its_failures(lab: RunningLab) -> None:
    with lab.at_fault("D-26"):
        answer = execute(lab, "ping 31337")
        assert (answer["success"], answer["result"]) == (True, "Executed: workers-ai")
        assert executions_of(lab, answer["assignmentId"]) == []
        with lab.at_fault("d1-ops-down"):
            assert assign(lab)["success"] is True


def test_the_gateway_wants_its_key(lab: RunningLab) -> None:
    url = dict(line.split("=", 1) for line in leaked_environment(lab))["AI_GATEWAY_URL"]
    assert httpx.get(f"{url}/mistral/health", trust_env=False).status_code == 401
    assert httpx.get(f"{url}/openai/health", trust_env=False).status_code == 404


def leaked_environment(lab: RunningLab) -> list[str]:
    """Lines ``NAME=value`` of an agent's environment."""
    with lab.at_fault("cli-env-leak"):
        output: str = execute(lab, LIST_NAMES, containerType="ai-provider")["result"]
    return output.splitlines()


def test_a_question_about_an_order_is_answered_from_what_is_known(lab: RunningLab) -> None:
    body = {"orderId": "order-1", "providerName": "smoke", "question": "Is 'Write its tests' pending?"}
    answer = lab.post("/api/ai-provider/clarify", body).json()
    assert (answer["success"], answer["status"], answer["hilTriggered"]) == (True, "resolved", False)
    assert "pending" in answer["solution"]
    (row,) = lab.sql("DB_OPS", "select * from ai_provider_conversations where id = ?", answer["id"])
    assert (row["order_id"], row["status"], row["hil_triggered"]) == ("order-1", "resolved", 0)


def test_a_question_that_nobody_can_answer_goes_to_a_person(lab: RunningLab) -> None:
    body = {"orderId": "order-1", "providerName": "smoke", "question": "Xylophone or glockenspiel?"}
    answer = lab.post("/api/ai-provider/clarify", body).json()
    assert (answer["status"], answer["hilTriggered"]) == ("escalated", True)
    request = lab.get(f"/api/hil/requests/{answer['hilRequestId']}").json()["data"]
    assert (request["question"], request["conversation_id"]) == (body["question"], answer["conversationId"])


@pytest.mark.parametrize("body", [{}, {"question": "x"}, {"orderId": "", "providerName": "x", "question": "y"}])
def test_a_question_lacks_something(lab: RunningLab, body: dict[str, str]) -> None:
    reply = lab.post("/api/ai-provider/clarify", body)
    assert reply.status_code == 400
    assert reply.json()["error"].startswith("Missing required fields: ")


def test_a_question_has_the_right_types_and_a_session(lab: RunningLab) -> None:
    body: dict[str, object] = {"orderId": "o", "providerName": "p", "question": 7}
    assert lab.post("/api/ai-provider/clarify", body).status_code == 400
    assert lab.client.post(f"{lab.base}/api/ai-provider/clarify", json={}, headers=lab.csrf()).status_code == 401


@pytest.fixture
def own_lab(tmp_path: Path) -> Iterator[RunningLab]:
    """A lab that a test may end."""
    with started_lab(tmp_path) as running:
        yield running


@pytest.mark.parametrize("how", ["end", "kill"])
def test_agents_end_with_the_lab(own_lab: RunningLab, how: str) -> None:
    with ThreadPoolExecutor(1) as threads:
        work = threads.submit(lambda: ask(own_lab, "executeTask", taskId="smoke-end", prompt="sleep 60"))
        (pid,) = wait_for(lambda: running_agents(own_lab))
        (own_lab.process.terminate if how == "end" else own_lab.process.kill)()
        own_lab.process.wait(20)
        wait_for(lambda: not is_running(pid))
        if how == "kill":
            with pytest.raises(httpx.HTTPError):
                work.result()
        else:
            wait_for(work.done)
