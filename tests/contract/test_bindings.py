"""Contract 1.3 and 1.5: what the wrangler files of the checkout bind, and what answers behind the bindings."""

import re

import pytest

from .caller import Caller, json_of
from .checkout import Wrangler, base_config, wranglers
from .operators import Operator
from .running import Platform
from .runs import WORKERS

ORCHESTRATOR = "vibehq-orchestrator"
ENTRYPOINTS = {
    "ORCHESTRATOR_GITHUB": "GitHub",
    "ORCHESTRATOR_OPS_MONITOR": "OpsMonitorOps",
    "ORCHESTRATOR_CHATS": "ChatsOps",
    "ORCHESTRATOR_TASKS": "Tasks",
    "ORCHESTRATOR_HEALTH_CHECK": "Health",
    "ORCHESTRATOR_HEALTH": "HealthOps",
    "ORCHESTRATOR_FACTORY": "Factory",
    "ORCHESTRATOR_TEMPLATE": "TemplateOps",
    "ORCHESTRATOR_PATCH": "PatchOps",
    "ORCHESTRATOR_DELIVERY": "Delivery",
    "ORCHESTRATOR_HIL": "HilOps",
    "ORCHESTRATOR_AI_PROVIDER": "AIProviderOps",
    "ORCHESTRATOR_LOGGING": "Logging",
    "ORCHESTRATOR_DATA": "DataOps",
    "ORCHESTRATOR_DOCS": "DocsOps",
    "ORCHESTRATOR_OPS": "Specialist",
    "ORCHESTRATOR_PROJECTS": "ProjectsOps",
    "ORCHESTRATOR_CONTAINER_MONITORING": "ContainerMonitoringOps",
}
DEPLOYED = (ORCHESTRATOR, *WORKERS)


@pytest.fixture(scope="module")
def files(platform: Platform) -> dict[str, Wrangler]:
    """Wrangler files by worker name."""
    return wranglers(platform.source)


@pytest.fixture(scope="module")
def orchestrator(files: dict[str, Wrangler]) -> Wrangler:
    """The orchestrator's wrangler file."""
    return files[ORCHESTRATOR]


@pytest.mark.parametrize("binding", ENTRYPOINTS)
def test_the_base_config_binds_an_entrypoint(platform: Platform, binding: str) -> None:
    """INF-06: each of the 18 pairs, all to the orchestrator."""
    assert base_config(platform.source).services[binding] == (ORCHESTRATOR, ENTRYPOINTS[binding])


def test_the_base_config_binds_nothing_else_to_the_orchestrator(platform: Platform) -> None:
    """1.5: 18 pairs."""
    assert set(base_config(platform.source).services) == set(ENTRYPOINTS)


def test_the_main_module_exports_every_entrypoint(orchestrator: Wrangler) -> None:
    """INF-06, INF-07 (S): the 18 classes by name."""
    text = orchestrator.main.read_text()
    exported = {
        name.split(" as ")[-1].strip()
        for group in re.findall(r"export\s*(?:type\s*)?\{([^}]*)\}", text)
        for name in group.split(",")
    } | set(re.findall(r"export\s+(?:abstract\s+)?class\s+(\w+)", text))
    assert set(ENTRYPOINTS.values()) <= exported


@pytest.mark.parametrize("worker", DEPLOYED)
def test_a_worker_can_be_deployed(files: dict[str, Wrangler], worker: str) -> None:
    """1.2: a main module that exists and a compatibility date, without which wrangler refuses."""
    assert files[worker].main.is_file()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", files[worker].data["compatibility_date"])


@pytest.mark.parametrize("worker", DEPLOYED)
def test_a_worker_says_who_it_is(files: dict[str, Wrangler], platform: Platform, worker: str) -> None:
    """INF-10 (W), 1.2: WORKER_NAME in the pattern of the health API, WORKER_TYPE as configured."""
    variables = files[worker].data["vars"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,50}", variables["WORKER_NAME"])
    expected = ("orchestrator", "control-plane") if worker == ORCHESTRATOR else (worker, platform.workers[worker].type)
    assert (variables["WORKER_NAME"], variables["WORKER_TYPE"]) == expected


