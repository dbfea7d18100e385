"""The terminal: the summary of a run, and its progress."""

from __future__ import annotations

import io
import subprocess
import sys
import threading

import pytest
from rich.console import Console

from vibehq_smoke.models import CheckSpec, Outcome, RunInfo, Status
from vibehq_smoke.reports.terminal import LiveProgress, PlainProgress, matrix_text

from . import samples
from .records import observation, record, result, tracked

SPECS = tuple(
    CheckSpec(**result(f"HLT-{n:02}").model_dump(include={"id", "category", "title", "component", "priority", "mode"}))
    for n in range(1, 6)
)
RUN: RunInfo = record().run


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def test_the_summary_of_one_cause() -> None:
    text = matrix_text(samples.one_cause(), color=False, width=100, reports=("reports/latest/report.html",))
    for line in (
        "1 cause: d1-health is broken.",
        "1 check failed, 1 degraded, 14 blocked, 1 skipped, 9 passed. embedded (local), 3.21 s",
        "✕ broken    d1-health      P0  root cause: D1_ERROR: no such table: health_checks",
        "⊘ blocked   health-api     P1  blocked by d1-health",
        "✓ working   analytics-api  P1  9 checks",
        "1 cause, 14 blocked",
        "✕ failed  HLT-01  starting a run creates its record",
        "  │ POST /api/health/checks answered 500, wanted one of 200, 201, 202",
        "  again: vibehq-smoke run -k HLT-01",
        "Gates: 1 held, 2 fell",
        "✕ fell  enough checks executed: 11 of 26 executed, at least 20 wanted",
        "Reports  reports/latest/report.html",
    ):
        assert line in text.splitlines()


def test_a_partial_run_says_so() -> None:
    text = matrix_text(samples.partial(), color=False, width=100)
    assert "PARTIAL RUN, it did not reach its end: interrupted by Ctrl-C" in text


def test_a_cause_has_its_priority_its_mark_and_its_issue() -> None:
    run = samples.one_cause()
    mark = run.findings[0].symptoms[0].fingerprint
    lines = matrix_text(run, color=False, width=100).splitlines()
    (cause,) = [number for number, line in enumerate(lines) if line.startswith("  P0 d1-health: D1_ERROR: ")]
    assert f"   fingerprint: {mark}" in lines[cause + 1 : cause + 3]
    url = "https://github.com/acme/hq/issues/7"
    assert f"   issue: {url}  fingerprint: {mark}" in matrix_text(tracked(run, url), color=False, width=40).splitlines()


def test_a_failure_says_what_earlier_attempts_said() -> None:
    text = " ".join(matrix_text(samples.partial(), color=False, width=200).split())
    said = "attempt 3 of 3; attempt 1 said after 5.00 s: no answer; attempt 2 said after 0 ms the same"
    assert f"pages overlap {said} again: " in text
    assert "attempt" not in matrix_text(samples.one_cause(), color=False, width=100)


def test_many_failures_are_cut_short() -> None:
    run = record(tuple(result(f"HLT-{n}", Outcome.FAILED) for n in range(30)))
    text = matrix_text(run, color=False, width=100)
    assert text.count("✕ failed") == 20
    assert "and 10 more; the reports have them all" in text


def test_a_command_is_never_broken_at_the_edge() -> None:
    run = record((result(outcome=Outcome.FAILED, rerun="vibehq-smoke run " + "x" * 90),))
    text = matrix_text(run, color=False, width=40, reports=("a/" * 40,))
    assert f"  again: vibehq-smoke run {'x' * 90}" in text.splitlines()
    assert f"Reports  {'a/' * 40}" in text.splitlines()


@pytest.mark.parametrize("name", samples.NAMES)
@pytest.mark.parametrize("width", [20, 100])
def test_without_colour_no_escape_is_written(name: str, width: int) -> None:
    text = matrix_text(samples.sample(name), color=False, width=width)
    assert "\x1b" not in text
    assert text.endswith("\n")
    assert not [char for char in text if ord(char) < 32 and char != "\n"]


def test_hostile_text_cannot_act_with_colour_either() -> None:
    text = matrix_text(samples.hostile(), color=True, width=100)
    assert set(_escapes(text)) <= set(_escapes(matrix_text(samples.many(), color=True, width=100))) | _TONES
    assert "[bold red]markup[/]" in text
    assert "<U+001B>[31mred" in text


_TONES = {f"[{style}{code}m" for style in ("", "1;") for code in ("31", "32", "33", "35", "36", "90")}


def _escapes(text: str) -> list[str]:
    return [part.partition("m")[0] + "m" for part in text.split("\x1b")[1:]]


