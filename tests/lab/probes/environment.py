"""Looks at databases, clocks, certificates, deployments and the reading of bodies."""

import select
import socket
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from urllib.parse import urlsplit

import httpx
import pytest

from tests.lab.probes.core import Probe, query
from tests.lab.running import RunningLab

LATE_SECONDS = 0.7
DATABASES = ("ops", "projects", "chats", "health")
# Something that writes to the database, by way of RPC: binding, method, argument.
WRITES: Mapping[str, tuple[str, str, dict[str, str]]] = {
    "ops": ("ORCHESTRATOR_LOGGING", "log", {"source": "smoke", "operation": "probe", "level": "info"}),
    "projects": (
        "ORCHESTRATOR_PROJECTS", "addRequirement",
        {"projectId": "smoke", "section": "probe", "title": "probe", "requirements": "none"},
    ),
    "chats": ("ORCHESTRATOR_CHATS", "logMessage", {"conversationId": "smoke", "role": "user", "message": "probe"}),
}  # fmt: skip


def rpc(lab: RunningLab, binding: str, method: str, *args: object) -> httpx.Response:
    """The bare answer to a call."""
    return lab.client.post(f"{lab.operator}/rpc", json={"binding": binding, "method": method, "args": list(args)})


def write(key: str) -> Probe:
    """Outcome of a write with what is said about the database, and of a read by the operator."""

    def look(lab: RunningLab) -> object:
        if key == "health":
            reply = lab.post("/api/health/checks", {"worker_filters": ["nobody"]})
        else:
            reply = rpc(lab, *WRITES[key])
        said = [word for word in ("is locked", "is read-only") if word in reply.text]
        return reply.status_code, said, query(f"DB_{key.upper()}")(lab)

    return look


def sent(url: str, method: str, path: str, body: str = "") -> socket.socket:
    """A connection on which a request was just sent."""
    port = urlsplit(url).port
    assert port
    connection = socket.create_connection(("127.0.0.1", port), 5)
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: {len(body)}\r\n"
    connection.sendall(f"{head}Content-Type: application/json\r\n\r\n{body}".encode())
    return connection


def read_is_late(key: str) -> Probe:
    """Whether a read takes long; meanwhile others are answered."""

    def look(lab: RunningLab) -> object:
        with sent(lab.operator, "POST", "/sql", f'{{"db":"DB_{key.upper()}","select":"select 1"}}') as asked:
            assert lab.client.get(f"{lab.operator}/ping").is_success
            return not select.select([asked], [], [], LATE_SECONDS)[0]

    return look


def minutes_ahead(moment: datetime) -> int:
    """How far a timestamp is ahead, to the nearest five minutes."""
    return round((moment - datetime.now(UTC)).total_seconds() / 300) * 5


def orchestrator_clock(lab: RunningLab) -> object:
    """How far the Date header and a new row are ahead."""
    reply = rpc(lab, *WRITES["ops"])
    assert reply.is_success
    row = lab.sql("DB_OPS", "select created_at from operation_logs order by id desc limit 1")[0]
    date = lab.client.get(f"{lab.base}/api/status").headers["date"]
    return minutes_ahead(parsedate_to_datetime(date)), minutes_ahead(datetime.fromisoformat(row["created_at"]))


def factory_clock(lab: RunningLab) -> object:
    """How far the Date header and the timestamp of an answer are ahead."""
    reply = lab.client.get(f"{lab.worker}/health-check/status")
    date = parsedate_to_datetime(reply.headers["date"])
    return minutes_ahead(date), minutes_ahead(datetime.fromisoformat(reply.json()["timestamp"]))