@pytest.mark.parametrize("worker", DEPLOYED)
def test_a_worker_is_observed(files: dict[str, Wrangler], worker: str) -> None:
    """INF-12: enabled, with a sampling rate in (0, 1]."""
    observability = files[worker].data["observability"]
    assert observability["enabled"] is True
    assert 0 < observability["head_sampling_rate"] <= 1


@pytest.mark.parametrize("worker", DEPLOYED)
def test_a_worker_knows_its_version(files: dict[str, Wrangler], worker: str) -> None:
    """INF-13 (W)."""
    assert files[worker].data["version_metadata"]["binding"] == "CF_VERSION_METADATA"


@pytest.mark.parametrize("worker", WORKERS)
def test_a_worker_binds_what_the_protocol_needs(files: dict[str, Wrangler], worker: str) -> None:
    """INF-02, 1.6: Logging and Tasks at least; whatever else it binds at the orchestrator is one of the 18 pairs."""
    services = files[worker].services
    assert {"ORCHESTRATOR_LOGGING", "ORCHESTRATOR_TASKS"} <= set(services)
    at_orchestrator = {name: entry for name, entry in services.items() if entry[0] == ORCHESTRATOR}
    assert at_orchestrator == {name: (ORCHESTRATOR, ENTRYPOINTS[name]) for name in at_orchestrator}


@pytest.mark.parametrize("worker", DEPLOYED)
def test_no_file_relies_on_keys_that_wrangler_ignores(files: dict[str, Wrangler], worker: str) -> None:
    """1.5 (a): ``$ref`` and ``services_entrypoints`` bind nothing."""
    assert not {"$ref", "services_entrypoints"} & set(files[worker].data)


def test_local_ports_do_not_clash(files: dict[str, Wrangler]) -> None:
    """1.1, Q21: workers with a local port have it for themselves."""
    ports = [file.data["dev"]["port"] for name, file in files.items() if name in DEPLOYED and "dev" in file.data]
    assert ports
    assert len(set(ports)) == len(ports)


@pytest.mark.parametrize(
    ("binding", "service"),
    [
        ("CONFLICT_SPECIALIST", "ops-conflict-specialist"),
        ("DELIVERY_REPORT_SPECIALIST", "ops-delivery-report-specialist"),
    ],
)
def test_the_orchestrator_reaches_its_specialists(
    files: dict[str, Wrangler], orchestrator: Wrangler, binding: str, service: str
) -> None:
    """WRK-10: the service is the name of a worker that exists."""
    assert orchestrator.services[binding][0] == service == files[service].name


@pytest.mark.parametrize(
    ("binding", "name"),
    [
        ("DB_OPS", "vibehq-ops"),
        ("DB_PROJECTS", "vibehq-projects"),
        ("DB_CHATS", "vibehq-chat-logs"),
        ("DB_HEALTH", "vibehq-health-logs"),
    ],
)
def test_a_database_is_bound(orchestrator: Wrangler, binding: str, name: str) -> None:
    """1.3 d1-*: binding and resource name."""
    assert {entry["binding"]: entry["database_name"] for entry in orchestrator.data["d1_databases"]}[binding] == name


def test_the_other_resources_are_bound(orchestrator: Wrangler) -> None:
    """1.3: KV, R2, Workers AI, and the pages: SPA fallback behind the worker."""
    data = orchestrator.data
    assert "VibecoderStore" in {entry["binding"] for entry in data["kv_namespaces"]}
    assert {entry["binding"]: entry["bucket_name"] for entry in data["r2_buckets"]}[
        "TEMPLATES_BUCKET"
    ] == "vibesdk-templates"
    assert data["ai"]["binding"] == "AI"
    assert data["assets"]["binding"] == "ASSETS"
    assert data["assets"]["directory"].removeprefix("./").rstrip("/") == "dist"
    assert data["assets"]["not_found_handling"] == "single-page-application"
    assert data["assets"]["run_worker_first"] is True


def test_every_durable_object_is_bound_and_migrated(orchestrator: Wrangler) -> None:
    """1.3, D-31: the six bindings, and every class in the list of migrations."""
    bound = {entry["name"]: entry["class_name"] for entry in orchestrator.data["durable_objects"]["bindings"]}
    assert {
        "CodeGenObject",
        "Sandbox",
        "DORateLimitStore",
        "HEALTH_CHECK_BROADCAST",
        "OPS_MONITOR_BROADCAST",
        "TERMINAL_SERVER",
    } <= set(bound)
    migrated = {
        name
        for step in orchestrator.data["migrations"]
        for key in ("new_classes", "new_sqlite_classes")
        for name in step.get(key, [])
    }
    assert set(bound.values()) <= migrated


