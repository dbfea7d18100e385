"""``docs/lab.md`` says what the lab has."""

import re

import pytest

from tests.lab.table import PAGE, page_with_table
from vibehq_smoke.lab.command import main
from vibehq_smoke.lab.faults import Switch
from vibehq_smoke.lab.switches import ALL


def test_the_table_of_faults_is_fresh() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page_with_table(page) == page, "stale: python -m tests.lab.table"


def test_every_option_is_described(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    described = set(re.findall(r"`(--[a-z-]+)", PAGE.read_text(encoding="utf-8")))
    assert options == described


@pytest.mark.parametrize("switch", ALL, ids=lambda switch: switch.id)
def test_a_switch_is_described_in_one_line(switch: Switch) -> None:
    assert 10 < len(switch.summary) < 110
    assert "\n" not in switch.summary
    assert not switch.summary.endswith(".")
