"""The miniature checkout: wrangler files, migrations, type models, sources, and what switches do to them."""

import json
import re
import shutil
import sqlite3
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.lab.pairs import PAIRS
from tests.lab.running import started_lab
from vibehq_smoke.lab.checkout.apps import APPS
from vibehq_smoke.lab.checkout.damage import ADDED, DAMAGES, damaged
from vibehq_smoke.lab.checkout.tree import Tree, healthy_tree
from vibehq_smoke.lab.checkout.writer import Checkout
from vibehq_smoke.lab.switches import ALL
from vibehq_smoke.lab.workers.roster import ROSTER

TOKENS = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
TRAILING = re.compile(r'("(?:\\.|[^"\\])*")|,(?=\s*[}\]])')
# Contract 5.1 to 5.4, by the binding of the database.
TABLES = {
    "DB_OPS": (
        "patch_events delivery_reports ops_scans ops_issues operation_logs ai_provider_assignments"
        " ai_provider_executions ai_provider_configs ai_provider_conversations hil_requests worker_logs build_logs"
        " factories container_settings ops_conflict_resolutions ops_delivery_reports ops_orders template_files"
        " template_placeholders order_placeholder_mappings users sessions api_keys apps audit_logs orders tasks"
        " error_events specialist_queues specialist_triggers container_errors container_logs container_processes"
    ),
    "DB_PROJECTS": "project_requirements project_overview_cards",
    "DB_CHATS": "conversation_logs",
    "DB_HEALTH": (
        "health_checks worker_health_checks health_check_schedules test_profiles test_results ai_logs health_summaries"
    ),
}
FOLDERS = {"DB_OPS": "ops", "DB_PROJECTS": "projects", "DB_CHATS": "chats", "DB_HEALTH": "health"}
MAIN = "orchestrator/worker/index.ts"
KYSELY = "@shared/types/db.ts"
DRIZZLE = "orchestrator/worker/database/schema.ts"
ORCHESTRATOR = "orchestrator/wrangler.jsonc"


@pytest.fixture(scope="module")
def tree() -> Tree:
    """The healthy files."""
    return healthy_tree()


def parsed(tree: Tree, path: str) -> dict[str, Any]:
    """A wrangler file, read as its format says."""
    text = tree[path]
    if path.endswith(".toml"):
        return tomllib.loads(text)
    bare = TRAILING.sub(lambda found: found[1] or "", TOKENS.sub(lambda found: found[1] or " ", text))
    value: dict[str, Any] = json.loads(bare)
    return value


def wrangler_paths(tree: Tree) -> list[str]:
    """The file of every worker, the orchestrator's included."""
    return [path for path in tree if Path(path).name in ("wrangler.jsonc", "wrangler.toml")]


def pairs(config: dict[str, Any]) -> dict[str, str]:
    """Binding -> entrypoint of a wrangler file."""
    bound = [entry for entry in config.get("services", []) if "entrypoint" in entry]
    assert all(entry["service"] == "vibehq-orchestrator" for entry in bound)
    return {entry["binding"]: entry["entrypoint"] for entry in bound}


def targets(tree: Tree) -> list[dict[str, str]]:
    """HEALTH_WORKER_TARGETS of the orchestrator."""
    value: list[dict[str, str]] = json.loads(parsed(tree, ORCHESTRATOR)["vars"]["HEALTH_WORKER_TARGETS"])
    return value


def test_there_is_a_wrangler_file_for_every_worker(tree: Tree) -> None:
    configs = {path: parsed(tree, path) for path in wrangler_paths(tree)}
    assert {config["name"] for config in configs.values()} == {"vibehq-orchestrator"} | {post.name for post in ROSTER}
    assert {Path(path).suffix for path in configs} == {".jsonc", ".toml"}
    assert len({config["dev"]["port"] for config in configs.values()}) == len(configs)
    for path, config in configs.items():
        assert config["compatibility_date"] >= "2025"
        assert str(Path(path).parent / config["main"]) in tree
        assert config["observability"]["enabled"] is True
        assert 0 < config["observability"]["head_sampling_rate"] <= 1
        assert config["version_metadata"] == {"binding": "CF_VERSION_METADATA"}
        assert not {"$ref", "services_entrypoints"} & set(config)


def test_jsonc_has_what_json_has_not(tree: Tree) -> None:
    with pytest.raises(json.JSONDecodeError):
        json.loads(tree[ORCHESTRATOR])
    assert "//" in tree[ORCHESTRATOR]
    assert "/*" in tree[ORCHESTRATOR]


