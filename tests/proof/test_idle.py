"""What is not tried, and that it cannot make a check look better."""

from vibehq_smoke.proof.idle import SHAPES, Idle, telling_first
from vibehq_smoke.proof.mutants import Change, Mutant


def mutant(operator: str, family: str, frame: int | None = None, question: str = "GET /") -> Mutant:
    return Mutant("ONE-01", operator, family, "http", question, "GET /", Change("changed", {}, frame=frame), {})


def test_one_of_each_shape_goes_first() -> None:
    given = [mutant("field-null", "field"), mutant("status-500", "status"), mutant("status-404", "status"),
             mutant("late", "timeout")]  # fmt: skip
    assert [one.operator for one in telling_first(given)] == ["status-500", "late", "field-null", "status-404"]


def test_a_question_whose_answer_may_be_anything_is_not_tried_further() -> None:
    idle = Idle()
    for shape in sorted(SHAPES):
        assert not idle.knows(mutant("field-null", "field"))
        idle.learn(mutant(shape, shape), caught=False)
    assert idle.knows(mutant("field-null", "field"))
    assert not idle.knows(mutant("field-null", "field", question="GET /other"))


def test_a_question_of_which_anything_was_noticed_is_tried_to_its_end() -> None:
    idle = Idle()
    for shape in sorted(SHAPES):
        idle.learn(mutant(shape, shape), caught=False)
    idle.learn(mutant("status-404", "status"), caught=True)
    assert not idle.knows(mutant("field-null", "field"))


def test_a_frame_that_may_be_missing_is_not_tried_further() -> None:
    idle = Idle()
    idle.learn(mutant("frame-missing", "frame", 1), caught=False)
    idle.learn(mutant("frame-missing", "frame", 2), caught=True)
    assert [idle.knows(mutant("frame-broken", "frame", number)) for number in (1, 2)] == [True, False]
