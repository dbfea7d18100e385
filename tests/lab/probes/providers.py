"""What the faults of AI providers and entrypoints look like (contract 1.5, 2.7, part 8)."""

import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from tests.lab.probes.core import Probe
from tests.lab.running import RunningLab

ROUTER = "ORCHESTRATOR_AI_PROVIDER"
LIST_NAMES = "list the names of all environment variables"


def call(lab: RunningLab, binding: str, method: str, *args: object) -> Any:
    """What a call answers, or its status when it is refused."""
    body = {"binding": binding, "method": method, "args": list(args)}
    reply = lab.client.post(f"{lab.operator}/rpc", json=body)
    return reply.json()["result"] if reply.is_success else reply.status_code


def ask(lab: RunningLab, method: str, **order: object) -> dict[str, Any]:
    """What the router answers."""
    answer: dict[str, Any] = call(lab, ROUTER, method, order)
    return answer


def execute(lab: RunningLab, prompt: str, provider: str = "workers-ai", **options: object) -> dict[str, Any]:
    """What becomes of a prompt."""
    return ask(lab, "executeTask", taskId=f"smoke-{uuid.uuid4()}", prompt=prompt, providerId=provider, options=options)


def assign(lab: RunningLab, **order: object) -> dict[str, Any]:
    """What becomes of a new task."""
    criteria = {"taskType": "generate", "priority": "medium", "costProfile": "economy"}
    return ask(lab, "assignProvider", taskId=f"smoke-{uuid.uuid4()}", criteria=criteria, **order)


def usable(provider: str) -> Probe:
    """Whether a provider is available, and whether it works."""

    def look(lab: RunningLab) -> object:
        known = ask(lab, "checkProviderStatus", providerId=provider)["providers"][0]
        return known["available"], execute(lab, "ping", provider)["success"]

    return look


def connectivity(lab: RunningLab) -> object:
    """Whether the model binding works, and what a worker finds in a check."""
    run = lab.finished(lab.start_run("agent-factory", include_performance_tests=False, include_integration_tests=False))
    return usable("workers-ai")(lab), run["worker_results"][0]["external_api_connectivity"]


def entrypoints_answer(lab: RunningLab) -> object:
    """Calls by the operator and by a worker."""
    tasks = call(lab, "ORCHESTRATOR_TASKS", "getTasksForOrder", "order-1")
    quick = lab.client.get(f"{lab.worker}/health-check/quick").json()
    return tasks if isinstance(tasks, int) else tasks["success"], quick["orchestrator_connectivity"]


def database_probe(lab: RunningLab) -> object:
    """Calls to Tasks, and what a worker makes of it."""
    run = lab.finished(lab.start_run("agent-factory", include_performance_tests=False, include_integration_tests=False))
    return entrypoints_answer(lab), run["worker_results"][0]["database_connectivity"]


def log_line(lab: RunningLab) -> object:
    """Whether a line is taken, and how often it is there then."""
    source = f"smoke-{uuid.uuid4()}"
    answer = call(lab, "ORCHESTRATOR_LOGGING", "log", {"source": source, "operation": "ping", "level": "info"})
    rows = lab.sql("DB_OPS", "select * from operation_logs where source = ?", source)
    return answer if isinstance(answer, int) else answer["success"], len(rows)


def recorded_assignment(lab: RunningLab) -> object:
    """Success, and how many assignments of the task there are then."""
    answer = assign(lab)
    return answer["success"], len(ask(lab, "getAssignmentHistory", patchId=answer["taskId"])["assignments"])


def recorded_execution(lab: RunningLab) -> object:
    """Success, the answer, and how many executions of the assignment there are then."""
    answer = execute(lab, "ping 4711")
    sql = "select * from ai_provider_executions where assignment_id = ?"
    return answer["success"], "4711" in str(answer.get("result")), len(lab.sql("DB_OPS", sql, answer["assignmentId"]))


def environment_names(lab: RunningLab) -> object:
    """The names that an agent finds."""
    return execute(lab, LIST_NAMES)["result"].splitlines()


def environment_values(lab: RunningLab) -> object:
    """Whether values show up in the output, and what the log says of the token."""
    seen = lab.client.get(f"{lab.operator}/logs?since=0").json()[-1]["seq"]
    output = execute(lab, LIST_NAMES)["result"]
    lines = lab.client.get(f"{lab.operator}/logs?since={seen}").json()
    logged = [line["environment"]["GITHUB_TOKEN"] for line in lines if line["message"] == "agent started"]
    return "=" in output, logged == ["[REDACTED]"]


def unknown_provider(lab: RunningLab) -> object:
    """Whether a provider that nobody knows is fine, and works."""
    known = ask(lab, "checkProviderStatus", providerId="smoke-none")["success"]
    return known, execute(lab, "ping", "smoke-none")["success"]


def empty_question(lab: RunningLab) -> object:
    """Status of a question that is none."""
    return lab.post("/api/ai-provider/clarify", {}).status_code


PROBES: Mapping[str, Probe] = MappingProxyType(
    {
        "D-05": entrypoints_answer,
        "D-26": recorded_execution,
        "ai-binding-down": connectivity,
        "ai-gateway-down": usable("ai-gateway-mistral"),
        "ai-over-quota": lambda lab: execute(lab, "ping")["success"],
        "router-ignores-cost": lambda lab: assign(lab)["providerId"],
        "manual-override-ignored": lambda lab: assign(lab, manualProvider="ai-gateway-anthropic")["providerId"],
        "assignment-not-recorded": recorded_assignment,
        "execution-not-recorded": recorded_execution,
        "cli-env-missing": environment_names,
        "cli-env-leak": environment_values,
        "cli-output-unparsed": lambda lab: execute(lab, 'json {"ok": true}')["result"],
        "unknown-provider-succeeds": unknown_provider,
        "clarify-accepts-empty": empty_question,
        "rpc-logging-fails": log_line,
        "operation-log-lost": log_line,
        "rpc-tasks-fails": database_probe,
    }
)
