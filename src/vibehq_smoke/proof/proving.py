"""Proving: replay each check unchanged, then with one thing changed at a time, on all cores."""

from __future__ import annotations

import multiprocessing
import os
import random
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from ..models import Mode, Outcome
from .idle import Idle, telling_first
from .mutants import Mutant, Operator, mutants
from .operators.fields import place
from .pieces import at
from .player import Played, Player
from .subjects import Subject, subjects
from .tape import Recording, Tape
from .twins import TWINS, spelt_out
from .verdict import Proof

if TYPE_CHECKING:
    from ..execution import Ending
    from ..graph import Graph
    from ..hookspecs import Resource

T = TypeVar("T")
FILLING = "type-errors"
"""The operator that puts something into a list of errors."""


MakePlayer: TypeAlias = "Callable[[Recording, Graph, Callable[[], Mapping[str, Resource]], Path], Player]"


class Prover:
    """Proves checks of one graph on one recording."""

    def __init__(
        self,
        recording: Recording,
        graph: Graph,
        resources: Callable[[], Mapping[str, Resource]],
        operators: Iterable[Operator],
        player: MakePlayer = Player,
    ) -> None:
        self.recording = recording
        self.graph = graph
        self._resources = resources
        self._operators = list(operators)
        self._make_player = player
        self._player: Player | None = None
        self._scratch = Path()
        self._known_takers: dict[str, tuple[str, ...]] = {}
        self._files: dict[str, int] = {}
        """How many files of the checkout each check reads, once it was replayed."""

    def prove(self, ids: Sequence[str], jobs: int | None = None) -> Iterator[Proof]:
        """The proofs of these checks, in their order; ``settle`` judges them together."""
        jobs = min(jobs or os.cpu_count() or 1, len(ids))
        with tempfile.TemporaryDirectory(prefix="vibehq-smoke-proof-") as scratch:
            self._scratch = Path(scratch)
            alarms = self._alarmed_by_twins(ids, jobs)
            for proof in self._each(ids, jobs, _prove):
                if proof.unproved is None:
                    proof.harmless += len(TWINS)
                    proof.false_alarms += alarms[proof.check]
                yield proof

    def _alarmed_by_twins(self, ids: Sequence[str], jobs: int) -> dict[str, list[dict[str, Any]]]:
        """What each of the checks says wrongly of runs that are as good as the recorded one."""
        alarms: dict[str, list[dict[str, Any]]] = {id_: [] for id_ in ids}
        own = self.recording
        kept = spelt_out(check.function for check in self.graph.checks.values())
        for twin in TWINS:
            self.recording = twin.make(own, kept)
            for id_, (told, files) in zip(ids, self._each(ids, jobs, _replay), strict=True):
                self._files[id_] = files
                if told is not None:
                    said = {"operator": twin.name, "question": "everything", "change": twin.what, "diff": []}
                    alarms[id_].append(said | told)
        self.recording = own
        return alarms

    def _each(self, ids: Sequence[str], jobs: int, work: Callable[[str], T]) -> Iterator[T]:
        """What ``work`` gives for each of the checks, in their order."""
        if jobs < 2 or "fork" not in multiprocessing.get_all_start_methods():
            global _prover
            _prover = self
            with self._new_player() as self._player:
                yield from map(work, ids)
        else:
            yield from self._in_processes(ids, jobs, work)

    def _in_processes(self, ids: Sequence[str], jobs: int, work: Callable[[str], T]) -> Iterator[T]:
        global _prover
        _prover = self
        # What takes long goes first, so that no process is left alone with it in the end.
        longest = sorted(ids, key=self._length, reverse=True)
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(jobs, context, initializer=_begin) as pool:
            coming = {id_: pool.submit(work, id_) for id_ in longest}
            for id_ in ids:
                yield coming[id_].result()

    def _length(self, id_: str) -> int:
        """How long the proof of a check will take, next to others: by what it asks, and the files that it reads."""
        return len(self.recording.tapes.get(id_, Tape()).seen) + self._files.get(id_, 0)

    def _new_player(self) -> Player:
        return self._make_player(self.recording, self.graph, self._resources, self._scratch)

    def begin(self) -> None:
        """In a process of its own: make a player that lives as long as the process."""
        self._player = self._new_player()
        self._player.__enter__()

    def replayed(self, id_: str) -> tuple[dict[str, Any] | None, int]:
        """What an unchanged replay says against a check that passed when it was recorded; None when nothing.

        And how many files it reads.
        """
        tape = self.recording.tapes.get(id_)
        if tape is None or tape.outcome != Outcome.PASSED:
            return None, 0
        base = self._base(id_)
        return None if base.ending.outcome is Outcome.PASSED else _told(base.ending), len(base.files)

    def one(self, id_: str) -> Proof:
        """The proof of one check."""
        assert self._player is not None
        spec = self.graph.checks[id_].spec
        proof = Proof(id_, spec.category)
        tape = self.recording.tapes.get(id_)
        if tape is None or tape.outcome != Outcome.PASSED:
            how = "was not recorded" if tape is None else f"{tape.outcome} when it was recorded: {tape.reason}"
            proof.unproved = f"it {how}"
            return proof
        base = self._player.base(id_)
        if base.ending.outcome is not Outcome.PASSED:
            proof.unproved = (
                f"it passed when it was recorded, and {base.ending.outcome} at its replay: {base.ending.reason}"
            )
            return proof
        several = self._subjects(id_)
        if any(subject.judged for subject in several):
            made = mutants(several, self._operators)
            self._try(proof, made)
            proof.weak += _never_filled(several, proof)
        else:
            self._try_handed_on(proof)
        doubt = self._player.afterthought(id_)
        return proof if doubt is None else Proof(id_, spec.category, unproved=doubt)

    def _subjects(self, id_: str) -> list[Subject]:
        base = self._base(id_)
        several = subjects(id_, base.stage.shelf.known, dict.fromkeys(base.stage.asked), base.looks)
        if self.graph.checks[id_].spec.mode is Mode.OPERATOR:
            several = [replace(one, inside=True) for one in several]
        return several + [Subject(id_, "source", name, name, {}) for name in base.files]

    def _base(self, id_: str) -> Played:
        assert self._player is not None
        return self._player.base(id_)

    def _try(self, proof: Proof, made: list[Mutant]) -> None:
        """Replay the check with each of the mutants."""
        idle = Idle()
        for mutant in telling_first(made):
            if not mutant.change.answers and not mutant.change.files:
                continue
            if mutant.harmless:
                self._try_harmless(proof, mutant)
            elif idle.knows(mutant):
                proof.entries.append(mutant.entry(caught=False))
            else:
                caught = self._is_caught(proof.check, mutant)
                idle.learn(mutant, caught=caught)
                proof.entries.append(mutant.entry(caught=caught))

    def _try_harmless(self, proof: Proof, mutant: Mutant) -> None:
        ending = self._played(proof.check, mutant).ending
        proof.harmless += 1
        if ending.outcome is not Outcome.PASSED:
            proof.false_alarms.append(mutant.entry(caught=False).told() | _told(ending))

    def _is_caught(self, id_: str, mutant: Mutant) -> bool:
        played = self._played(id_, mutant)
        return played.ending.outcome is not Outcome.PASSED or self._is_noticed_later(id_, played)

    def _played(self, id_: str, mutant: Mutant) -> Played:
        assert self._player is not None
        return self._player.play(id_, mutant.change.answers, mutant.change.files)

    def _is_noticed_later(self, id_: str, played: Played) -> bool:
        """Whether a check that takes what this one returned no longer passes: what is only handed on, others judge."""
        assert self._player is not None
        return any(
            self._player.play(taker, {}, instead={id_: played}).ending.outcome is not Outcome.PASSED
            for taker in self._takers(id_)
            if self._player.base(taker).ending.outcome is Outcome.PASSED
        )

    def _takers(self, id_: str) -> tuple[str, ...]:
        if id_ not in self._known_takers:
            assert self._player is not None
            recorded = [one for one in self.graph.checks if one in self.recording.tapes]
            self._known_takers[id_] = tuple(one for one in recorded if id_ in self._player.takes_from(one))
        return self._known_takers[id_]

    def _try_handed_on(self, proof: Proof) -> None:
        """A check that asks nothing by itself judges what its needs saw: those of their mutants that they let pass."""
        assert self._player is not None
        for need in self._player.takes_from(proof.check):
            made = mutants(self._subjects(need), self._operators)
            for mutant in made:
                change = mutant.change
                if mutant.harmless or not (change.answers or change.files):
                    continue
                played = self._player.play(need, change.answers, change.files)
                if played.ending.outcome is Outcome.PASSED:
                    ending = self._player.play(proof.check, {}, instead={need: played}).ending
                    if ending.outcome is not Outcome.PASSED:  # what others judge is not held against this one
                        proof.entries.append(mutant.entry(caught=True))


