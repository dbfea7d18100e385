"""Which recorded answer a question gets."""

import asyncio
import json
from typing import Any

from vibehq_smoke.proof.aligning import Ids
from vibehq_smoke.proof.questions import Asked, Shelf, known
from vibehq_smoke.proof.stage import Stage
from vibehq_smoke.proof.tape import Seen

ID = "11111111-2222-4333-8444-555555555555"
OTHER = "11111111-2222-4333-8444-aaaaaaaaaaaa"


def asked(method: str, path: str) -> dict[str, Any]:
    return {"method": method, "origin": "http://x", "path": path, "query": [], "body": "", "headers": {}}


def staged(changed: dict[int, Any] | None = None) -> Stage:
    started = Seen("http", asked("POST", "/checks"), {"status": 202, "body": json.dumps({"id": ID})})
    status = Seen("http", asked("GET", f"/checks/{ID}"), {"status": 200, "body": json.dumps({"id": ID})})
    return Stage(Shelf([known(started), known(status)]), Ids(), changed=changed or {})


async def found(stage: Stage, question: dict[str, Any]) -> int | None:
    one = stage.find(Asked("http", question))
    return None if one is None else one.number


def test_an_id_that_the_check_made_up_itself_stands_for_the_recorded_one() -> None:
    stage = staged()
    assert asyncio.run(found(stage, asked("GET", f"/checks/{OTHER}"))) == 1
    assert stage.ids.known == {ID: OTHER}


def test_an_id_that_a_changed_answer_brought_in_stands_for_nothing() -> None:
    stage = staged({0: {"status": 202, "body": json.dumps({"id": OTHER})}})
    assert asyncio.run(found(stage, asked("GET", f"/checks/{OTHER}"))) is None
    assert stage.strange == ["GET http://x /checks/*"]
