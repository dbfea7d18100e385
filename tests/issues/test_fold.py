"""What a run adds to what is known of causes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from vibehq_smoke.config.issues import IssuePolicy
from vibehq_smoke.issues.batch import Batch
from vibehq_smoke.issues.cause import STRIP, Cause
from vibehq_smoke.issues.fold import fold
from vibehq_smoke.models import Priority

from .world import START, batch, sighting

POLICY = IssuePolicy()
ALL = ("API-02", "WRK-03", "UI-01")


def run(number: int, *failing: str, proven: Iterable[str] | None = None, **more: object) -> Batch:
    """The run of that hour, in which all checks that do not fail hold."""
    held = [check for check in ALL if check not in failing] if proven is None else proven
    return batch(number, START + timedelta(hours=number), map(sighting, failing), held, **more)


def after(*runs: Batch, causes: dict[str, Cause] | None = None) -> dict[str, Cause]:
    causes = causes or {}
    for one in runs:
        causes = fold(causes, one, POLICY)
    return causes


def only(causes: dict[str, Cause]) -> Cause:
    (cause,) = causes.values()
    return cause


def filed(causes: dict[str, Cause]) -> dict[str, Cause]:
    """All of them have an issue."""
    return {id_: cause.model_copy(update={"number": at}) for at, (id_, cause) in enumerate(causes.items(), 1)}


def grouped(number: int, *checks: str) -> Batch:
    """A run in which these fail for one cause."""
    symptoms = tuple(sighting(check).symptoms[0] for check in checks)
    together = sighting(checks[0]).model_copy(update={"symptoms": symptoms})
    return run(number).model_copy(update={"sightings": (together,), "proven": frozenset(ALL) - frozenset(checks)})


def test_failures_and_clean_runs_are_counted() -> None:
    causes = filed(after(run(1, "API-02"), run(2, "API-02")))
    cause = only(after(run(3), run(4, proven=[]), run(5), causes=causes))
    assert (cause.state, cause.seen, cause.fails, cause.clean, cause.runs) == ("recovering", 2, 0, 2, 5)
    assert cause.strip == "FFP.P"
    assert cause.clean_runs == ("run-3", "run-5")
    assert (cause.first_seen, cause.last_seen) == (START + timedelta(hours=1), START + timedelta(hours=2))


def tried(number: int, **attempts: int) -> Batch:
    """A run in which these fail for one cause, each in so many attempts."""
    several = grouped(number, *(check.replace("_", "-") for check in attempts))
    shown = several.sightings[0]
    counted = zip(shown.symptoms, attempts.values(), strict=True)
    symptoms = tuple(symptom.model_copy(update={"attempts": times}) for symptom, times in counted)
    return several.model_copy(update={"sightings": (shown.model_copy(update={"symptoms": symptoms}),)})


def test_the_attempts_of_the_check_that_failed_most_often_are_counted() -> None:
    first = only(after(tried(1, API_02=2, WRK_03=3)))
    assert (first.attempts, first.fails, first.seen, first.runs, first.strip) == (3, 1, 1, 1, "F")
    again = only(after(tried(1, API_02=2), tried(2, API_02=1)))
    assert (again.attempts, again.fails) == (3, 2)
    assert only(after(tried(1, API_02=2), run(2), tried(3, API_02=1))).attempts == 1, "a clean run ends the count"


def test_what_was_counted_before_attempts_were_counts_as_its_runs() -> None:
    known = only(after(run(1, "API-02"))).model_dump(exclude={"tried"})
    cause = Cause.model_validate(known)
    assert cause.attempts == 1
    assert only(after(tried(2, API_02=2), causes={cause.id: cause})).attempts == 3


def test_it_recovers_after_enough_clean_runs_or_at_once_where_nobody_was_told() -> None:
    told = filed(after(run(1, "API-02")))
    states = [only(after(*(run(at) for at in range(2, last)), causes=told)).state for last in (3, 4, 5)]
    assert states == ["recovering", "recovering", "recovered"]
    assert only(after(run(1, "API-02"), run(2))).state == "recovered"


def test_a_run_that_saw_only_a_part_proves_nothing() -> None:
    causes = filed(after(grouped(1, "API-02", "WRK-03")))
    cause = only(after(*(run(at, proven=["API-02", "UI-01"]) for at in range(2, 9)), causes=causes))
    assert (cause.state, cause.clean) == ("failing", 0)
    assert cause.last_seen == START + timedelta(hours=1), "and it was not seen failing either"


def test_what_lists_everything_proves_what_it_leaves_out() -> None:
    causes = filed(after(run(1, "API-02")))
    assert only(after(run(2, proven=[], exhaustive=True), causes=causes)).clean == 1


def test_the_same_and_an_older_run_change_nothing() -> None:
    causes = after(run(3, "API-02"))
    assert after(run(3, "API-02"), causes=causes) == causes
    assert after(run(2), causes=causes) == causes
    assert after(run(1, "API-02"), causes=causes) == causes


def test_an_older_run_may_tell_of_a_cause_that_nobody_knew() -> None:
    causes = after(run(3, "API-02"), run(2, "WRK-03", proven=[]))
    assert [cause.seen for cause in causes.values()] == [1, 1]


def test_another_scope_is_none_of_its_business() -> None:
    causes = after(run(1, "API-02"))
    elsewhere = run(2).model_copy(update={"scope": "smoke/production"})
    assert after(elsewhere, causes=causes) == causes


def test_the_same_failure_in_two_scopes_is_two_causes() -> None:
    elsewhere = run(1, "API-02").model_copy(update={"scope": "smoke/production"})
    causes = filed(after(run(1, "API-02"), elsewhere))
    assert sorted(cause.scope for cause in causes.values()) == ["smoke/production", "smoke/staging"]
    cleaned = after(run(2), causes=causes)
    assert {cause.scope: cause.state for cause in cleaned.values()} == {
        "smoke/staging": "recovering",
        "smoke/production": "failing",
    }


def test_symptoms_keep_to_the_cause_they_were_seen_with() -> None:
    causes = filed(after(grouped(1, "API-02", "WRK-03")))
    cause = only(after(run(2, "WRK-03"), causes=causes))
    assert (cause.state, cause.fails) == ("failing", 2)
    assert set(cause.subjects) == {"API-02", "WRK-03"}


def test_two_known_causes_stay_two_when_a_run_shows_them_as_one() -> None:
    causes = filed(after(run(1, "API-02", "WRK-03")))
    both = after(grouped(2, "API-02", "WRK-03"), causes=causes)
    assert [cause.fails for cause in both.values()] == [2, 2]
    assert len(both) == 2


def test_a_new_symptom_joins_the_cause_that_leads() -> None:
    causes = filed(after(run(1, "API-02")))
    cause = only(after(grouped(2, "API-02", "UI-01"), causes=causes))
    assert set(cause.subjects) == {"API-02", "UI-01"}
    assert only(after(run(3, proven=["API-02"]), causes={cause.id: cause})).clean == 0


def test_a_relapse_is_judged_by_what_shows_it_now() -> None:
    causes = filed(after(grouped(1, "API-02", "WRK-03"), run(2), run(3), run(4)))
    again = only(after(run(2), run(3), run(4), run(5, "WRK-03"), causes=causes))
    assert (again.state, again.fails, again.subjects) == ("failing", 1, ("WRK-03",))


def test_the_worst_priority_of_a_life_counts() -> None:
    worse = run(2).model_copy(update={"sightings": (sighting("API-02", priority=Priority.P0, certain=True),)})
    causes = after(run(1, "API-02"), worse, run(3, "API-02"))
    assert only(causes).priority is Priority.P0


def test_what_is_kept_is_bounded() -> None:
    causes: dict[str, Cause] = {}
    for number in range(1, 200):
        words = f"it is wrong in way {chr(97 + number % 26)}{chr(97 + number // 26)}"
        shown = run(number).model_copy(update={"sightings": (sighting("API-02", words),)})
        causes = fold(causes, shown.model_copy(update={"proven": frozenset()}), POLICY)
    cause = only(causes)
    assert len(cause.strip) == STRIP
    assert len(cause.fingerprints) <= 60
    assert cause.id.split()[0] in cause.fingerprints, "the one that names it is never dropped"
    assert cause.seen == 199


BOTH = {"API-02", "WRK-03"}
AS_ONE_AND_BACK: list[tuple[set[str], set[str], bool]] = [
    ({"API-02"}, set(), False),
    ({"WRK-03"}, set(), False),
    (BOTH, set(), True),
    (set(), set(), False),
]
RUNS = st.lists(
    st.tuples(st.sets(st.sampled_from(ALL)), st.sets(st.sampled_from(ALL)), st.booleans()), min_size=1, max_size=10
)


@settings(max_examples=100)
@given(RUNS, st.booleans())
@example([*AS_ONE_AND_BACK, (BOTH, set(), False)], False)
def test_what_always_holds(runs: list[tuple[set[str], set[str], bool]], told: bool) -> None:
    causes: dict[str, Cause] = {}
    for number, (failing, skipped, together) in enumerate(runs, 1):
        shown = [check for check in ALL if check in failing]
        make = grouped if together and shown else run
        one = make(number, *shown)
        one = one.model_copy(update={"proven": one.proven - skipped})
        causes = fold(filed(causes) if told else causes, one, POLICY)
        assert fold(causes, one, POLICY) == causes, "twice is once"
        live = [cause for cause in causes.values() if cause.state == "failing"]
        marks = [mark for cause in causes.values() if cause.state != "recovered" for mark in cause.fingerprints]
        assert len(marks) == len(set(marks)), "no two live causes share a mark"
        assert set(shown) <= {subject for cause in live for subject in cause.subjects}, "what fails is known to fail"
        assert all(cause.clean == len(cause.clean_runs) for cause in causes.values())
        assert all(cause.attempts == cause.fails for cause in causes.values()), "each run was one attempt"
