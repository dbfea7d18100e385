"""The figures on Mission Control, and whether they are those of the API (contract UI-02, Q20)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vibehq_smoke import Violation

from .api_models import HealthOverview
from .health_models import WorkerList

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vibehq_smoke.platform import Hq, Page

ATTEMPTS = 6
"""Loads of the page: figures may change while they are compared, but not every time."""

SETTLE_S = 3.0
"""Within which figures that are drawn must be the right ones."""

DRAW_S = 20.0
"""Within which there must be figures at all: a slow API is not the page's fault."""

_MARKER = re.compile(r"\b(stub|mock|sample|demo|placeholder|example) (data|values|numbers|figures)\b", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_STATUS = re.compile(r"\b(completed|failed|timeout|running|healthy|degraded|unhealthy|critical)\b", re.IGNORECASE)
_WORDS = {"status": r"last status|health status|system status|^status$", "score": r"health score|^score$",
          "workers": r"^(active |registered |total )?(workers|agents)$"}  # fmt: skip

_READ = """(words) => {
  const text = (element) => (element?.innerText ?? "").trim();
  const labelled = (pattern) => {
    const labels = [...document.querySelectorAll("h1,h2,h3,h4,h5,h6,dt,th,label,span,p,div")].filter(
      (one) => text(one).length < 40 && pattern.test(text(one)) && one.getClientRects().length > 0);
    for (const label of labels) {
      let box = label.parentElement;
      while (box && text(box) === text(label)) box = box.parentElement;
      if (box && text(box).length < 300) return text(box).replace(text(label), "").trim();
    }
    return null;
  };
  const read = ([name, words]) => {
    const marked = document.querySelector(`[data-testid="health-${name}"]`);
    const exact = marked?.querySelector("data")?.value;
    return [name, marked ? exact || text(marked) : labelled(new RegExp(words, "i"))];
  };
  return Object.fromEntries(Object.entries(words).map(read));
}"""


@dataclass(frozen=True)
class Told:
    """What the API says."""

    status: str | None
    score: float | None
    workers: int


async def told(hq: Hq) -> Told:
    """The figures as the API tells them now."""
    health, workers = await hq.gather(hq.api.get("/api/health"), hq.api.get("/api/health/workers"))
    summary = health.expect(HealthOverview).summary
    return Told(summary.last_status, summary.last_health_score, len(workers.expect(WorkerList).workers))


async def figures(page: Page) -> dict[str, str | None]:
    """What the page shows under the names of the figures; None for one that it does not show."""
    shown: dict[str, str | None] = await page.evaluate(_READ, _WORDS)
    return shown


async def assert_as_told(hq: Hq, page: Page, first: Told) -> None:
    """The page shows what the API says. ``first`` is what it said before the page was opened.

    Compared are loads during which the API said the same before and after, two in a row, since others start runs
    meanwhile.
    """
    before, suspected = first, False
    for _ in range(ATTEMPTS):
        wrong = await _differences(page, before)
        if not wrong:
            return
        after = await told(hq)
        if before == after and suspected:
            if marker := _MARKER.search(await page.text()):
                hq.note(f"the figures are not the API's, and the page says so: {marker.group()!r}")
                return
            raise Violation(f"{page.path} shows other figures than the API: {'; '.join(wrong)}", kind="figures")
        # Once proves nothing: a run may have come and gone while the page asked.
        suspected = before == after
        before = after
        await page.open(page.path)
    hq.degraded("the figures of the API never stood still, so the page could not be compared with them")


async def until_drawn(page: Page) -> None:
    """Wait until the page shows its figures. Raises Violation ``timeout``, naming those that are missing."""
    seen: dict[str, str | None] = dict.fromkeys(_WORDS)

    async def drawn() -> bool:
        seen.update(await figures(page))
        return None not in seen.values()

    try:
        await page.until(drawn, "its figures", within=DRAW_S)
    except Violation as late:
        missing = ", ".join(name for name, shown in seen.items() if shown is None)
        raise Violation(f"{late}; missing are {missing}", kind=late.kind) from None


async def _differences(page: Page, expected: Told) -> list[str]:
    """What differs, once the page has had time to draw."""
    await until_drawn(page)
    wrong: list[str] = []

    async def agrees() -> bool:
        wrong[:] = compared(await figures(page), expected)
        return not wrong

    try:
        await page.until(agrees, "its figures", within=SETTLE_S)
    except Violation:
        return wrong or ["they cannot be read"]
    return []


def compared(shown: Mapping[str, str | None], expected: Told) -> list[str]:
    """Which figures that are shown differ from what the API says, in words."""
    right = {
        "status": _is_status(shown["status"], expected.status),
        "score": _is_score(shown["score"], expected.score),
        "workers": _is_number(shown["workers"], expected.workers),
    }
    return [
        f"{name} is {shown[name]!r}, the API says {getattr(expected, name)!r}" for name, holds in right.items()
        if not holds
    ]  # fmt: skip


def _is_status(shown: str | None, expected: str | None) -> bool:
    if shown is None:
        return False
    words = {word.lower() for word in _STATUS.findall(shown)}
    return not words if expected is None else expected.lower() in words or expected.lower() in shown.lower()


def _is_score(shown: str | None, expected: float | None) -> bool:
    if shown is None:
        return False
    numbers = [(float(text.replace(",", ".")), _half_a_digit(text)) for text in _NUMBER.findall(shown)]
    if expected is None:
        return not numbers
    return any(abs(n - expected) <= off or abs(n - 100 * expected) <= off for n, off in numbers)


def _is_number(shown: str | None, expected: int) -> bool:
    return shown is not None and str(expected) in _NUMBER.findall(shown)


def _half_a_digit(text: str) -> float:
    """By how much a rounded figure may differ from the exact one."""
    _, mark, digits = text.replace(",", ".").partition(".")
    return 0.51 * 10.0 ** -len(digits) if mark else 0.51
