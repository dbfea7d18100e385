"""Every run cleans up after itself (``running.started`` looks), also beside another one."""

import signal
import time
from pathlib import Path

import pytest

from .running import SMOKE, Run, smoke, started


def test_two_runs_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    words = (SMOKE, "run", "--out", "out", "--category", "api")
    with (
        started(*words, folder=folders[0]) as first,
        started(*words, "--fault", "d1-ops-down", folder=folders[1]) as other,
    ):
        healthy, faulty = first.finish(), other.finish()
    assert healthy.code == 0, healthy.said
    assert healthy.record["totals"]["passed"] >= 8
    assert faulty.code == 1, faulty.said
    assert faulty.record["root_causes"] == ["d1-ops"]
    assert {run.record["run"]["base_url"] for run in (healthy, faulty)} != {healthy.record["run"]["base_url"]}


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_while_the_platform_starts_leaves_nothing(tmp_path: Path, sent: signal.Signals) -> None:
    with started(SMOKE, "run", "--out", "out", folder=tmp_path) as watched:
        while len(watched.running()) < 2:
            assert watched.process.poll() is None
            time.sleep(0.005)
        watched.process.send_signal(sent)
        done = watched.finish(30)
    assert done.code == 130, done.said
    assert "Traceback" not in done.said


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("run", "--fault", "no-such-fault"), 2),
        (("run", "-k", "no-such-check"), 2),
        (("run", "--sink", "nowhere"), 2),
        (("doctor",), 0),
    ],
)
def test_an_embedded_platform_that_was_started_in_vain_is_gone(
    tmp_path: Path, arguments: tuple[str, ...], code: int
) -> None:
    done: Run = smoke(*arguments, folder=tmp_path)
    assert done.code == code, done.said
    assert "Traceback" not in done.said
