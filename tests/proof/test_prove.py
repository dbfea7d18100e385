"""``vibehq-smoke prove`` as a person uses it."""

import gzip
import json
from pathlib import Path

import pytest

from .conftest import SECRET, Recorded


def test_a_vacuous_check_makes_it_exit_1_and_is_named_with_what_to_assert(recorded: Recorded) -> None:
    done = recorded.prove("-k", "WEAK-02")
    assert done.returncode == 1
    assert (
        "WEAK-02  vacuous: it survives every mutant of the kind 'body': say what must stand in the body" in done.stdout
    )


def test_a_proved_check_makes_it_exit_0(recorded: Recorded) -> None:
    done = recorded.prove("-k", "STRONG-01")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 vacuous, 0 weak, 0 unproved" in done.stdout


def test_waiting_costs_no_time(recorded: Recorded) -> None:
    done = recorded.proof("-k", "STRONG-03")
    late = done["by_operator"]["late"]
    assert late["caught"] == late["mutants"] >= 1
    assert done["duration_s"] < 10, "the check polls for 8 s in dozens of replays"


def test_a_sample_is_smaller_and_the_same_for_the_same_seed(recorded: Recorded) -> None:
    some = recorded.proof("--sample", "0.3", "--seed", "7")["by_check"]
    again = recorded.proof("--sample", "0.3", "--seed", "7")["by_check"]
    assert some == again
    assert len(some) == 3


def test_the_result_has_the_promised_keys(recorded: Recorded) -> None:
    told = recorded.proof("-k", "STRONG-01")
    promised = {"mutants", "caught", "vacuous", "false_alarms", "duration_s", "by_operator", "by_check"}
    assert promised <= set(told)


def test_secrets_are_not_on_tape_and_still_agree(recorded: Recorded) -> None:
    text = gzip.decompress(recorded.recording.read_bytes()).decode()
    assert SECRET not in text
    assert recorded.proof("-k", "HONEST-01")["unproved"] == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no recording that can be read"),
        (b"{}", "is no recording: vibehq-smoke run --record FILE makes one"),
        (b"\x1f\x8b broken", "is no recording that can be read"),
        (
            json.dumps({"format": "vibehq-smoke recording", "version": 99}).encode(),
            "of version 99, this harness reads 1",
        ),
        (json.dumps({"format": "vibehq-smoke recording", "version": 1}).encode(), "is a damaged recording"),
    ],
)
def test_a_file_that_is_no_recording_is_refused(recorded: Recorded, tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "file.json"
    file.write_bytes(content)
    done = Recorded(recorded.folder, file).prove()
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_check_is_refused_with_the_nearest(recorded: Recorded) -> None:
    done = recorded.prove("-k", "STRONG-1")
    assert done.returncode == 2
    assert "did you mean 'STRONG-" in done.stderr


def test_a_recording_and_a_target_exclude_each_other(recorded: Recorded) -> None:
    done = recorded.prove("--target", "stub")
    assert done.returncode == 2
    assert "exclude each other" in done.stderr


OPERATOR = """
from vibehq_smoke import hookimpl
from vibehq_smoke.proof import Change, Operator


def _teapot(subject):
    if subject.kind == "http":
        yield Change("a teapot", {number: one | {"status": 418} for number, one in subject.answers.items()})


@hookimpl
def vibehq_mutation_operators():
    return [Operator("teapot", "status", _teapot)]
"""


def test_a_plugin_adds_an_operator(recorded: Recorded) -> None:
    plugin = recorded.folder / "plugins" / "teapot.py"
    plugin.write_text(OPERATOR)
    try:
        told = recorded.proof("-k", "STRONG-01")
    finally:
        plugin.unlink()
    assert told["by_operator"]["teapot"]["caught"] == 1
