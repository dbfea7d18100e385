"""Pictures of pages in the HTML report: shown whole, and nothing else gets in by that way."""

import pytest

from vibehq_smoke.models import Evidence, Outcome
from vibehq_smoke.platform.recorder import Recorder
from vibehq_smoke.redact import Redactor
from vibehq_smoke.reports import view
from vibehq_smoke.reports.html import render

from .records import record, result

LONG = b"\xff\xd8" + bytes(range(256)) * 200


def shown(picture: str | None) -> str:
    evidence = Evidence(kind="page", summary="/mission-control: 3 request(s)", picture=picture)
    return render(record((result("UI-01", Outcome.FAILED, reason="no", evidence=(evidence,)),)))


def picture_of(content: bytes) -> str:
    recorder = Recorder(0.0, Redactor())
    recorder.add("page", "a page", picture=content)
    (kept,) = recorder.evidence
    assert kept.picture
    return kept.picture


def test_a_picture_is_shown_whole_however_long() -> None:
    picture = picture_of(LONG)
    assert picture.startswith("data:image/jpeg;base64,")
    assert len(picture) > view.MOST_OF_ONE
    assert f'<img class="picture" src="{picture}" alt="What the page showed">' in shown(picture)
    assert "img-src data:" in shown(picture)


@pytest.mark.parametrize(
    "picture",
    [
        None,
        "",
        "https://example.com/x.jpg",
        "data:text/html;base64,AAAA",
        'data:image/jpeg;base64,AAAA" onerror="alert(1)',
        "data:image/svg+xml;base64,AAAA",
        "data:image/jpeg;base64,AA AA",
    ],
)
def test_what_is_no_picture_is_not_shown(picture: str | None) -> None:
    assert '<img class="picture"' not in shown(picture)


def test_a_picture_that_does_not_fit_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "MOST_EVIDENCE", 1_000)
    assert '<img class="picture"' not in shown(picture_of(LONG))
