"""Labels and milestones, against the double of GitHub."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.github.double import TOKEN, RunningDouble, running_double, status
from vibehq_smoke.issues.github.client import Client
from vibehq_smoke.issues.setup.step import Outcome, Step
from vibehq_smoke.issues.setup.tables import put_labels, put_milestones
from vibehq_smoke.issues.tracker import Ambiguous, Refused
from vibehq_smoke.issues.writing.labels import LABELS, MILESTONES


@pytest.fixture
def github() -> Iterator[RunningDouble]:
    with running_double() as double:
        yield double


@pytest.fixture
def client(github: RunningDouble) -> Iterator[Client]:
    with Client("acme/hq", TOKEN, github.url, clock=github.clock) as opened:
        yield opened


def put(client: Client, *, dry: bool = False) -> list[Step]:
    return [*put_labels(client, LABELS, dry=dry), *put_milestones(client, MILESTONES, dry=dry)]


def outcomes(steps: list[Step]) -> set[Outcome]:
    return {step.outcome for step in steps}


def facts(github: RunningDouble) -> dict[str, tuple[str, str | None]]:
    return {label.name: (label.color, label.description) for label in github.repository.labels.values()}


def test_an_empty_repository_gets_all_of_them_and_the_second_time_nothing(
    github: RunningDouble, client: Client
) -> None:
    github.repository.labels.clear()
    assert outcomes(put(client)) == {Outcome.CREATED}
    assert facts(github) == {label.name: (label.color, label.description) for label in LABELS}
    titles = {milestone.title: milestone.description for milestone in github.repository.milestones.values()}
    assert titles == {milestone.title: milestone.description for milestone in MILESTONES}
    writes = len(github.writes)
    assert outcomes(put(client)) == {Outcome.UNCHANGED}
    assert len(github.writes) == writes


def test_a_dry_run_says_the_same_and_writes_nothing(github: RunningDouble, client: Client) -> None:
    said = put(client, dry=True)
    assert github.writes == []
    assert put(client) == said


def test_what_differs_is_corrected_and_what_is_unknown_is_left(github: RunningDouble, client: Client) -> None:
    put(client)
    slashed, plain = github.repository.label("rpc/api"), github.repository.label("p0")
    assert slashed
    assert plain
    slashed.color, slashed.description = "000000", None
    plain.name = "P0"
    github.repository.add_label("good first issue", "7057ff", "Good for newcomers")
    before = facts(github)
    changed = [step for step in put(client) if step.outcome is not Outcome.UNCHANGED]
    assert changed == [Step(Outcome.UPDATED, "label rpc/api", "color was 000000, description was empty")]
    assert {name for name, fact in facts(github).items() if before[name] != fact} == {"rpc/api"}
    assert set(facts(github)) == set(before), "nothing deleted, nothing renamed, no second p0"


def test_a_milestone_of_peoples_own_making_is_left_as_they_have_it(github: RunningDouble, client: Client) -> None:
    put(client)
    mine, empty, closed, _ = github.repository.milestones.values()
    mine.description, empty.description, closed.state = "by June", None, "closed"
    steps = {step.what: step for step in put_milestones(client, MILESTONES, dry=False)}
    assert steps[f"milestone {mine.title}"].outcome is Outcome.UNCHANGED
    assert steps[f"milestone {empty.title}"].why == "description was empty"
    assert steps[f"milestone {closed.title}"] == Step(Outcome.KEPT, f"milestone {closed.title}", "it is closed")
    assert mine.description == "by June"
    assert closed.state == "closed"
    assert empty.description


def test_what_was_created_a_moment_ago_and_is_not_listed_yet_is_no_error(github: RunningDouble, client: Client) -> None:
    class Behind:
        """A reader of lists as they were before, which writes to what is."""

        def pages(self, path: str, **params: object) -> Iterator[dict[str, object]]:
            del path, params
            return iter(())

        write = client.write

    put(client)
    steps = [*put_labels(Behind(), LABELS[:2], dry=False), *put_milestones(Behind(), MILESTONES[:1], dry=False)]
    assert {(step.outcome, step.why) for step in steps} == {
        (Outcome.UNCHANGED, "it is there, and too new to be listed")
    }


def test_without_rights_it_says_so_at_once(github: RunningDouble, client: Client) -> None:
    github.permit("read")
    github.repository.labels.clear()
    with pytest.raises(Refused, match="labels: 403"):
        put(client)
    assert github.repository.labels == {}


def test_after_a_crash_the_rest_is_done(github: RunningDouble, client: Client) -> None:
    github.repository.labels.clear()
    steps = put_labels(client, LABELS, dry=False)
    done = [next(steps) for _ in range(3)]
    github.faults.next(status(502, after=True), "POST")
    with pytest.raises(Ambiguous):
        next(steps)
    again = list(put_labels(client, LABELS, dry=False))
    assert [step.outcome for step in again[:4]] == [Outcome.UNCHANGED] * 4
    assert outcomes(again[4:]) == {Outcome.CREATED}
    assert outcomes(done) == {Outcome.CREATED}
    assert set(facts(github)) == {label.name for label in LABELS}
