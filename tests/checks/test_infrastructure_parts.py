"""What the checks of infrastructure are made of: exports, type models, migrations, settings."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from plugins._support.bindings import ENTRYPOINTS, ORCHESTRATOR, exports, missing_bindings, wrong_pairs
from plugins._support.migrations import complaints_about, in_order, same_numbers, tables_made, try_out
from plugins._support.rpc_models import Provider
from plugins._support.settings import unobserved, unset_variables, unversioned
from plugins._support.tables import EXPECTED, home_of
from plugins._support.type_checks import concerning
from plugins._support.type_models import complaints_about as model_complaints
from plugins._support.type_models import drizzle_tables, kysely_tables

from vibehq_smoke.errors import Skipped
from vibehq_smoke.platform.wrangler_files import WranglerFile

NAMES = ["012_b.sql", "0002_health.sql", "002_ops.sql", "0001_a.sql", "10_c.sql", "0002_nebulous.sql", "init.sql"]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("export class A {}\nexport default {};", {"A"}),
        ("export abstract class A {}\nexport const b = 1;\nexport async function c() {}", {"A", "b", "c"}),
        ('export { A, B as C, type D } from "./x";', {"A", "C"}),
        ("class A {}\nexport { A };", {"A"}),
        ("// export class A {}\nconst s = 'export class B {}';\nx.export;", set()),
        ("export interface A {}\nexport type B = string;\nexport type { C };", set()),
        ('export * from "./other";', {"Other"}),
        ('export * from "./folder";', {"Inner"}),
        ('export * from "./missing";\nexport * from "package";', set()),
        ('export * from "./main";', set()),
    ],
)
def test_exports_are_those_of_values(tmp_path: Path, source: str, names: set[str]) -> None:
    (tmp_path / "main.ts").write_text(source)
    (tmp_path / "other.ts").write_text("export class Other {}")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/index.ts").write_text("export class Inner {}")

    assert exports(tmp_path / "main.ts") == names


def config(**values: Any) -> WranglerFile:
    """A wrangler file with these values."""
    return WranglerFile(Path("wrangler.jsonc"), values)


def services(**changes: Any) -> list[dict[str, Any]]:
    """All 18 bindings; ``changes`` by entrypoint."""
    pairs = [{"binding": b, "service": ORCHESTRATOR, "entrypoint": e} for b, e in ENTRYPOINTS.items()]
    return [pair | changes.get(pair["entrypoint"], {}) for pair in pairs]


def test_all_18_pairs_are_wanted_as_they_are() -> None:
    assert len(ENTRYPOINTS) == 18
    assert wrong_pairs(config(services=services())) == []
    assert missing_bindings(config(name="ui-factory", services=services())) == []
    assert len(wrong_pairs(config())) == 18
    assert wrong_pairs(config(services=services(Tasks={"entrypoint": None}))) == [
        "ORCHESTRATOR_TASKS leads to None of vibehq-orchestrator instead of Tasks of vibehq-orchestrator"
    ]
    assert wrong_pairs(config(services=services(Tasks={"service": "other"}))) == [
        "ORCHESTRATOR_TASKS leads to Tasks of other instead of Tasks of vibehq-orchestrator"
    ]


def test_the_orchestrator_uses_four_services() -> None:
    assert missing_bindings(config(name=ORCHESTRATOR)) == [
        "CONFLICT_SPECIALIST",
        "DELIVERY_REPORT_SPECIALIST",
        "ORCHESTRATOR_PATCH",
        "ORCHESTRATOR_HEALTH",
    ]


def test_migrations_stand_in_wranglers_order() -> None:
    ordered = ["0001_a.sql", "0002_health.sql", "0002_nebulous.sql", "002_ops.sql", "10_c.sql", "012_b.sql", "init.sql"]

    assert in_order(NAMES) == ordered
    assert same_numbers(in_order(NAMES)) == ["0002_health.sql", "0002_nebulous.sql", "002_ops.sql"]


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    """The folder that all four databases share where no wrangler file says otherwise."""
    folder = tmp_path / "orchestrator/migrations"
    folder.mkdir(parents=True)
    return folder


def problems(checkout: Path) -> dict[str, list[str]]:
    """What is wrong with the migrations of each database."""
    trials = asyncio.run(try_out(checkout))
    return {trial.binding: [one.what for one in complaints_about(trial)] for trial in trials}


def statements() -> Iterator[str]:
    """SQL that makes every table that is expected anywhere."""
    for tables in EXPECTED.values():
        for name, columns in tables.items():
            yield f"CREATE TABLE {name} ({', '.join(sorted(columns)) or 'id'});\n"


def test_one_folder_may_serve_all_databases(tmp_path: Path, migrations: Path) -> None:
    (migrations / "0001_all.sql").write_text("".join(statements()))

    assert problems(tmp_path) == {"DB_OPS": [], "DB_PROJECTS": [], "DB_CHATS": [], "DB_HEALTH": []}


def test_a_missing_table_and_a_missing_column_are_named(tmp_path: Path, migrations: Path) -> None:
    (migrations / "0001_all.sql").write_text("".join(statements()))
    (migrations / "0002_less.sql").write_text("DROP TABLE users; ALTER TABLE conversation_logs DROP COLUMN role;")

    found = problems(tmp_path)

    assert found["DB_OPS"] == ["DB_OPS: no migration creates the table users"]
    assert found["DB_CHATS"] == ["DB_CHATS: conversation_logs has no column role"]


def test_what_does_not_apply_stops_the_rest(tmp_path: Path, migrations: Path) -> None:
    (migrations / "0001_a.sql").write_text("CREATE TABLE a (b CHECK (b IN (1)));")
    (migrations / "0002_b.sql").write_text("INSERT INTO a VALUES (2);")
    (migrations / "0003_c.sql").write_text("SELECT 1;")

    (first,) = problems(tmp_path)["DB_OPS"]
    assert first.startswith("DB_OPS: 0002_b.sql does not apply: CHECK constraint failed")
    assert first.endswith("1 later migration(s) stay pending")
    assert asyncio.run(tables_made(tmp_path)) == ({}, list(EXPECTED))


def test_migrations_cannot_reach_files_of_this_machine(tmp_path: Path, migrations: Path) -> None:
    (migrations / "0001_a.sql").write_text(f"ATTACH '{tmp_path / 'made.db'}' AS made; CREATE TABLE made.x (y);")

    assert "not authorized" in problems(tmp_path)["DB_OPS"][0]
    assert not (tmp_path / "made.db").exists()


def test_each_database_has_the_folder_that_its_binding_names(tmp_path: Path, migrations: Path) -> None:
    databases = [{"binding": "DB_CHATS", "migrations_dir": "sql/chats"}, {"binding": "OTHER", "migrations_dir": "x"}]
    (tmp_path / "orchestrator/wrangler.jsonc").write_text(json.dumps({"d1_databases": databases}))
    (tmp_path / "orchestrator/sql/chats").mkdir(parents=True)
    (tmp_path / "orchestrator/sql/chats/1_a.sql").write_text("CREATE TABLE conversation_logs (id);")

    trials = {trial.binding: trial for trial in asyncio.run(try_out(tmp_path))}

    assert trials["DB_CHATS"].names == ("1_a.sql",)
    assert trials["DB_CHATS"].tables == {"conversation_logs": frozenset({"id"})}
    assert trials["DB_OPS"].names == ()


def test_without_migrations_there_is_nothing_to_try(tmp_path: Path) -> None:
    with pytest.raises(Skipped, match="set source to a checkout"):
        asyncio.run(try_out(tmp_path))


KYSELY = """
import { Generated } from "kysely";
/* interface Hidden { a: string } */
export interface UsersTable extends Base { id: Generated<number>; readonly email: string | null
  "display name"?: Array<{ a: string; b: number }>; }
