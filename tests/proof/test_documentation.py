"""Every operator and every rule stands in the documentation, as the code says it."""

from pathlib import Path

import pytest

from vibehq_smoke.proof.mutants import Operator
from vibehq_smoke.proof.operators import shipped_operators
from vibehq_smoke.proof.rules import Rule
from vibehq_smoke.proof.twins import TWINS

PAGE = (Path(__file__).parents[2] / "docs" / "proving.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("operator", shipped_operators(), ids=lambda one: one.name)
def test_an_operator_is_documented(operator: Operator) -> None:
    kind = "" if operator.harmless else f" {operator.family} |"
    assert f"| `{operator.name}` |{kind} {operator.meaning} |" in PAGE


@pytest.mark.parametrize("rule", Rule)
def test_a_rule_is_documented(rule: Rule) -> None:
    assert f"- {rule.value}\n" in PAGE


@pytest.mark.parametrize("twin", TWINS, ids=lambda one: one.name)
def test_a_twin_is_documented(twin: object) -> None:
    assert f"| `{getattr(twin, 'name', '')}` |" in PAGE
