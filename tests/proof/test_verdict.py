"""What counts against a check that did not notice, and what does not, by rule."""

from vibehq_smoke.proof.rules import Rule
from vibehq_smoke.proof.verdict import Entry, Proof, settle


def entry(operator: str, question: str, *, caught: bool, check_key: str = "", **more: object) -> Entry:
    made = Entry(operator, "frame", "socket", True, (operator, question, check_key), question, "changed", caught, None)
    return made._replace(**more)  # type: ignore[arg-type]


def judged(*entries: Entry, by: Proof | None = None) -> list[str | None]:
    proof = Proof("ONE-01", "mine", entries=list(entries))
    settle([proof, by] if by else [proof], {})
    return [one.equivalent for one in proof.entries]


def test_a_frame_that_may_be_missing_is_passed_over_while_another_may_not() -> None:
    needed = entry("frame-missing", "socket /ws", caught=True, frame=0)
    other = entry("frame-missing", "socket /ws", caught=False, frame=1)
    broken = entry("field-null", "socket /ws", caught=False, frame=1)
    assert judged(needed, other, broken) == [None, Rule.PASSED_OVER, Rule.PASSED_OVER]


def test_where_every_frame_may_be_missing_none_is_passed_over() -> None:
    assert judged(entry("frame-missing", "socket /ws", caught=False, frame=0)) == [None]


def test_a_needed_frame_has_to_be_right() -> None:
    needed = entry("frame-missing", "socket /ws", caught=True, frame=0)
    assert judged(needed, entry("field-null", "socket /ws", caught=False, frame=0)) == [None, None]


def test_what_one_check_has_to_notice_is_excused_only_when_one_does() -> None:
    mine = entry("console-error", "page /", caught=False, once=True)
    assert judged(mine) == [None]
    theirs = Proof("TWO-01", "mine", entries=[entry("console-error", "page /", caught=True, once=True)])
    assert judged(mine, by=theirs) == [Rule.ONCE]


def test_an_empty_file_asks_for_less_only_where_a_missing_one_is_noticed() -> None:
    empty = entry("file-empty", "a.sql", caught=False)
    assert judged(empty) == [None]
    assert judged(entry("file-missing", "a.sql", caught=True), empty)[1] == Rule.ASKS_LESS


def test_a_survivor_is_shown_with_what_was_changed() -> None:
    told = entry("field-null", "GET /", caught=False, diff=("-1", "+null")).told()
    assert told["diff"] == ["-1", "+null"]