export type LogTable = { level: "debug" | "info", details: (row: string) => void };
interface DB { users: UsersTable; operation_logs: LogTable; other: string }
"""
DRIZZLE = """
export const users = sqliteTable("users", {
  id: integer("id").primaryKey({ autoIncrement: true }), // sqliteTable("hidden", { a: text("a") })
  displayName: text("display_name", { enum: ["a", "b"] }).notNull().default(sql`{"x": 1}`),
  email: text().unique(),
  role: text({ length: 3 }),
}, (table) => [index("users_email").on(table.email)]);
export const empty = sqliteTable('empty', {});
"""


def test_the_models_tables_are_read_from_typescript() -> None:
    assert kysely_tables(KYSELY) == {
        "users": {"id", "email", "display name"},
        "operation_logs": {"level", "details"},
    }
    assert drizzle_tables(DRIZZLE) == {"users": {"id", "display_name", "email", "role"}, "empty": set()}


@pytest.mark.parametrize(
    "source", ["", "interface", "interface X {", 'sqliteTable("x", {', "type A = {", "}}}", "a: b: c:"]
)
def test_half_a_source_gives_no_error(source: str) -> None:
    assert kysely_tables(source) == {}
    assert drizzle_tables(source) in ({}, {"x": set()})


def test_a_model_is_compared_with_the_contract_and_the_migrations() -> None:
    tables = {name: columns | {"id"} for group in EXPECTED.values() for name, columns in group.items()}
    made = dict(tables)

    assert list(model_complaints("m", tables, made)) == []
    assert list(model_complaints("m", tables, {})) == []
    invented = tables | {"ai_provider_executions": tables["ai_provider_executions"] | {"execution_time_ms"}}
    (one,) = model_complaints("m", invented, made)
    assert (one.component, one.what) == (
        "d1-ops",
        "m: no migration gives ai_provider_executions a column execution_time_ms",
    )
    del tables["test_profiles"]
    assert [one.component for one in model_complaints("m", tables, made)] == ["d1-health"]
    assert home_of("conversation_logs") == "d1-chats"
    assert home_of("nobody_knows") is None


def test_only_errors_about_the_databases_concern_them() -> None:
    ours = ["@shared/types/db.ts(1,1): error", "orchestrator\\worker\\database\\schema.ts(1,1): error"]
    others = ["orchestrator/worker/index.ts(1,1): error TS1: about @shared/types/db.ts"]

    assert concerning([*ours, *others]) == ours


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ({"enabled": True, "head_sampling_rate": 1}, ""),
        ({"enabled": True, "head_sampling_rate": 0.01}, ""),
        ({"enabled": True}, ""),
        ({}, "observability is not enabled"),
        ({"enabled": "true"}, "observability is not enabled"),
        ({"enabled": True, "head_sampling_rate": 0}, "head_sampling_rate is 0; it must be"),
        ({"enabled": True, "head_sampling_rate": 2}, "head_sampling_rate is 2; it must be"),
        ({"enabled": True, "head_sampling_rate": True}, "head_sampling_rate is True; it must be"),
    ],
)
def test_observability_wants_a_share_of_the_requests(value: dict[str, Any], wrong: str) -> None:
    assert wrong in "".join(unobserved(config(observability=value)))
    assert bool(list(unobserved(config(observability=value)))) is bool(wrong)


def test_the_version_is_bound_by_its_own_name() -> None:
    assert list(unversioned(config(version_metadata={"binding": "CF_VERSION_METADATA"}))) == []
    assert list(unversioned(config())) == ["CF_VERSION_METADATA is not bound"]
    assert list(unversioned(config(version_metadata={"binding": "V"}))) == [
        "version_metadata binds 'V' instead of CF_VERSION_METADATA"
    ]


@pytest.fixture
def hq() -> Any:
    """Stands for ``hq``, of which only the workers matter here."""
    return SimpleNamespace(workers={"ui-factory": None})


@pytest.mark.parametrize(
    ("targets", "wrong"),
    [
        ('[{"name": "a", "url": "http://x"}]', ""),
        ('[{"worker": "a", "binding": "A"}]', ""),
        ("", "is empty"),
        (None, "is empty"),
        ("[]", "is no JSON array with targets in it"),
        ('{"a": "http://x"}', "is no JSON array with targets in it"),
        ("a=b", "is no JSON"),
        ('[{"url": "http://x"}]', "has targets without a name"),
    ],
)
def test_health_targets_are_an_array_of_named_targets(hq: Any, targets: str | None, wrong: str) -> None:
    judge = unset_variables(hq)
    file = config(
        name=ORCHESTRATOR,
        vars={"WORKER_NAME": "orchestrator", "WORKER_TYPE": "control-plane", "HEALTH_WORKER_TARGETS": targets},
    )

    assert wrong in "".join(judge(file))
    assert bool(list(judge(file))) is bool(wrong)


def test_a_display_name_is_no_worker_name(hq: Any) -> None:
    judge = unset_variables(hq)

    assert list(judge(config(name="ui-factory", vars={"WORKER_NAME": "UI Factory", "WORKER_TYPE": " "}))) == [
        "WORKER_NAME is 'UI Factory' instead of 'ui-factory'",
        "WORKER_TYPE is not set in vars",
    ]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"available": False, "configured": True}, True),
        ({"available": False}, False),
        ({"available": False, "configured": False}, False),
        ({"available": True}, True),
    ],
)
def test_a_provider_is_expected_when_it_has_a_key_as_far_as_that_is_told(told: dict[str, Any], expected: bool) -> None:
    assert Provider.model_validate({"providerId": "a"} | told).is_expected is expected


def test_an_empty_migration_is_named(tmp_path: Path, migrations: Path) -> None:
    (migrations / "0001_all.sql").write_text("".join(statements()))
    (migrations / "0002_void.sql").write_text("-- void on purpose\n")
    (migrations / "0003_empty.sql").write_text("\n")

    assert problems(tmp_path)["DB_OPS"] == ["DB_OPS: 0003_empty.sql is empty, so that it applies and changes nothing"]