def test_workers_bind_all_eighteen_and_the_main_module_exports_them(tree: Tree) -> None:
    for path in [*(app.wrangler for app in APPS), "@shared/base/wrangler.base.jsonc"]:
        assert pairs(parsed(tree, path)) == PAIRS
    exported = re.findall(r"export \{ (\w+) \} from \"(.*)\";", tree[MAIN])
    assert {name for name, _ in exported} == set(PAIRS.values())
    for name, module in exported:
        assert f"export class {name} " in tree[f"orchestrator/worker/{module.removeprefix('./')}.ts"]


def test_names_and_types_are_those_of_the_roster(tree: Tree) -> None:
    known = [(post.name, post.type) for post in ROSTER]
    assert [(target["name"], target["type"]) for target in targets(tree)] == known
    configs = {parsed(tree, app.wrangler)["name"]: parsed(tree, app.wrangler) for app in APPS}
    assert [(name, configs[name]["vars"]["WORKER_TYPE"]) for name, _ in known] == known
    assert all(config["vars"]["WORKER_NAME"] == name for name, config in configs.items())
    ports = {target["name"]: target["url"].rpartition(":")[2] for target in targets(tree)}
    assert ports == {name: str(config["dev"]["port"]) for name, config in configs.items()}
    # The bindings of two specialists name workers that exist (WRK-10).
    own = [entry for entry in parsed(tree, ORCHESTRATOR)["services"] if "entrypoint" not in entry]
    assert [entry["binding"] for entry in own] == ["CONFLICT_SPECIALIST", "DELIVERY_REPORT_SPECIALIST"]
    assert {entry["service"] for entry in own} <= set(configs)


def test_the_orchestrator_binds_what_the_contract_lists(tree: Tree) -> None:
    config = parsed(tree, ORCHESTRATOR)
    assert [entry["database_name"] for entry in config["d1_databases"]] == [
        "vibehq-ops", "vibehq-projects", "vibehq-chat-logs", "vibehq-health-logs",
    ]  # fmt: skip
    assert config["kv_namespaces"][0]["binding"] == "VibecoderStore"
    assert config["r2_buckets"][0]["bucket_name"] == "vibesdk-templates"
    assert config["triggers"]["crons"] == ["0 2 * * *", "0 */4 * * *"]
    classes = {entry["class_name"] for entry in config["durable_objects"]["bindings"]}
    made = [name for step in config["migrations"] for name in step["new_sqlite_classes"]]
    assert sorted(made) == sorted(classes)
    assert all(re.search(rf"export \{{[^}}]*\b{name}\b", tree[MAIN]) for name in classes)


def scripts(tree: Tree, folder: str) -> list[str]:
    """Migrations of one folder, in the order in which wrangler applies them."""
    return [tree[path] for path in sorted(tree) if path.startswith(f"orchestrator/{folder}/")]


def migrated(texts: Iterable[str]) -> dict[str, list[str]]:
    """Table -> columns after the scripts; raises sqlite3.Error where they stop."""
    with closing(sqlite3.connect(":memory:")) as base:
        for text in texts:
            base.executescript(f"BEGIN;\n{text}\nCOMMIT;")
        names = [row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: [row[1] for row in base.execute(f"PRAGMA table_info({name})")]
            for name in names
            if not name.startswith("sqlite_")
        }


def databases(tree: Tree) -> dict[str, dict[str, list[str]]]:
    """Binding -> table -> columns, by way of each database's own folder of migrations."""
    entries = parsed(tree, ORCHESTRATOR)["d1_databases"]
    return {entry["binding"]: migrated(scripts(tree, entry["migrations_dir"])) for entry in entries}


def test_migrations_apply_in_order_and_give_the_tables_of_the_contract(tree: Tree) -> None:
    made = databases(tree)
    for binding, names in TABLES.items():
        assert set(names.split()) <= set(made[binding])


def kysely_model(text: str) -> dict[str, list[str]]:
    """Table -> columns of the Kysely-style model."""
    interfaces = dict(re.findall(r"export interface (\w+) \{\n((?:  .*\n)*)\}", text))
    tables = re.findall(r"  (\w+): (\w+);", interfaces["Database"])
    return {table: re.findall(r"  (\w+): ", interfaces[name]) for table, name in tables}


def drizzle_model(text: str) -> dict[str, list[str]]:
    """Table -> columns of the Drizzle-style model."""
    tables = re.findall(r"sqliteTable\(\"(\w+)\", \{\n((?:  .*\n)*)\}\)", text)
    return {name: re.findall(r": (?:text|integer|real)\(\"(\w+)\"", body) for name, body in tables}