def test_colour_is_an_extra_that_no_color_forbids(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[1;31m" in matrix_text(samples.one_cause(), color=True, width=100)
    monkeypatch.setenv("NO_COLOR", "1")
    text = matrix_text(samples.one_cause(), color=True, width=100)
    assert "[1;31m" not in text
    assert "31m" not in text
    assert "broken" in text


@pytest.mark.parametrize("name", samples.NAMES)
def test_ascii_is_ascii(name: str) -> None:
    text = matrix_text(samples.sample(name), color=False, width=100, ascii_only=True)
    assert text.isascii()


class Stream(io.StringIO):
    """A text stream with an encoding of its own."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed has a plain attribute; StringIO's cannot be set
        return self._encoding


def test_plain_progress_is_one_line_a_check_and_why_below() -> None:
    stream = Stream("utf-8")
    progress = PlainProgress(stream)
    progress.run_start(RUN, SPECS)
    progress.preflight_finish((observation("d1-health"), observation("auth", Status.WORKING, "fine")))
    progress.check_start(SPECS[0])
    progress.check_finish(result("HLT-03", title="a run can be read by its id"))
    progress.check_finish(result("HLT-04", Outcome.FAILED, reason="answered 500\nwanted 200", hidden=True))
    progress.check_finish(result("HLT-05", attempts=2, outcome=Outcome.DEGRADED, reason="passed on attempt 2 only"))
    progress.close()
    assert stream.getvalue().splitlines() == [
        "RUN      5 checks of stage-smoke on embedded (local), run smoke-20260102-030405-abcd",
        "BROKEN   d1-health: no answer",
        "PASSED   HLT-03 0.12s a run can be read by its id",
        "FAILED   HLT-04 0.12s what HLT-04 promises holds (hidden)",
        "        why: answered 500 wanted 200",
        "DEGRADED HLT-05 0.12s what HLT-05 promises holds (attempt 2)",
        "        why: passed on attempt 2 only",
    ]


def test_plain_progress_leaves_a_target_out_of_reach_to_the_one_sentence_at_the_end() -> None:
    stream = Stream("utf-8")
    progress = PlainProgress(stream)
    progress.run_start(RUN, SPECS)
    progress.preflight_finish((observation("orchestrator").model_copy(update={"unreachable": True}),))
    progress.check_finish(result("HLT-03", Outcome.BLOCKED, reason="orchestrator is broken"))
    assert stream.getvalue() == ""


@pytest.mark.parametrize("text", samples.HOSTILE)
def test_plain_progress_gives_no_orders(text: str) -> None:
    stream = Stream("ascii")
    progress = PlainProgress(stream)
    attack = f"\n::error::{text}\r::stop-commands::x ##[group]"
    progress.check_finish(result(attack, Outcome.FAILED, title=attack, reason=attack))
    written = stream.getvalue()
    assert len(written.splitlines()) == 2
    assert written.isascii()
    assert "\x1b" not in written
    assert "##[" not in written
    assert not [line for line in written.splitlines() if line.lstrip().startswith("::")]


def live(**more: object) -> tuple[LiveProgress, io.StringIO]:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=100, height=30, markup=False, **more)  # type: ignore[arg-type]  # the tests' own options
    return LiveProgress(console=console), stream


def shown(progress: LiveProgress, width: int = 100) -> list[str]:
    stream = io.StringIO()
    Console(file=stream, width=width, color_system=None).print(progress.screen())
    return stream.getvalue().splitlines()


def test_live_progress_shows_what_is_known_and_what_is_waited_for() -> None:
    progress, _ = live()
    progress.run_start(RUN, SPECS)
    try:
        progress.preflight_finish((observation("d1-health"), observation("health-api", Status.WORKING, "")))
        for spec in SPECS[:4]:
            progress.check_start(spec)
        progress.check_finish(result("HLT-01"))
        progress.check_finish(result("HLT-02", Outcome.FAILED))
        head, *lines = shown(progress)
    finally:
        progress.close()
    assert head.startswith("stage-smoke on embedded (local)  2 of 5 checks")
    assert "✕ 1 failed" in head
    assert "✓ 1 passed" in head
    marks = {line.split()[0]: line.split(maxsplit=1)[1] for line in lines[:2]}
    assert marks["d1-health"] == "broken: no answer"
    assert sorted(marks["health-api"]) == sorted("✓✕▸▸·")
    assert [" ".join(line.split()[3:]) for line in lines[2:]] == [
        "for HLT-03 what HLT-03 promises holds",
        "for HLT-04 what HLT-04 promises holds",
    ]


def test_live_progress_vanishes_and_leaves_no_thread() -> None:
    before = threading.active_count()
    progress, stream = live()
    progress.run_start(RUN, SPECS)
    progress.run_start(RUN, SPECS)
    progress.close()
    progress.close()
    assert threading.active_count() == before
    assert stream.getvalue().rstrip().endswith(("\x1b[2K", "\x1b[?25h", "\x1b[1A\x1b[2K"))


def test_live_progress_may_be_told_from_many_threads() -> None:
    progress, _ = live()
    specs = tuple(SPECS[0].model_copy(update={"id": f"C-{n}"}) for n in range(200))

    def tell(part: tuple[CheckSpec, ...]) -> None:
        for spec in part:
            progress.check_start(spec)
            progress.check_finish(result(spec.id))

    progress.run_start(RUN, specs)
    try:
        threads = [threading.Thread(target=tell, args=(specs[n::4],)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert "200 of 200 checks" in shown(progress)[0]
    finally:
        progress.close()


@pytest.mark.parametrize("text", samples.HOSTILE)
def test_live_progress_shows_hostile_text_as_text(text: str) -> None:
    progress, _ = live()
    spec = SPECS[0].model_copy(update={"title": text, "component": text, "id": text})
    progress.run_start(RUN.model_copy(update={"target": text}), (spec,))
    try:
        progress.check_start(spec)
        progress.preflight_finish((observation(text, reason=text),))
        lines = shown(progress, width=80)
    finally:
        progress.close()
    assert len(lines) == 3
    assert not [char for line in lines for char in line if ord(char) < 32]


def test_a_stream_that_knows_only_ascii_gets_ascii_marks() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    progress = LiveProgress(stream)
    progress.check_start(SPECS[0])
    progress.check_start(SPECS[1])
    progress.check_finish(result("HLT-01", Outcome.FAILED))
    assert any(line.split()[-1] == "x>" for line in shown(progress))


def test_the_terminal_module_loads_rich_only_when_it_shows_something() -> None:
    code = "import sys, vibehq_smoke.reports.terminal; print('rich' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"
