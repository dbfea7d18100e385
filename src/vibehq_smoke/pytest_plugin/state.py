"""What the plugin keeps for one pytest run, in ``config.stash``."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from ..config import is_suite
from ..engine import Engine
from ..errors import HarnessError, SmokeError, UsageError
from ..models import Result, RunRecord
from ..session import Options, Session

if TYPE_CHECKING:
    from .fixture import VibeHQ

SESSION: pytest.StashKey[State] = pytest.StashKey()
IDLE_S = 0.2
"""After so long a wait for one check the engine is waiting for the target, and work done meanwhile delays no check."""


class State:
    """The smoke session behind one pytest run, opened when the first suite or fixture asks for it."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.error: SmokeError | None = None
        self.record: RunRecord | None = None
        self.reports: list[Path] = []
        self.messages: list[str] = []
        self.opened = False
        self._is_warm = False
        self.adopted = False
        self._markers: dict[str, pytest.MarkDecorator] = {}
        self._engines: dict[str, Engine] = {}
        self.connect: Callable[[], AbstractContextManager[VibeHQ]] = self._connected
        """What the fixture gives for the length of a ``with`` block: the target, or what stands for it at a proof."""

    def _connected(self) -> AbstractContextManager[VibeHQ]:
        from .fixture import connected

        return connected(self.session)

    @property
    def is_worker(self) -> bool:
        """Whether this is a worker process of pytest-xdist."""
        return hasattr(self.config, "workerinput")

    @property
    def runs_here(self) -> bool:
        """Whether checks run in this process, rather than in xdist's workers."""
        return self.is_worker or not self.config.getoption("numprocesses", None)

    @property
    def ran(self) -> bool:
        """Whether any check ran, here or in a worker."""
        return not self.session.gathered.is_empty

    @cached_property
    def session(self) -> Session:
        """The smoke session; its options are pytest's."""
        option = self.config.option
        session = Session(
            Options(
                target=option.target,
                config=option.smoke_config,
                out=option.smoke_out,
                faults=tuple(option.fault),
                categories=tuple(option.category),
                sinks=tuple(option.sink),
                allow_writes=option.allow_writes,
                max_failures=option.maxfail,
                retries=option.smoke_retries,
                record=option.smoke_record,
                deploy=option.deploy,
                deployed_at=option.deployed_at,
            )
        )
        if self.is_worker:
            session.ground.attach(self.config.workerinput)  # type: ignore[attr-defined]  # set by xdist
        self.opened = True
        return session

    def adopt(self, session: Session) -> None:
        """Use a session that was opened elsewhere, instead of opening one from pytest's options."""
        self.session = session
        self.opened = self.adopted = True

    def suites_asked_for(self) -> list[Path]:
        """The suites among the command line's arguments."""
        return [path for path in self._asked_for() if path.suffix == ".toml" and path.is_file() and is_suite(path)]

    def folders_asked_for(self) -> list[Path]:
        """The folders among them."""
        return [path for path in self._asked_for() if path.is_dir()]

    def _asked_for(self) -> list[Path]:
        return [self.config.invocation_params.dir / argument.partition("::")[0] for argument in self.config.args]

    def told(self) -> dict[str, Any]:
        """What an xdist worker tells the controller, as JSON types."""
        return {"suites": [str(path) for path in self.session.suites.by_file], "seen": self.session.gathered.told()}

    @contextlib.contextmanager
    def usage_errors(self) -> Iterator[None]:
        """Turn our errors into pytest's, which prints them without a traceback."""
        try:
            yield
        except SmokeError as error:
            self.error = error
            if self.adopted:
                raise pytest.UsageError from None  # whoever opened the session says what is wrong
            self._refuse(error)

    def _refuse(self, error: SmokeError) -> NoReturn:
        if isinstance(error, UsageError):
            raise pytest.UsageError(str(error)) from None
        pytest.exit(str(error), returncode=error.exit_code)

    def marker(self, name: str) -> pytest.MarkDecorator:
        """The marker ``name``, declared when a plugin brings a category of its own."""
        if name not in self._markers:
            self.config.addinivalue_line("markers", f"{name}: set by vibehq-smoke")
            self._markers[name] = getattr(pytest.mark, name)
        return self._markers[name]

    def result(self, item_id: str, batch: Callable[[], list[str]]) -> Result:
        """The result of one check; the first call starts all checks of its batch."""
        if item_id not in self._engines:
            fresh = [id_ for id_ in batch() if id_ not in self._engines]
            with self.usage_errors():
                engine = self.session.start(fresh)
            self._engines |= dict.fromkeys(fresh, engine)
        engine = self._engines[item_id]
        if not self._is_warm and not engine.has_result(item_id, IDLE_S):
            self._is_warm = True
            self.session.warm_up()
        return engine.result(item_id)

    def raised(self, item_id: str) -> BaseException | None:
        """The exception that a check ended with, if any."""
        return self._engines[item_id].errors.get(item_id)

    def finish(self) -> None:
        """Judge the run and write its reports."""
        self.record = self.session.record()
        try:
            self.session.keep_recording()
        finally:  # a recording that is refused costs no report; but the reports are nothing to be recorded
            self.reports += self.session.publisher.publish(self.record)
            self.messages += self.session.proofs.warnings
            self.messages += self.session.delivery.deliver(self.record)

    @property
    def exit_code(self) -> int:
        """The run's own exit code, 0 when nothing ran."""
        if self.error is not None:
            return self.error.exit_code
        if self.record is not None and self.session.troubles:
            return HarnessError.exit_code
        return self.record.run.exit_code if self.record else 0

    def close(self) -> None:
        """End everything that the session started."""
        if self.opened:
            self.session.close()


def state_of(config: pytest.Config) -> State:
    """The plugin's state in this pytest run."""
    return config.stash[SESSION]
