"""Nothing of a lab is left, not even when it is killed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.lab.running import PATIENCE, command, wait_for
from vibehq_smoke.lab.guardian import Guardian

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9 and no process group")
SLEEPER = "import time; print('up', flush=True); time.sleep(600)"


@contextmanager
def process_group() -> Iterator["subprocess.Popen[bytes]"]:
    """A process of its own group that sleeps."""
    process = subprocess.Popen([sys.executable, "-c", SLEEPER], stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout is not None
    with process.stdout as output:
        output.readline()
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def test_a_guardian_ends_what_it_adopted_and_nothing_else() -> None:
    guardian = Guardian.start()
    with process_group() as adopted, process_group() as released:
        for process in (adopted, released):
            guardian.adopt(process.pid)
        guardian.release(released.pid)
        guardian.close()
        assert adopted.wait(PATIENCE) < 0
        assert released.poll() is None


def test_a_guardian_removes_what_it_was_told_of(tmp_path: Path) -> None:
    scratch, alone, beside = tmp_path / "scratch", tmp_path / "alone" / "file", tmp_path / "other" / "file"
    for path in (scratch / "deep" / "file", alone, beside, beside.with_name("kept")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    guardian = Guardian.start()
    for path in (scratch, alone, beside, tmp_path / "never-there"):
        guardian.remove(path)
    guardian.close()
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")) == ["other", "other/kept"]


def test_without_a_guardian_nothing_happens(tmp_path: Path) -> None:
    guardian = Guardian.none()
    guardian.remove(tmp_path)
    guardian.adopt(os.getpid())
    guardian.close()
    assert tmp_path.is_dir()


@pytest.mark.parametrize("parent", [True, False])
def test_a_lab_that_is_killed_leaves_nothing(tmp_path: Path, *, parent: bool) -> None:
    scratch, config = tmp_path / "scratch", tmp_path / "config" / "smoke.toml"
    scratch.mkdir()
    config.parent.mkdir()
    options = ("--parent",) if parent else ()
    with subprocess.Popen(
        command("--quiet", "--write-config", str(config), *options),
        stdin=subprocess.PIPE, env=os.environ | {"TMPDIR": str(scratch)},
    ) as process:  # fmt: skip
        wait_for(config.exists)
        guardian = the_child_of(process.pid)
        assert len(list(scratch.iterdir())) == (1 if parent else 2)
        process.kill()
    wait_for(lambda: not alive(guardian))
    assert list(scratch.iterdir()) == []
    assert config.exists() is not parent


def the_child_of(pid: int) -> int:
    """Id of the only child of a process."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = (line.split() for line in listed.stdout.splitlines())
    [child] = [int(own) for own, its_parent in pairs if int(its_parent) == pid]
    return child


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and that nobody waited for does not."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listed.stdout.strip()[:1] not in ("", "Z")


def test_what_is_told_to_a_guardian_may_be_any_path(tmp_path: Path) -> None:
    odd = tmp_path / 'a "quoted"\nname'
    odd.mkdir()
    guardian = Guardian.start()
    guardian.remove(odd)
    guardian.close()
    assert json.dumps([path.name for path in tmp_path.iterdir()]) == "[]"
