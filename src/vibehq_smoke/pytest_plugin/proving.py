"""``vibehq-smoke prove`` for ordinary tests: a run of pytest that collects them and replays instead of running them.

The command line starts it in a process of its own, with ``-p vibehq_smoke.pytest_plugin.proving``, and says in a file
what to do.
"""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import pytest

from ..errors import SmokeError, UsageError, nearest
from .orders import ORDER
from .outcomes import FIXTURE, uses_the_fixture
from .stand_ins import StandIns
from .state import state_of

if TYPE_CHECKING:
    from ..proof.player import Player
    from ..proof.tape import Recording
    from ..proof.verdict import Proof
    from .orders import Order

_PLAYER = "vibehq-smoke-player"
CLOCKS = StandIns()
CLOCKS.install()  # before any test is imported


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Keep this run from overwriting the reports of a real one, and from stopping for anybody."""
    for name in ("xmlpath", "htmlpath", "usepdb", "setuponly", "setupshow"):
        if hasattr(config.option, name):
            setattr(config.option, name, None)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Prove what was collected."""
    if session.testsfailed:
        return None  # pytest says what was wrong
    order = pickle.loads(Path(os.environ[ORDER]).read_bytes())  # noqa: S301 - written by the command line just now
    began = perf_counter()
    try:
        proofs = _proofs(session, order)
    except SmokeError as error:
        order.result.write_bytes(pickle.dumps((error.exit_code, str(error))))
    else:
        order.result.write_bytes(pickle.dumps((proofs, perf_counter() - began)))
    return True


def _proofs(session: pytest.Session, order: Order) -> list[Proof]:
    from ..proof.operators import advice, shipped_operators
    from ..proof.proving import Prover, sampled
    from ..proof.tape import load
    from ..proof.verdict import settle
    from ..session import Options, Session
    from .replaying import ItemPlayer, graph_of

    recording = load(order.recording)
    _match(recording, [item.nodeid for item in session.items])
    items = {item.nodeid: item for item in session.items if item.nodeid in recording.tapes or uses_the_fixture(item)}
    if not items:
        raise UsageError(f"none of these {len(session.items)} test(s) uses the fixture {FIXTURE}: nothing to prove")
    ids = sampled(_chosen(order.ids, list(items)), order.sample, order.seed)

    def player(*given: Any) -> Player:
        made = ItemPlayer(items, CLOCKS, *given)
        state_of(session.config).connect = made.connect
        plugins = session.config.pluginmanager
        if plugins.has_plugin(_PLAYER):
            plugins.unregister(name=_PLAYER)
        plugins.register(made, _PLAYER)
        return made

    ours = Session(Options(config=order.config))
    try:
        operators = [*shipped_operators(), *ours.ground.host.mutation_operators()]
        prover = Prover(recording, graph_of(items), dict, operators, player)
        return settle(prover.prove(ids, order.jobs), advice(operators))
    finally:
        ours.close()


def _match(recording: Recording, node_ids: list[str]) -> None:
    """Find the tapes of tests whose node ids begin at another root than when they were recorded."""
    for id_ in node_ids:
        if id_ not in recording.tapes:
            near = [one for one in recording.tapes if one.endswith(f"/{id_}") or id_.endswith(f"/{one}")]
            if len(near) == 1:
                recording.tapes[id_] = recording.tapes.pop(near[0])


def _chosen(wanted: tuple[str, ...], node_ids: list[str]) -> list[str]:
    """The tests that were asked for by node id or by name, with or without a parameter; all when none were."""
    names = {node_id: _names(node_id) for node_id in node_ids}
    for one in wanted:
        if not any(one in some for some in names.values()):
            near = nearest(one, dict.fromkeys(name for some in names.values() for name in some))
            raise UsageError(f"-k: there is no such test: {one!r}" + (f"; did you mean {near!r}?" if near else ""))
    return [node_id for node_id, some in names.items() if not wanted or some & set(wanted)]


def _names(node_id: str) -> set[str]:
    place, _, name = node_id.rpartition("::")
    plain = name.partition("[")[0]
    return {node_id, name, plain, f"{place}::{plain}"}
