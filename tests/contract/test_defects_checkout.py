"""Contract 12.2: the defects as built that show in the checkout: sources, migrations, wrangler files, patchctl."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from .checkout import migrations, wranglers
from .operators import Operator, broken
from .patching import TEXT, Scratch, patch
from .running import Platform
from .runs import FACTORIES, SPECIALISTS

ORCHESTRATOR = "vibehq-orchestrator"


def everything(source: Path) -> dict[str, bytes]:
    """Every file of the checkout."""
    return {str(path.relative_to(source)): path.read_bytes() for path in source.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["D-01", "D-02", "D-03", "D-05", "D-06", "D-07", "D-28", "D-31", "D-32"])
def test_a_defect_of_the_checkout_comes_and_goes(platform: Platform, operator: Operator, name: str) -> None:
    """The files differ while it is on and are to the byte as before once it is off."""
    before = everything(platform.source)
    with broken(operator, name):
        assert everything(platform.source) != before
    assert everything(platform.source) == before


def test_the_orchestrator_does_not_compile(platform: Platform, operator: Operator, http: httpx.Client) -> None:
    """D-01: ``await`` where none may stand, so nothing answers."""
    routes = platform.source / "orchestrator/worker/api/routes/index.ts"
    with broken(operator, "D-01"):
        assert "await" in routes.read_text()
        with pytest.raises(httpx.TransportError):
            http.get("/api/status")
    assert http.get("/api/status").status_code == 200


def test_the_schema_exports_a_name_twice(platform: Platform, operator: Operator) -> None:
    """D-02: healthChecks."""
    exported = re.compile(r"export const healthChecks\b")
    text = platform.source / "orchestrator/worker/database/schema.ts"
    assert len(exported.findall(text.read_text())) <= 1
    with broken(operator, "D-02"):
        assert len(exported.findall(text.read_text())) == 2


def test_migrations_violate_their_own_check(platform: Platform, operator: Operator) -> None:
    """D-03, INF-03: applied to an empty database they stop with an error."""
    with broken(operator, "D-03"), closing(sqlite3.connect(":memory:")) as scratch:
        files = migrations(wranglers(platform.source)[ORCHESTRATOR], "DB_HEALTH")
        script = "\n".join(file.read_text() for file in files)
        with pytest.raises(sqlite3.IntegrityError):
            scratch.executescript(script)


def test_the_main_module_exports_nothing(platform: Platform, operator: Operator) -> None:
    """D-05."""
    with broken(operator, "D-05"):
        text = wranglers(platform.source)[ORCHESTRATOR].main.read_text()
    assert not re.search(r"export[^;]*\b(HealthOps|OpsMonitorOps|AIProviderOps|PatchOps)\b", text)


def test_wrangler_files_rely_on_what_wrangler_ignores(platform: Platform, operator: Operator) -> None:
    """D-06, INF-02: no effective binding; specialists cannot be deployed."""
    with broken(operator, "D-06"):
        files = wranglers(platform.source)
    assert "services_entrypoints" in files[ORCHESTRATOR].data
    for worker in FACTORIES:
        assert "ORCHESTRATOR_LOGGING" not in files[worker].services
    without_date = {worker for worker in SPECIALISTS if "compatibility_date" not in files[worker].data}
    assert {"ops-conflict-specialist", "ops-delivery-report-specialist", "cloud-worker-retrofit"} <= without_date


def test_factories_have_no_entry_module(platform: Platform, operator: Operator) -> None:
    """D-07."""
    with broken(operator, "D-07"):
        files = wranglers(platform.source)
        assert not any(files[worker].main.exists() for worker in FACTORIES)


def test_hub_classes_are_not_migrated(platform: Platform, operator: Operator) -> None:
    """D-31: three bound classes are missing from the list."""
    with broken(operator, "D-31"):
        data = wranglers(platform.source)[ORCHESTRATOR].data
    bound = {entry["class_name"] for entry in data["durable_objects"]["bindings"]}
    steps = data.get("migrations", [])
    migrated = {name for step in steps for key in ("new_classes", "new_sqlite_classes") for name in step.get(key, [])}
    assert len(bound - migrated) == 3


@pytest.fixture
def scratch(platform: Platform, tmp_path: Path) -> Scratch:
    """A project of its own with one file."""
    return Scratch.created(tmp_path, platform.source)


def test_patchctl_does_not_find_its_script(scratch: Scratch, operator: Operator) -> None:
    """D-28, 9.1: exit 1 for every command."""
    with broken(operator, "D-28"):
        done = scratch.run("patchctl", "--help", rooted=False)
    assert done.returncode == 1
    assert "patch_manager.py not found" in done.stdout + done.stderr


def test_a_bad_batch_stays_half_applied(scratch: Scratch, operator: Operator) -> None:
    """D-28, 9.1: no rollback."""
    with broken(operator, "D-28"):
        code, report = scratch.apply(patch("append", block="x"), patch("replace-block", start=98, end=99, block="x"))
    assert (code, report["succeeded"], report["failed"]) == (1, 1, 1)
    assert scratch.file.read_text() == TEXT + "x\n"
