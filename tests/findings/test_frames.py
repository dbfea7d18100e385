"""The innermost frame of the project's own, from the tracebacks that Python really writes."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from vibehq_smoke.findings import top_frame

CHECKS = """
import asyncio, json
from helping import helpers

def by_itself():
    raise AssertionError("no")

def in_a_helper():
    helpers.look()

def in_a_library():
    json.loads("{")

def after_another():
    try:
        helpers.look()
    except AssertionError as error:
        raise ValueError("worse") from error

def in_a_callback():
    (lambda: helpers.look())()

async def _together():
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.to_thread(helpers.look))
        group.create_task(asyncio.to_thread(by_itself))

def in_a_group():
    asyncio.run(_together())
"""

Tracer = Callable[[str], str]


@pytest.fixture
def trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tracer]:
    """The traceback of a function of the plugin ``checks/mine.py``."""
    (tmp_path / "checks" / "helping").mkdir(parents=True)
    (tmp_path / "checks" / "mine.py").write_text(CHECKS)
    (tmp_path / "checks" / "helping" / "helpers.py").write_text("def look():\n    assert 1 == 2\n")
    monkeypatch.syspath_prepend(tmp_path / "checks")
    spec = importlib.util.spec_from_file_location("mine", tmp_path / "checks" / "mine.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def traced(name: str) -> str:
        try:
            getattr(module, name)()
        except Exception as error:
            return "".join(traceback.format_exception(error))
        raise AssertionError("nothing was raised")

    yield traced
    for name in ("helping.helpers", "helping"):
        del sys.modules[name]


@pytest.mark.parametrize(
    ("function", "frame"),
    [
        ("by_itself", "mine.py:by_itself"),
        ("in_a_helper", "helping/helpers.py:look"),
        ("in_a_library", "mine.py:in_a_library"),
        ("after_another", "mine.py:after_another"),
        ("in_a_callback", "helping/helpers.py:look"),
        ("in_a_group", "mine.py:_together"),
    ],
)
def test_it_is_the_innermost_in_the_folder_of_the_check(
    function: str, frame: str, trace: Tracer, tmp_path: Path
) -> None:
    said = trace(function)
    assert top_frame(said, "checks/mine.py:4") == frame
    assert top_frame(said, f"{tmp_path}/checks/mine.py:4") == frame


def test_it_is_the_same_wherever_the_project_lies(trace: Tracer, tmp_path: Path) -> None:
    elsewhere = trace("in_a_helper").replace(str(tmp_path), r"C:\\work").replace("/", "\\")
    assert top_frame(elsewhere, r"checks\mine.py:4") == "helping/helpers.py:look"


def test_libraries_inside_the_folder_are_not_the_projects_own() -> None:
    frames = ["/w/mine.py", "/w/.venv/lib/python3.11/site-packages/httpx/_client.py", "<string>"]
    said = "".join(f'  File "{file}", line 3, in call\n    ...\n' for file in frames)
    assert top_frame(said, "mine.py:1") == "mine.py:call"


def test_checks_that_were_installed_are_the_projects_own() -> None:
    folder = "/usr/lib/python3.11/site-packages/vibehq_smoke"
    files = [
        f"{folder}/execution.py",
        f"{folder}/_plugins/api.py",
        f"{folder}/_plugins/_support/doors.py",
        f"{folder}/platform/reply.py",
    ]
    said = "".join(f'  File "{file}", line 3, in call\n' for file in files)
    assert top_frame(said, f"{folder}/_plugins/api.py:10") == "_support/doors.py:call"


@pytest.mark.parametrize("said", [None, "", "no frame at all", '  File "/elsewhere/other.py", line 1, in f\n'])
def test_where_nothing_of_the_project_is_there_is_no_frame(said: str | None) -> None:
    assert top_frame(said, "checks/mine.py:4") == ""
    assert top_frame(said, "") == ""