def test_both_type_models_are_the_migrated_schema(tree: Tree) -> None:
    made = databases(tree)
    columns = {table: names for base in made.values() for table, names in base.items()}
    assert all(base[table] == columns[table] for base in made.values() for table in base)
    assert kysely_model(tree[KYSELY]) == columns
    assert drizzle_model(tree[DRIZZLE]) == columns


def test_nothing_in_the_sources_is_untyped(tree: Tree) -> None:
    sources = [text for path, text in tree.items() if path.endswith(".ts")]
    assert len(sources) > 40
    assert not [text for text in sources if re.search(r":\s*any\b|\bas any\b|<any>|@ts-ignore", text)]


def test_workflows_deploy_from_folders_that_exist(tree: Tree) -> None:
    folders = [folder for path in tree for folder in deployed(tree, path)]
    assert len(folders) == len(ROSTER) + 1
    assert all(any(path.startswith(f"{folder}/") for path in tree) for folder in folders)


def deployed(tree: Tree, path: str) -> list[str]:
    """The folder a workflow deploys from."""
    return re.findall(r"working-directory: (\S+)", tree[path]) if path.startswith(".github/workflows/deploy-") else []


def written(folder: Path, *switches: str) -> Path:
    """The checkout on disk."""
    Checkout(folder).align(switches)
    return folder


def type_errors(folder: Path, project: str) -> list[str]:
    """Errors that tsc reports; the test is skipped where there is no tsc."""
    tsc = shutil.which("tsc")
    if tsc is None:
        pytest.skip("no TypeScript compiler on PATH")
    done = subprocess.run([tsc, "--noEmit", "-p", project], cwd=folder, capture_output=True, text=True, check=False)
    return re.findall(r"^(\S+)\(\d+,\d+\): error TS\d+", done.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    "project", ["orchestrator/tsconfig.worker.json", "orchestrator/tsconfig.app.json", "tsconfig.workers.json"]
)
def test_healthy_sources_type_check(tmp_path: Path, project: str) -> None:
    assert type_errors(written(tmp_path), project) == []


@pytest.mark.parametrize(
    ("switch", "project", "file"),
    [
        ("source-type-error", "worker", "orchestrator/worker/entrypoints/HealthOps.ts"),
        ("D-01", "worker", "orchestrator/worker/api/routes/index.ts"),
        ("D-02", "worker", "orchestrator/worker/database/schema.ts"),
        ("ui-type-error", "app", "orchestrator/src/analytics/csv.ts"),
    ],
)
def test_broken_sources_do_not(tmp_path: Path, switch: str, project: str, file: str) -> None:
    assert set(type_errors(written(tmp_path, switch), f"orchestrator/tsconfig.{project}.json")) == {file}


@pytest.mark.parametrize("switch", ["source-any", "kysely-table-missing", "drizzle-column-wrong", "D-05"])
def test_faults_that_are_no_type_errors(tmp_path: Path, switch: str) -> None:
    assert type_errors(written(tmp_path, switch), "orchestrator/tsconfig.worker.json") == []


@pytest.mark.parametrize("switch", DAMAGES)
def test_each_damage_changes_something_and_belongs_to_a_switch(tree: Tree, switch: str) -> None:
    assert switch in {known.id for known in ALL}
    after = damaged(tree, [switch])
    assert after != tree
    assert set(after) <= {*tree, *ADDED}


def test_all_damages_together_still_make_a_checkout(tree: Tree) -> None:
    assert MAIN in damaged(tree, DAMAGES)


@pytest.mark.parametrize(
    ("switch", "wrong"),
    [
        ("wrangler-binding-missing", {"ORCHESTRATOR_DOCS": None}),
        ("wrangler-entrypoint-wrong", {"ORCHESTRATOR_CHATS": "Conversations"}),
    ],
)
def test_faults_of_the_shared_bindings(tree: Tree, switch: str, wrong: dict[str, str | None]) -> None:
    after = damaged(tree, [switch])
    expected = {name: entry for name, entry in (PAIRS | wrong).items() if entry}
    for path in [*(app.wrangler for app in APPS), "@shared/base/wrangler.base.jsonc"]:
        assert pairs(parsed(after, path)) == expected


