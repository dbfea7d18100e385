"""Things that exist in a lab, so that what is sent at random can meet them."""

from collections.abc import Mapping
from typing import Any

import httpx

from tests.lab.running import RunningLab

NAME = "planted"
SHUT_UP = "// @ts-ignore\n" * 50
WORKER = "export default { async fetch(request, env) { return new Response('x'); } };\n"


def planted(lab: RunningLab) -> Mapping[str, object]:
    """What exists, by path parameter and by the names that `aiming` knows, after making one thing of each kind."""
    lab.post("/api/specialists/log", {"specialist": NAME, "activity": NAME})
    suite = {"run_id": "1", "status": "passed", "trigger": "package", "suite": NAME}
    _sent(lab.post(f"/api/health/tests/{NAME}", suite))
    return _general(lab) | _orchestrator(lab) | _workers(lab)


def _general(lab: RunningLab) -> dict[str, object]:
    return {
        "email": lab.account["email"],
        "password": lab.account["password"],
        "page": f"{lab.base}/",
        "worker": "agent-factory",
        "specialist": NAME,
    }


def _orchestrator(lab: RunningLab) -> dict[str, object]:
    batch = {"patchId": NAME, "operations": [{"op": "add", "path": f"/{NAME}", "value": 1}]}
    report = _sent(lab.post("/api/delivery-reports", {"patchId": NAME, "destination": NAME}))["data"]["id"]
    question = _sent(lab.post("/api/hil/requests", {"question": "Which colour?"}))["data"]["id"]
    change = {"agentId": NAME, "filePath": "x.ts", "content": SHUT_UP}
    violation = _sent(lab.post("/api/monitoring/code-change", change))["data"]["violations"][0]["id"]
    return {
        "uuid": lab.start_run("agent-factory"),
        "patch_id": NAME,
        "agent": NAME,
        "rollback": _sent(lab.post("/api/patches/apply", {"batch": batch}))["rollbackId"],
        "/api/delivery-reports/{id} id": report,
        "/api/delivery-reports/{id}/retry id": report,
        "/api/hil/requests/{id} id": question,
        "/api/hil/requests/{id}/status id": question,
        "/api/hil/requests/{id}/answer id": question,
        "/api/monitoring/violations/{id}/acknowledge id": violation,
        "/api/health/workers/{name}/latest name": "agent-factory",
        "/api/health/tests/{name}/latest name": NAME,
    }


def _workers(lab: RunningLab) -> dict[str, object]:
    def post(worker: str, path: str, body: object) -> dict[str, Any]:
        return _sent(lab.client.post(lab.workers[worker] + path, json=body))

    post("ops-delivery-report-specialist", "/generate", {"project_id": NAME, "original_order_spec": "- a page"})
    conflict = {"repo": NAME, "pr_number": 1, "head_branch": NAME, "files": [{"path": "x", "ours": "1", "theirs": "2"}]}
    return {
        "project_id": NAME,
        "/status/{id} id": post("ops-conflict-specialist", "/resolve", conflict)["id"],
        "retrofit_id": post("cloud-worker-retrofit", "/retrofit", {"source": WORKER})["retrofitId"],
        "run_id": post("ops-unit-test-specialist", "/run", {})["runId"],
        "result_id": post("ops-frontend-testing-specialist", "/local/test", {})["testId"],
    }


def _sent(reply: httpx.Response) -> dict[str, Any]:
    assert reply.is_success, reply.text
    answer: dict[str, Any] = reply.json()
    return answer