def certificate(lab: RunningLab) -> object:
    """Status over https and the days that the certificate lasts, or why it is not trusted."""
    found = lab.client.get(f"{lab.operator}/tls")
    if found.status_code == 501:
        pytest.skip(found.json()["error"])
    context = ssl.create_default_context(cadata=found.json()["ca_pem"])
    ends = datetime.fromisoformat(found.json()["not_after"])
    try:
        with httpx.Client(verify=context, trust_env=False) as client:
            status = client.get(f"{found.json()['url']}/api/status").status_code
    except httpx.ConnectError as error:
        return str(error).partition("certificate verify failed: ")[2].partition(" (")[0]
    return status, round((ends - datetime.now(UTC)).total_seconds() / 86400)


def told_to_browsers(lab: RunningLab) -> object:
    """Which security headers a page, an asset and an API answer carry."""
    names = ("x-content-type-options", "content-security-policy", "referrer-policy")
    replies = [lab.client.get(lab.base + path) for path in ("/", "/assets/app.js", "/api/status")]
    return [[name for name in names if name in reply.headers] for reply in replies]


def foreign_origin(lab: RunningLab) -> object:
    """What a page of another origin may do: status of the question before a write, and who may read an answer."""
    origin = {"Origin": "https://probe.test"}
    asked = origin | {"Access-Control-Request-Method": "POST"}
    before = lab.client.options(f"{lab.base}/api/health/checks", headers=asked)
    read = lab.client.get(f"{lab.base}/api/status", headers=origin)
    allowed = [reply.headers.get("access-control-allow-origin") for reply in (before, read)]
    return before.status_code, allowed, read.headers.get("access-control-allow-credentials")


def versions(lab: RunningLab) -> object:
    """Which components tell their version."""
    return [
        "x-version-id" in lab.client.get(f"{url}/no-such-page").headers for url in (lab.base, *lab.workers.values())
    ]


def error_of_a_database(lab: RunningLab) -> object:
    """Whether the answer names a table while the database is down."""
    with lab.at_fault("d1-health-down"):
        return "health_checks" in lab.get("/api/health").text


def storm(lab: RunningLab) -> object:
    """Status of a public read, and whether it says when to come back."""
    reply = lab.client.get(f"{lab.base}/api/status")
    return reply.status_code, "retry-after" in reply.headers


def large_body(lab: RunningLab) -> object:
    """Status of a body over 1 MiB that is wrong in another way too."""
    return lab.post("/api/ops/scan", {"type": "x", "padding": "x" * 1_200_000}).status_code


def migrations(lab: RunningLab) -> object:
    """How many migrations each database lists."""
    return [lab.sql(f"DB_{key.upper()}", "select count(*) as n from d1_migrations") for key in DATABASES]


def tables(lab: RunningLab) -> object:
    """Tables of DB_OPS, and status of a call that reads one that is missing as built."""
    found = lab.sql("DB_OPS", "select name from sqlite_master where type = 'table' order by name")
    return found, rpc(lab, "ORCHESTRATOR_TASKS", "getTasksForOrder", "order-1").status_code


def malformed(*paths: str) -> Probe:
    """Statuses of POSTs whose body is no JSON."""

    def look(lab: RunningLab) -> object:
        replies = (lab.client.post(lab.base + path, content=b'{"type":', headers=lab.headers) for path in paths)
        return [reply.status_code for reply in replies]

    return look


PROBES: Mapping[str, Probe] = MappingProxyType(
    {f"d1-{key}-slow": read_is_late(key) for key in DATABASES}
    | {f"d1-{key}-{state}": write(key) for key in DATABASES for state in ("read-only", "locked")}
    | {
        "clock-skew-orchestrator": orchestrator_clock,
        "clock-skew-agent-factory": factory_clock,
        "tls-expiring": certificate,
        "tls-expired": certificate,
        "tls-wrong-host": certificate,
        "headers-missing": told_to_browsers,
        "cors-reflects": foreign_origin,
        "version-metadata-missing": versions,
        "errors-leak-sql": error_of_a_database,
        "rate-limit-storm": storm,
        "body-limit-off": large_body,
        "D-03": migrations,
        "D-04": tables,
        "D-23": malformed("/api/health/checks", "/api/ops/scan"),
        "D-24": malformed("/api/delivery-reports", "/api/patches/events"),
    }
)