def test_faults_of_single_wrangler_files(tree: Tree) -> None:
    def odd(switch: str, key: str) -> Counter[str]:
        after = damaged(tree, [switch])
        return Counter(json.dumps(parsed(after, path).get(key)) for path in wrangler_paths(after))

    assert odd("wrangler-observability-off", "observability")['{"enabled": false, "head_sampling_rate": 1}'] == 1
    assert odd("wrangler-version-metadata-missing", "version_metadata")["null"] == 1
    nameless = damaged(tree, ["wrangler-worker-name-missing"])
    assert sum("WORKER_NAME" not in parsed(nameless, path)["vars"] for path in wrangler_paths(tree)) == 1
    after = damaged(tree, ["wrangler-health-targets-empty", "wrangler-service-name-wrong", "D-31"])
    config = parsed(after, ORCHESTRATOR)
    assert config["vars"]["HEALTH_WORKER_TARGETS"] == ""
    assert config["services"][0] == {"binding": "CONFLICT_SPECIALIST", "service": "conflict-specialist"}
    assert [step["tag"] for step in config["migrations"]] == ["v1"]
    with pytest.raises(json.JSONDecodeError):
        [parsed(damaged(tree, ["wrangler-broken"]), path) for path in wrangler_paths(tree)]


def test_as_built_workers_inherit_nothing(tree: Tree) -> None:
    after = damaged(tree, ["D-06"])
    with_pairs = [path for path in after if path.endswith("wrangler.jsonc") and pairs(parsed(after, path))]
    assert with_pairs == ["specialists/health-specialist/wrangler.jsonc"]
    factory = parsed(after, "factories/agent-factory/wrangler.jsonc")
    assert factory["$ref"] == "../../../@shared/base/wrangler.base.jsonc"
    assert "observability" not in factory
    assert "compatibility_date" in factory
    assert "compatibility_date" not in parsed(after, "specialists/conflict-specialist/wrangler.jsonc")
    assert len(parsed(after, ORCHESTRATOR)["services_entrypoints"]) == 2


@pytest.mark.parametrize(
    ("switch", "folder", "error"),
    [
        ("D-03", "migrations/ops", sqlite3.IntegrityError),
        ("D-03", "migrations/health", sqlite3.IntegrityError),
        ("migration-broken", "migrations/ops", sqlite3.OperationalError),
    ],
)
def test_broken_migrations_stop(tree: Tree, switch: str, folder: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        migrated(scripts(damaged(tree, [switch]), folder))


def test_an_unapplied_migration_would_apply(tree: Tree) -> None:
    before, after = (scripts(some, "migrations/ops") for some in (tree, damaged(tree, ["migration-unapplied"])))
    assert after[:-1] == before
    assert migrated(after) == migrated(before)


def test_faults_of_the_models_and_the_main_module(tree: Tree) -> None:
    table = "health_check_schedules"
    before, after = (kysely_model(some[KYSELY]) for some in (tree, damaged(tree, ["kysely-table-missing"])))
    assert set(before) - set(after) == {table}
    was, became = (drizzle_model(some[DRIZZLE]) for some in (tree, damaged(tree, ["drizzle-column-wrong"])))
    assert [name for name in was if was[name] != became[name]] == [table]
    for switch, missing in (("D-05", set(PAIRS.values())), ("entrypoint-not-exported", {"ContainerMonitoringOps"})):
        main = damaged(tree, [switch])[MAIN]
        assert {name for name in PAIRS.values() if f"export {{ {name} }}" not in main} == missing


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    checkout.align(())
    own = tmp_path / "orchestrator" / "notes.md"
    own.write_text("mine")
    before = {file: file.stat().st_ino for file in tmp_path.rglob("*") if file.is_file()}
    checkout.align(("source-any", "D-07", "migration-unapplied"))
    after = {file: file.stat().st_ino for file in tmp_path.rglob("*") if file.is_file()}
    changed = [file.name for file in before.keys() & after.keys() if before[file] != after[file]]
    assert changed == ["HealthOps.ts"]
    assert {str(file.relative_to(tmp_path).parent) for file in before.keys() - after.keys()} == {
        f"factories/{name}/worker" for name in ("agent-factory", "data-factory", "services-factory", "ui-factory")
    }
    assert {str(file.relative_to(tmp_path)) for file in after.keys() - before.keys()} == set(ADDED)
    Checkout(tmp_path).align(())  # as a lab does that is started later
    assert {file.relative_to(tmp_path) for file in tmp_path.rglob("*") if file.is_file()} == {
        file.relative_to(tmp_path) for file in before
    }


def test_a_lab_lists_the_migrations_of_its_checkout(tmp_path: Path) -> None:
    with started_lab(tmp_path, "--write-source", str(tmp_path / "checkout")) as lab:
        for binding, folder in FOLDERS.items():
            names = sorted(file.name for file in (lab.source / "orchestrator/migrations" / folder).iterdir())
            assert [row["name"] for row in lab.sql(binding, "select name from d1_migrations order by id")] == names
        assert (lab.source / "patchctl").stat().st_mode & 0o111