def _told(ending: Ending) -> dict[str, Any]:
    return {"outcome": ending.outcome.value, "reason": ending.reason}


def _never_filled(several: list[Subject], proof: Proof) -> Iterator[str]:
    """Lists that the check looked into and that held nothing: what it says of their elements was never tried."""
    filled = {one.question for one in proof.entries if one.caught and one.operator == FILLING}
    for subject in (one for one in several if one.title not in filled):
        places = {place(at_.path) for piece in subject.pieces for at_ in piece.fields if at_.is_looped}
        for name in sorted(places):
            held = [at(piece.value, at_.path) for piece in subject.pieces for at_ in piece.fields
                    if place(at_.path) == name]  # fmt: skip
            if held and all(one == [] for one in held):
                yield f"it looks through {name} of {subject.title}, which was empty: make sure that it holds something"


def sampled(ids: Sequence[str], share: float, seed: int) -> list[str]:
    """A share of the checks, at least one, the same for the same seed: each of them is proved whole."""
    several = min(len(ids), max(1, round(share * len(ids))))
    chosen = set(random.Random(seed).sample(list(ids), several))  # noqa: S311 - a sample, not a secret
    return [id_ for id_ in ids if id_ in chosen]


_prover: Prover | None = None


def _begin() -> None:
    assert _prover is not None
    _prover.begin()


def _replay(id_: str) -> tuple[dict[str, Any] | None, int]:
    assert _prover is not None
    return _prover.replayed(id_)


def _prove(id_: str) -> Proof:
    assert _prover is not None
    return _prover.one(id_)
