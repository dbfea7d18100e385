"""What the tests and the pictures start from: a session, some patch events, some runs."""

import random
from datetime import UTC, datetime, timedelta

from tests.browser.cdp import Page
from tests.lab.running import RunningLab

KINDS = ("PATCH_RECEIVED", "PATCH_VALIDATED", "PATCH_APPLIED", "PATCH_DELIVERED")


def sign_in(page: Page, lab: RunningLab) -> None:
    """Give the page the cookie of the lab's session, as its own sign-in would set it."""
    session = lab.headers["Authorization"].removeprefix("Bearer ")
    cookie = {"name": "session", "value": session, "url": lab.base, "path": "/", "secure": True}
    page.call("Network.setCookie", cookie)


def fill(lab: RunningLab) -> None:
    """Store patch events of the last day and let every worker report; the same each time but for the clock."""
    chance = random.Random(7)  # noqa: S311 - a shape to look at, no secret
    for number in range(60):
        moment = datetime.now(UTC) - timedelta(minutes=chance.betavariate(2, 4) * 1400)
        event = {
            "id": f"picture-{number}", "patchId": f"patch-{number % 9}", "eventType": KINDS[number % 4],
            "status": "success" if chance.random() < 0.92 else "failure",
            "createdAt": moment.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "metadata": {"duration_ms": round(abs(chance.gauss(220, 60)), 1)},
        }  # fmt: skip
        assert lab.post("/api/patches/events", event).status_code == 200
    lab.finished(lab.start_run(*lab.workers))
    lab.finished(lab.start_run("agent-factory", "data-factory"))
    lab.finished(lab.start_run(*lab.workers))
