"""The same run with other ids, and on another day."""

import json
from datetime import UTC, datetime

from vibehq_smoke.fingerprint import declares
from vibehq_smoke.proof.tape import Recording, Seen, Tape
from vibehq_smoke.proof.twins import TWINS, spelt_out

ID = "11111111-2222-4333-8444-555555555555"
TWIN = {twin.name: twin for twin in TWINS}
STARTED = datetime(2026, 11, 22, 20, tzinfo=UTC).timestamp()


def twin(
    name: str, body: object, started: float = STARTED, kept: frozenset[str] = frozenset()
) -> tuple[Recording, object]:
    seen = Seen("http", {"path": f"/checks/{ID}"}, {"body": json.dumps(body)}, 1.0, 0.5)
    given = Recording("smoke-1", started, {}, tapes={"ONE-01": Tape("passed", seen=[seen])})
    made = TWIN[name].make(given, kept)
    return made, json.loads(made.tapes["ONE-01"].seen[0].answer["body"])


def test_an_id_is_another_one_and_everywhere_the_same() -> None:
    made, body = twin("other-ids", {"id": ID, "again": ID.upper()})
    assert isinstance(body, dict)
    new = body["id"]
    assert new != ID
    assert body["again"].lower() == new
    assert (new[14], new[19]) == ("4", "8"), "version and variant stay"
    assert made.tapes["ONE-01"].seen[0].question["path"] == f"/checks/{new}"


def test_an_id_that_a_check_spells_out_stays() -> None:
    _, body = twin("other-ids", {"id": ID}, kept=frozenset((ID,)))
    assert body == {"id": ID}


def test_every_moment_moves_a_week_and_the_clock_with_it() -> None:
    told = {
        "iso": "2026-11-22T20:29:48.674Z", "sql": "2026-11-22 20:29:48", "day": "2026-11-22", "week": "2026-W47",
        "ms": 1_795_379_388_674, "http": "Sun, 22 Nov 2026 20:29:48 GMT", "count": 1_234, "version": "1.2.3",
    }  # fmt: skip
    made, body = twin("other-times", told)
    assert body == {
        "iso": "2026-11-29T20:29:48.674Z", "sql": "2026-11-29 20:29:48", "day": "2026-11-29", "week": "2026-W48",
        "ms": 1_795_984_188_674, "http": "Sun, 29 Nov 2026 20:29:48 GMT", "count": 1_234, "version": "1.2.3",
    }  # fmt: skip
    assert made.started_at - STARTED == 7 * 86_400


def test_the_month_stays_for_what_is_said_by_the_month() -> None:
    _, body = twin("other-times", {"day": "2026-11-27"}, datetime(2026, 11, 27, tzinfo=UTC).timestamp())
    assert body == {"day": "2026-11-20"}


def test_what_only_looks_like_a_day_is_left() -> None:
    _, body = twin("other-times", {"day": "2026-19-39"})
    assert body == {"day": "2026-19-39"}


async def nobody_wrote(_: object) -> None:
    """Stands for a check that a suite declares."""


def test_ids_are_spelt_out_in_modules_and_in_what_suites_declare() -> None:
    assert ID in spelt_out([nobody_wrote]), "this module names it"
    other = ID.replace("1", "9")
    declares(nobody_wrote, f'{{"equals": "{other}"}}')
    assert other in spelt_out([nobody_wrote])
