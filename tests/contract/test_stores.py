"""Contract 1.3 and section 5: four databases, their tables, seeds and migrations, read by SQL."""

import sqlite3
from contextlib import closing

import pytest

from .caller import Caller, json_of
from .checkout import migrations, wranglers
from .operators import Operator
from .running import Platform
from .tables import DEFAULTS, TABLES, UNIQUE

EVERY_TABLE = [(db, table) for db, tables in TABLES.items() for table in tables]
CATEGORIES = {"unit", "integration", "performance", "security", "ai"}


def columns(operator: Operator, db: str, table: str) -> dict[str, str | None]:
    """Column names of a table and their defaults as SQL text."""
    rows = operator.rows(db, "select name, dflt_value from pragma_table_info(?)", table)
    return {row["name"]: row["dflt_value"] for row in rows}


@pytest.mark.parametrize("db", TABLES)
def test_a_database_answers(operator: Operator, db: str) -> None:
    """INF-01."""
    assert operator.rows(db, "select 1 as one") == [{"one": 1}]


@pytest.mark.parametrize(("db", "table"), EVERY_TABLE, ids=[f"{db}.{table}" for db, table in EVERY_TABLE])
def test_a_table_has_its_columns(operator: Operator, db: str, table: str) -> None:
    """Section 5, and D-04 the other way round: the tables that no migration creates as built exist."""
    there = columns(operator, db, table)
    assert there, f"{db} has no table {table}"
    assert set(TABLES[db][table].split()) <= set(there)


@pytest.mark.parametrize(("db", "table", "names"), UNIQUE, ids=[f"{db}.{table}" for db, table, _ in UNIQUE])
def test_what_must_be_unique_is(operator: Operator, db: str, table: str, names: tuple[str, ...]) -> None:
    """Section 5: unique columns and combinations."""
    indexes = operator.rows(db, 'select name from pragma_index_list(?) where "unique" = 1', table)
    covered = [
        {row["name"] for row in operator.rows(db, "select name from pragma_index_info(?)", index["name"])}
        for index in indexes
    ]
    assert any(
        all(any(name in column for column in group) for name in names) and len(group) == len(names) for group in covered
    )


@pytest.mark.parametrize(("db", "table", "column", "value"), DEFAULTS, ids=[f"{d[1]}.{d[2]}" for d in DEFAULTS])
def test_a_column_has_its_default(operator: Operator, db: str, table: str, column: str, value: str) -> None:
    """Section 5: ``name=value``."""
    default = columns(operator, db, table)[column]
    assert default is not None
    assert default.strip("'\"") == value


def test_worker_rows_belong_to_runs(operator: Operator) -> None:
    """5.4: ``health_check_uuid`` is a foreign key."""
    keys = operator.rows("DB_HEALTH", 'select "table", "from" from pragma_foreign_key_list(?)', "worker_health_checks")
    assert {"table": "health_checks", "from": "health_check_uuid"} in keys


@pytest.mark.parametrize("db", TABLES)
def test_migrations_apply_to_an_empty_database(platform: Platform, db: str) -> None:
    """INF-03 (S): in wrangler's order without an error, and then the tables of section 5 are there."""
    files = migrations(wranglers(platform.source)["vibehq-orchestrator"], db)
    assert files
    with closing(sqlite3.connect(":memory:")) as scratch:
        for file in files:
            scratch.executescript(file.read_text())
        there = {name for (name,) in scratch.execute("select name from sqlite_master where type = 'table'")}
    assert set(TABLES[db]) <= there


@pytest.mark.parametrize("db", TABLES)
def test_the_live_database_has_the_files_applied(platform: Platform, operator: Operator, db: str) -> None:
    """INF-03 (O): ``d1_migrations`` lists the files, in their order."""
    files = migrations(wranglers(platform.source)["vibehq-orchestrator"], db)
    applied = operator.rows(db, "select name from d1_migrations order by id")
    assert [row["name"] for row in applied] == [file.name for file in files]


def test_the_daily_schedule_is_seeded(operator: Operator) -> None:
    """5.4 health_check_schedules."""
    select = "select cron_expression, timeout_minutes from health_check_schedules where name = 'daily_health_check'"
    assert operator.rows("DB_HEALTH", select) == [{"cron_expression": "0 2 * * *", "timeout_minutes": 45}]


def test_fifteen_test_profiles_are_seeded(operator: Operator) -> None:
    """HLT-12, 5.4, D-03: fifteen, each name once, categories and schedules of the vocabulary."""
    profiles = operator.rows("DB_HEALTH", "select name, category, schedule from test_profiles")
    assert len(profiles) == 15
    assert len({profile["name"] for profile in profiles}) == 15
    assert {profile["category"] for profile in profiles} <= CATEGORIES
    assert {profile["schedule"] for profile in profiles} <= {"hourly", "daily", "weekly"}


def test_the_health_entrypoint_reads_the_seeds(operator: Operator) -> None:
    """HLT-12: enabled profiles, results and usage as arrays."""
    answer = operator.rpc("ORCHESTRATOR_HEALTH", "handleRequest", {"getTestProfiles": {"enabledOnly": True}})
    enabled = operator.rows("DB_HEALTH", "select count(*) as n from test_profiles where enabled = 1")[0]["n"]
    assert len(answer["testProfiles"]) == enabled > 0


@pytest.mark.parametrize("request_", [{"getTestResults": {"limit": 1}}, {"getAiUsageStats": {"days": 7}}], ids=repr)
def test_the_health_entrypoint_answers_arrays(operator: Operator, request_: dict[str, object]) -> None:
    """HLT-12."""
    answer = operator.rpc("ORCHESTRATOR_HEALTH", "handleRequest", request_)
    assert any(isinstance(value, list) for value in answer.values())


@pytest.mark.parametrize(
    ("specialist", "event"),
    [
        ("docstring-architect", "code-generation-complete"),
        ("lint-surgeon", "lint-errors-detected"),
        ("dependency-auditor", "dependency-changed"),
    ],
)
def test_a_specialist_trigger_is_seeded(operator: Operator, specialist: str, event: str) -> None:
    """5.1 specialist_triggers."""
    rows = operator.rows("DB_OPS", "select * from specialist_triggers")
    assert any({specialist, event} <= set(map(str, row.values())) for row in rows)


@pytest.mark.parametrize(
    "statement", ["delete from tasks", "update tasks set id = 0", "drop table tasks", "select 1; delete from tasks"]
)
def test_the_operator_reads_only(operator: Operator, statement: str) -> None:
    """2.0 operator channel: read-only by default."""
    answer = operator.http.post("/sql", json={"db": "DB_OPS", "select": statement})
    assert 400 <= answer.status_code < 500
    assert json_of(answer, answer.status_code)["error"]


def test_a_read_of_hil_requests_is_logged(hq: Caller, operator: Operator) -> None:
    """INF-01: the HTTP proxy for DB_OPS writes an operation log too."""
    before = operator.count("DB_OPS", "operation_logs")
    hq.read("/api/hil/requests", limit=1)
    assert operator.count("DB_OPS", "operation_logs") > before
