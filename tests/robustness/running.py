"""Runs of the command line that are watched: what they say, what they use, what they leave behind."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema

ROOT = Path(__file__).parents[2]
SMOKE = str(Path(sys.executable).with_name("vibehq-smoke"))
MARK = "VIBEHQ_SMOKE_TEST_MARK"
ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that act instead of showing; line breaks and tabs are not among them."""
HEAD = "from vibehq_smoke import P0, P1, P2, Blocked, Skipped, check, hookimpl\nimport asyncio, time\n"


@dataclass
class Run:
    """One run that is over."""

    code: int
    stdout: str
    stderr: str
    peak_mb: float
    seconds: float
    out: Path

    @property
    def said(self) -> str:
        """Everything that it printed."""
        return self.stdout + self.stderr

    @cached_property
    def record(self) -> dict[str, Any]:
        """``results.json``, after it was compared with its published schema."""
        document: dict[str, Any] = json.loads((self.out / "results.json").read_text(encoding="utf-8"))
        jsonschema.validate(document, json.loads((ROOT / "docs" / "results.schema.json").read_text(encoding="utf-8")))
        totals = document["totals"]
        outcomes = ("passed", "degraded", "failed", "blocked", "skipped", "error")
        assert sum(totals[outcome] for outcome in outcomes) == totals["collected"]
        return document

    @cached_property
    def checks(self) -> dict[str, dict[str, Any]]:
        """The checks of the document by id."""
        return {check["id"]: check for check in self.record["checks"]}

    @property
    def outcomes(self) -> dict[str, str]:
        """The outcome of each check by id."""
        return {id_: check["outcome"] for id_, check in self.checks.items()}

    @property
    def page(self) -> str:
        """``report.html``."""
        return (self.out / "report.html").read_text(encoding="utf-8")


def smoke(*arguments: str, folder: Path, env: Mapping[str, str] | None = None, before: tuple[str, ...] = ()) -> Run:
    """``vibehq-smoke`` with these arguments; whatever it left behind on this machine fails the test."""
    return command(*before, SMOKE, *arguments, folder=folder, env=env)


def suite_run(folder: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Run:
    """``vibehq-smoke run mine.toml --target stub`` in a project's folder."""
    return smoke("run", "mine.toml", "--target", "stub", "--out", "out", *arguments, folder=folder, env=env)


def command(*words: str, folder: Path, env: Mapping[str, str] | None = None, most_s: float = 90) -> Run:
    """Any command, watched."""
    with started(*words, folder=folder, env=env) as process:
        return process.finish(most_s)


@dataclass
class Watched:
    """A command that runs."""

    process: subprocess.Popen[bytes]
    out: Path
    folder: Path
    began: float
    mark: str

    def running(self) -> list[str]:
        """The command lines of its processes that live."""
        return _marked(self.mark)

    def finish(self, most_s: float = 90) -> Run:
        """Wait for its end. Kills it and raises AssertionError when that does not come."""
        status, peak = self._wait(most_s)
        code = os.waitstatus_to_exitcode(status)
        self.process.returncode = code
        texts = [(self.folder / name).read_text(encoding="utf-8") for name in ("stdout", "stderr")]
        return Run(code, texts[0], texts[1], peak, time.monotonic() - self.began, self.out)

    def _wait(self, most_s: float) -> tuple[int, float]:
        """Status and peak memory in MB. The rusage of a child will not do: it begins with the size of its parent."""
        peak = 0.0
        while time.monotonic() - self.began < most_s:
            peak = max(peak, _peak_mb(self.process.pid))
            pid, status = os.waitpid(self.process.pid, os.WNOHANG)
            if pid:
                return status, peak
            time.sleep(0.01)
        self.process.kill()
        said = (self.folder / "stderr").read_text(encoding="utf-8")
        raise AssertionError(f"{self.process.args!r} did not end within {most_s:g} s; it said: {said[-2000:]}")


def _peak_mb(pid: int) -> float:
    """The most memory that a process has held until now; 0 where there is no /proc to tell, or it has ended."""
    try:
        found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="utf-8"))
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


@contextmanager
def started(*words: str, folder: Path, env: Mapping[str, str] | None = None) -> Iterator[Watched]:
    """Start a command in ``folder``; at the end no process and no temporary file of it may be left."""
    mark = secrets.token_hex(8)
    with tempfile.TemporaryDirectory(prefix="watched-") as watched:
        temporary = Path(watched, "tmp")
        temporary.mkdir()
        own = {**os.environ, "TMPDIR": str(temporary), MARK: mark, "COLUMNS": "200"} | dict(env or {})
        with Path(watched, "stdout").open("wb") as out, Path(watched, "stderr").open("wb") as err:
            process = subprocess.Popen(words, cwd=folder, env=own, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        try:
            yield Watched(process, folder / "out", Path(watched), time.monotonic(), mark)
        finally:
            if process.returncode is None:
                process.kill()
                process.wait()
        assert left_running(mark) == []
        assert [path.name for path in temporary.iterdir() if path.name.startswith("vibehq-smoke-")] == []


def left_running(mark: str) -> list[str]:
    """The command lines of living processes that carry ``mark`` in their environment, once they had time to end."""
    give_up = time.monotonic() + 5
    while (found := _marked(mark)) and time.monotonic() < give_up:
        time.sleep(0.02)
    return found


def _marked(mark: str) -> list[str]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue  # it has ended, or it is not ours
    return found


class Page(HTMLParser):
    """What would run or be fetched when a page is opened."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts = 0
        self.dangers: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note scripts, and whatever else acts."""
        self.scripts += tag == "script"
        if tag in ("iframe", "object", "embed", "img", "base", "form", "link", "audio", "video"):
            self.dangers.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name in ("src", "srcset", "srcdoc", "formaction") or _acts(value):
                self.dangers.append(f"{tag} {name}={value!r}")


def _acts(value: str | None) -> bool:
    return bool(value) and re.match(r"\s*(javascript|data|vbscript):", value or "", re.IGNORECASE) is not None


def assert_safe_to_open(page: str) -> None:
    """Only our own script, nothing that fetches or acts, nothing that a reader cannot see."""
    seen = Page(page)
    assert seen.scripts == 1
    assert not seen.dangers, seen.dangers[:5]
    assert ACTING.findall(page) == []


def assert_safe_to_print(text: str) -> None:
    """No terminal escape, nothing that turns the direction of writing."""
    assert ACTING.findall(text) == []
    assert "Traceback" not in text