def test_the_health_targets_are_an_array(orchestrator: Wrangler) -> None:
    """Q10, INF-10: an array of targets with a name and a url or binding, naming every worker."""
    from json import loads

    targets = orchestrator.data["vars"]["HEALTH_WORKER_TARGETS"]
    listed = loads(targets) if isinstance(targets, str) else targets
    assert isinstance(listed, list)
    assert all(target.get("url") or target.get("binding") for target in listed)
    assert set(WORKERS) <= {target.get("name") or target.get("worker") for target in listed}


def test_the_application_has_a_domain(orchestrator: Wrangler) -> None:
    """1.1 mandatory var, D-09: one of the two is set."""
    variables = orchestrator.data["vars"]
    assert variables.get("CUSTOM_DOMAIN") or variables.get("CUSTOM_PREVIEW_DOMAIN")


@pytest.mark.parametrize(
    ("worker", "crons"),
    [
        (ORCHESTRATOR, {"0 2 * * *", "0 */4 * * *"}),
        ("health-specialist", {"0 2 * * *"}),
        ("ops-unit-test-specialist", {"0 3 * * *", "0 */6 * * *"}),
    ],
)
def test_crons_are_triggered(files: dict[str, Wrangler], worker: str, crons: set[str]) -> None:
    """Section 7."""
    assert set(files[worker].data["triggers"]["crons"]) == crons


CHEAP_CALLS = [
    ("ORCHESTRATOR_TASKS", "getTasksForOrder", ["smoke-none"]),
    ("ORCHESTRATOR_HEALTH_CHECK", "getConfiguredWorkers", []),
    ("ORCHESTRATOR_HEALTH", "handleRequest", [{"getTestProfiles": {}}]),
    ("ORCHESTRATOR_AI_PROVIDER", "listAvailableProviders", [{}]),
    ("ORCHESTRATOR_OPS_MONITOR", "getRecentScans", [{"limit": 1}]),
    ("ORCHESTRATOR_HIL", "getHilRequests", [{"limit": 1}]),
]


@pytest.mark.parametrize(("binding", "method", "args"), CHEAP_CALLS, ids=[f"{b}.{m}" for b, m, _ in CHEAP_CALLS])
def test_an_entrypoint_answers(operator: Operator, binding: str, method: str, args: list[object]) -> None:
    """INF-07: cheap calls raise nothing."""
    assert operator.rpc(binding, method, *args) is not None


def test_logging_by_rpc_leaves_a_row(operator: Operator, tag: str) -> None:
    """INF-07, 5.1 operation_logs."""
    entry = {"source": tag, "operation": "contract", "level": "info", "details": {"smoke": True}}
    operator.rpc("ORCHESTRATOR_LOGGING", "log", entry)
    rows = operator.rows("DB_OPS", "select operation, level from operation_logs where source = ?", tag)
    assert rows == [{"operation": "contract", "level": "info"}]


def test_the_configured_workers_are_the_listed_ones(operator: Operator, hq: Caller) -> None:
    """INF-07 Health.getConfiguredWorkers: the same workers as HLT-04."""
    told = repr(operator.rpc("ORCHESTRATOR_HEALTH_CHECK", "getConfiguredWorkers"))
    assert all(worker["name"] in told for worker in hq.read("/api/health/workers")["workers"])


@pytest.mark.parametrize("binding", ENTRYPOINTS)
def test_every_binding_leads_to_an_entrypoint(operator: Operator, binding: str) -> None:
    """1.5: an unknown method is refused otherwise than an unknown binding."""
    unknown = operator.call("SMOKE_NOT_BOUND", "smokeNone")
    known = operator.call(binding, "smokeNone")
    assert not unknown.is_success
    assert not known.is_success
    error = json_of(known, known.status_code)["error"]
    assert error.replace(binding, "") != json_of(unknown, unknown.status_code)["error"].replace("SMOKE_NOT_BOUND", "")
