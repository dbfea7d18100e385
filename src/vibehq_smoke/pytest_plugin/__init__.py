"""pytest's front door: suites are collected, one item per check, and the items wait for the engine.

``pytest suites/stage-smoke.toml --target embedded`` is all it takes. Ordinary tests reach the same target
through the fixture ``vibehq``.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ..config import is_suite
from ..errors import SmokeError
from ..models import MOST_RETRIES, Mode, Outcome, Priority
from ..session import CATEGORIES, Options, Session
from .items import CheckItem, SuiteFile, check_items
from .state import SESSION, State, state_of

if TYPE_CHECKING:
    from .fixture import VibeHQ

_WORDS = {
    Outcome.DEGRADED.value: ("degraded", "d", ("DEGRADED", {"yellow": True})),
    Outcome.BLOCKED.value: ("blocked", "b", ("BLOCKED", {"purple": True})),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options of the group ``vibehq-smoke``."""
    group = parser.getgroup("vibehq-smoke", "Core Vibe HQ smoke tests")
    group.addoption("--target", metavar="NAME", help="target from smoke.toml (default: embedded, started for the run)")
    group.addoption("--smoke-config", metavar="FILE", type=Path, help="smoke.toml (default: searched upward from here)")
    group.addoption(
        "--smoke-out",
        metavar="DIR",
        type=Path,
        default=Path("reports/latest"),
        help="folder for results.json and report.html (default: reports/latest)",
    )
    group.addoption(
        "--fault",
        metavar="ID",
        action="append",
        default=[],
        help="switch on a fault of the embedded target (repeatable)",
    )
    group.addoption(
        "--category", metavar="NAME", action="append", default=[], help="only checks of this category (repeatable)"
    )
    group.addoption("--sink", metavar="NAME", action="append", default=[], help="deliver findings to this issue sink")
    group.addoption("--allow-writes", action="store_true", help="write to a target that is otherwise read-only")
    group.addoption(
        "--smoke-retries",
        metavar="N",
        type=int,
        choices=range(MOST_RETRIES + 1),
        help=f"try a failing check that only reads up to N times more, 0 to {MOST_RETRIES} (default: the suite's)",
    )
    group.addoption(
        "--smoke-record",
        metavar="FILE",
        type=Path,
        help="write down what checks, and tests that use the fixture vibehq, saw, for `vibehq-smoke prove`",
    )
    group.addoption("--deploy", metavar="ID", help="what is deployed on the target (or VIBEHQ_SMOKE_DEPLOY)")
    group.addoption(
        "--deployed-at", metavar="TIME", help="since when, ISO 8601 with zone (or VIBEHQ_SMOKE_DEPLOYED_AT)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers that ``-m`` selects by."""
    for name in (*CATEGORIES, *Priority, *Mode):
        config.addinivalue_line("markers", f"{name}: checks of this category, priority or access mode")
    config.stash[SESSION] = State(config)
    if config.option.smoke_record is not None:
        from .taping import Taping

        config.pluginmanager.register(Taping(config.stash[SESSION]), "vibehq-smoke-taping")
    if config.pluginmanager.has_plugin("xdist"):
        from .distribution import Distribution

        config.pluginmanager.register(Distribution(config.stash[SESSION]), "vibehq-smoke-distribution")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Refuse a wrong configuration before anything is collected, with one message instead of one per suite."""
    state = state_of(session.config)
    with state.usage_errors():
        for path in state.suites_asked_for():
            state.session.suites.add(path)
        if state.suites_asked_for():
            state.session.ground.check()
            state.session.delivery.check()
            if state.runs_here and not session.config.option.collectonly:
                state.session.ground.start_embedded()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> SuiteFile | None:
    """Collect a TOML file that has a ``[suite]`` table."""
    if file_path.suffix == ".toml" and is_suite(file_path):
        return SuiteFile.from_parent(parent, path=file_path)
    return None


def pytest_runtestloop(session: pytest.Session) -> None:
    """Start the embedded platform when a suite was found by walking a folder."""
    state = state_of(session.config)
    if check_items(session.items) and state.runs_here and not session.config.option.collectonly:
        with state.usage_errors():
            state.session.ground.start_embedded()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    """Under the command line, give a check one report instead of three: no plugin is there that tells phases apart."""
    if not isinstance(item, CheckItem) or not state_of(item.config).adopted:
        return None
    hook = item.ihook
    hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    call = pytest.CallInfo.from_call(item.run_alone, when="call", reraise=(pytest.exit.Exception, KeyboardInterrupt))
    report = hook.pytest_runtest_makereport(item=item, call=call)
    hook.pytest_runtest_logreport(report=report)
    hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Let a check's report carry the check's own outcome and time instead of the time spent waiting for it."""
    report = yield
    if isinstance(item, CheckItem):
        item.dress(report, call)
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, Any] | None:
    """Show degraded and blocked checks as outcomes of their own."""
    return _WORDS.get(getattr(report, "vibehq_outcome", "")) if report.when == "call" else None


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Stop what still runs, judge, write the reports, and let a fallen gate show in pytest's exit status."""
    state = state_of(session.config)
    if not state.opened:
        return
    if exitstatus == pytest.ExitCode.INTERRUPTED:
        state.session.gathered.partial = "interrupted"
    state.session.gathered.stop("stopped by pytest")
    if state.is_worker:
        session.config.workeroutput["vibehq_smoke"] = json.dumps(state.told())  # type: ignore[attr-defined]  # set by xdist
    elif not state.ran:
        with state.usage_errors():
            state.session.keep_recording()
    else:
        with state.usage_errors():
            state.finish()
        if state.exit_code and exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the component health matrix below pytest's own summary."""
    state = state_of(config)
    if state.record is not None:
        from ..reports.terminal import matrix_text
        from ..reports.text import visible

        terminalreporter.section("component health")
        reports = [str(path) for path in state.reports]
        terminalreporter.write_line(matrix_text(state.record, color=False, width=100, reports=reports))
        for line in (*state.messages, *state.session.troubles):
            terminalreporter.write_line(visible(line))


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the embedded platform, whatever happened before."""
    if SESSION in config.stash:
        config.stash[SESSION].close()


@pytest.fixture(scope="session")
def vibehq(pytestconfig: pytest.Config) -> Iterator[VibeHQ]:
    """The target of this run, for ordinary tests: ``vibehq.api.get("/api/status").expect()``."""
    with contextlib.ExitStack() as stack:
        try:
            connection = stack.enter_context(state_of(pytestconfig).connect())
        except SmokeError as error:
            pytest.fail(str(error), pytrace=False)
        yield connection


__all__ = ["CheckItem", "Options", "Session", "SuiteFile"]
