"""Checks of every way in, and some of the others by lot, proved on a run of the embedded platform."""

import json
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

from vibehq_smoke.host import shipped
from vibehq_smoke.proved import load

from .conftest import SMOKE

WAYS = ("API-07", "HLT-06", "WRK-08", "WRK-11", "PAT-01", "INF-12", "HLT-14", "PAT-03", "PAT-04")
"""HTTP with rows, callbacks, callbacks that are retried, sockets, programs, files, the type checker, frames."""

SUITE = """\
[suite]
name = "ways-in"
[suite.select]
ids = {ids}
"""
SEED = 5
SOME = 8
CHEAP = 60
"""Replays of a check that may be drawn."""


def drawn() -> list[str]:
    """Some of the shipped checks that are quickly proved, and need no browser."""
    families: dict[str, list[str]] = {}
    for id_, one in sorted(load(shipped("plugins") / "proof.json").items()):
        family = id_.partition("[")[0]
        if one.mutants + one.equivalent + one.harmless <= CHEAP and family not in WAYS and not family.startswith("UI-"):
            families.setdefault(family, []).append(id_)
    lot = random.Random(SEED)  # noqa: S311 - a sample, not a secret
    return [lot.choice(families[family]) for family in lot.sample(sorted(families), SOME)]


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder: Path = tmp_path_factory.mktemp("ways")
    (folder / "ways.toml").write_text(SUITE.format(ids=json.dumps([*WAYS, *drawn()])))
    command = [SMOKE, "prove", "ways.toml", "--json", "proof.json", "--jobs", "2"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert (folder / "proof.json").is_file(), done.stdout + done.stderr
    document: dict[str, Any] = json.loads((folder / "proof.json").read_text())
    return document


def test_every_check_that_passed_replays_as_passed(proof: dict[str, Any]) -> None:
    at_replay = [reason for reason in proof["unproved"].values() if "at its replay" in reason]
    assert at_replay == []


def test_none_of_those_drawn_by_lot_is_vacuous(proof: dict[str, Any]) -> None:
    several = {id_: proof["by_check"][id_] for id_ in drawn() if id_ not in proof["unproved"]}
    assert len(several) > SOME / 2, proof["unproved"]
    assert {id_: one["vacuous"] for id_, one in several.items() if one["vacuous"]} == {}
    assert [id_ for id_, one in several.items() if not one["caught"]] == []


def test_harmless_changes_alarm_nobody(proof: dict[str, Any]) -> None:
    assert proof["harmless"]
    assert proof["false_alarms"] == []


@pytest.mark.parametrize(
    "operator", ["callback-late", "callback-missing", "command-fails", "frame-missing", "file-missing", "late", "reset"]
)
def test_what_goes_wrong_on_each_way_is_noticed(proof: dict[str, Any], operator: str) -> None:
    score = proof["by_operator"][operator]
    assert score["caught"] > 0, score


def test_the_answers_past_the_deadline_cost_no_time(proof: dict[str, Any]) -> None:
    assert proof["duration_s"] < 60
