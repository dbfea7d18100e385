"""The ``smoke.toml`` that ``init`` writes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from vibehq_smoke.config import Config, IssuePolicy, Target, init_text, load_config
from vibehq_smoke.config.tables import keys
from vibehq_smoke.errors import UsageError

ENV = {
    "VIBEHQ_TOKEN": "a",
    "VIBEHQ_SERVICE_TOKEN": "b",
    "CLOUDFLARE_API_TOKEN": "c",
    "CLOUDFLARE_ACCOUNT_ID": "d",
}


def uncommented(text: str) -> str:
    """With every commented setting switched on; remarks have a space after their mark, settings have none."""
    return re.sub(r"(?m)^#(?=\S)", "", text)


@pytest.mark.parametrize("names", [(), ("local",), ("staging", "production"), ("a.b", "eu-1")])
def test_it_loads_as_it_is_and_with_everything_switched_on(names: tuple[str, ...], write: Callable[..., Path]) -> None:
    text = init_text(*names)
    expected = list(names or ("staging",))
    as_it_is = load_config(write(text), env={})
    assert [as_it_is.target(name).name for name in as_it_is.targets] == expected
    full = load_config(write(uncommented(text)), env=ENV)
    for name in expected:
        target = full.target(name)
        assert target.secrets() == ("a", "b", "c")
        assert set(target.workers) == {"agent-factory", "ops-conflict-specialist"}


def test_every_setting_is_there(config: Callable[..., Config]) -> None:
    full = config(uncommented(init_text("x")), **ENV)
    assert full.target("x").model_fields_set >= set(keys(Target))
    assert full.issues.model_fields_set == set(keys(IssuePolicy))
    for table in (*full.issues.maintenance, *full.issues.quarantine, *full.issues.owners):
        assert table.model_fields_set == set(type(table).model_fields)


def test_as_it_is_only_the_required_settings_are_set(config: Callable[..., Config]) -> None:
    found = config(init_text("x"))
    target = found.target("x")
    assert target == Target(name="x", base_url=target.base_url, environment="staging")
    assert not found.issues.model_fields_set


def test_the_settings_for_issues_are_the_defaults(config: Callable[..., Config]) -> None:
    issues = config(uncommented(init_text("x")), **ENV).issues
    assert issues.model_copy(update={"maintenance": (), "quarantine": (), "owners": ()}) == IssuePolicy()


def test_names_choose_their_environment(config: Callable[..., Config]) -> None:
    found = config(init_text("local", "staging", "production", "eu"))
    assert {name: found.target(name).environment for name in found.targets} == {
        "local": "local",
        "staging": "staging",
        "production": "production",
        "eu": "staging",
    }
    assert found.target("production").read_only


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (("my staging",), "'my staging' is no target name: A-Z a-z 0-9 . _ -"),
        (('x"]',), "is no target name"),
        (("a", "b", "a"), "the target 'a' is named twice"),
    ],
)
def test_names_that_cannot_be_targets_are_refused(names: tuple[str, ...], problem: str) -> None:
    with pytest.raises(UsageError) as raised:
        init_text(*names)
    assert problem in str(raised.value)
