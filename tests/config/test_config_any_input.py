"""Whatever stands in a file, it loads or gives one message with a line; nothing else ever comes out."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibehq_smoke.config import load_config, load_suite
from vibehq_smoke.config.document import shown_path
from vibehq_smoke.errors import ConfigError

NAMES = """
    base_url environment workers auth service_auth operator source in_flight kind token_env token url type name
    databases DB_OPS select gates latency all p50_ms fail_on ids override needs deadline_s priority [key] x.y
    issues maintenance from to components quarantine check until owners pattern close_after milestone marker_key_env
"""
KEYS = st.sampled_from(NAMES.split())
WORDS = "local staging bearer login embedded cloudflare https://hq.example https://u:hunter2@hq.example ${A} ${B:-x} ${"
SCALARS = st.one_of(
    st.sampled_from([*WORDS.split(), "", "p0", "failed", "."]),
    st.sampled_from([date(2026, 5, 1), datetime(2026, 5, 1, 22), datetime(2026, 5, 1, 22, tzinfo=UTC)]),  # noqa: DTZ001 - TOML has times without a zone, too
    st.integers(-1, 2),
    st.floats(width=16),
    st.booleans(),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=15,
)
TABLES = st.dictionaries(KEYS, TREES, max_size=6)
REQUIRED = {"base_url": "https://hq.example", "environment": "local"}


def written(value: Any) -> str:
    """``value`` as TOML, on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {written(entry)}' for key, entry in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(written(entry) for entry in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    return f'"{value}"' if isinstance(value, str) else str(value)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any") / "any.toml"


def lines(header: str, table: dict[str, Any]) -> str:
    return header + "".join(f'"{key}" = {written(value)}\n' for key, value in table.items())


def problem(load: Callable[[], object]) -> str | None:
    try:
        load()
    except ConfigError as error:
        return str(error)
    return None


def is_one_located_message(message: str, file: Path) -> bool:
    return (
        re.fullmatch(re.escape(str(shown_path(file))) + r":\d+: [^\n]+", message) is not None
        and "hunter2" not in message
    )


@given(table=TABLES, complete=st.booleans())
def test_any_target(file: Path, table: dict[str, Any], complete: bool) -> None:
    file.write_text(lines("[targets.x]\n", table | REQUIRED if complete else table), encoding="utf-8")
    message = problem(lambda: load_config(file, env={"A": "a"}).target("x"))
    assert message is None or is_one_located_message(message, file)


@given(TABLES)
def test_any_issues(file: Path, table: dict[str, Any]) -> None:
    file.write_text(lines("[issues]\n", table), encoding="utf-8")
    message = problem(lambda: load_config(file, env={"A": "a"}).issues)
    assert message is None or is_one_located_message(message, file)


@given(TABLES)
def test_any_suite(file: Path, table: dict[str, Any]) -> None:
    file.write_text(lines("[suite]\n", table), encoding="utf-8")
    message = problem(lambda: load_suite(file, env={"A": "a"}))
    assert message is None or is_one_located_message(message, file)
