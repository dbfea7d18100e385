"""report.html: safe to open whatever a target said, whole without a network, and readable without JavaScript."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest

from vibehq_smoke.models import Evidence, Outcome, Proved
from vibehq_smoke.reports import view
from vibehq_smoke.reports.html import render
from vibehq_smoke.reports.view import LEFT_OUT, page

from . import samples
from .records import exchange, record, result, tracked

FETCHES = {
    "src",
    "srcset",
    "action",
    "formaction",
    "data",
    "poster",
    "background",
    "ping",
    "manifest",
    "cite",
    "xlink:href",
}
VOID = {"meta", "input", "br", "link"}


@dataclass
class Seen(HTMLParser):
    """What a browser would see: tags with their attributes, text, and whether the tags are closed in order."""

    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another tag"

    def handle_data(self, data: str) -> None:
        inside = self.open[-1] if self.open else ""
        self.texts.setdefault(inside, []).append(data)
        if inside not in ("script", "style"):
            self.said.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def text(self) -> str:
        """Everything a reader sees, on one line."""
        return " ".join("".join(self.said).split())


def read(html: str) -> Seen:
    seen = Seen()
    seen.feed(html)
    seen.close()
    assert not seen.open
    return seen


@pytest.fixture(scope="module", params=samples.NAMES)
def seen(request: pytest.FixtureRequest) -> Seen:
    return read(render(samples.sample(request.param)))


def test_only_our_own_script_and_style_are_there(seen: Seen) -> None:
    ours = read(render(record()))
    for tag in ("script", "style"):
        assert seen.all(tag) == [{}]
        assert seen.texts[tag] == ours.texts[tag]


def test_nothing_in_it_runs_or_asks_for_anything(seen: Seen) -> None:
    for tag, attributes in seen.tags:
        assert tag not in ("img", "iframe", "object", "embed", "link", "base", "form", "audio", "video", "image", "use")
        assert not [name for name in attributes if name.startswith("on") or name in FETCHES or name == "style"]
        assert attributes.get("href", "#").startswith("#")
    assert "refresh" not in [meta.get("http-equiv", "").lower() for meta in seen.all("meta")]


def test_its_policy_allows_exactly_that(seen: Seen) -> None:
    (policy,) = [meta["content"] for meta in seen.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules.pop("default-src") == rules.pop("base-uri") == rules.pop("form-action") == "'none'"
    assert rules.pop("img-src") == "data:"
    for tag in ("script", "style"):
        digest = hashlib.sha256("".join(seen.texts[tag]).encode()).digest()
        assert rules.pop(f"{tag}-src") == f"'sha256-{base64.b64encode(digest).decode()}'"
    assert not rules


def test_style_and_script_name_no_other_place(seen: Seen) -> None:
    assert not re.search(r"url\(|@import|https?:|fetch\(|XMLHttpRequest|innerHTML|eval\(", _own(seen))


def _own(seen: Seen) -> str:
    return "".join(seen.texts["script"] + seen.texts["style"])


def test_every_link_leads_somewhere_and_ids_are_unique(seen: Seen) -> None:
    ids = [attributes["id"] for _, attributes in seen.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {link["href"][1:] for link in seen.all("a")} <= set(ids)
    labels = [attributes["aria-labelledby"] for _, attributes in seen.tags if "aria-labelledby" in attributes]
    assert set(labels) <= set(ids)


def test_controls_that_need_javascript_are_hidden_without_it(seen: Seen) -> None:
    for _, attributes in seen.tags:
        if "scripted" in attributes.get("class", "").split():
            assert "hidden" in attributes


def test_hostile_text_is_shown_as_text() -> None:
    shown = read(render(samples.hostile())).text
    assert "</script><script>alert(1)</script>" in shown
    assert "{{ 7 * 7 }} {% raw %}" in shown
    assert "<U+202E>dcba <U+2066>x<U+2069> <U+FEFF> <U+D800>" in shown
    assert "<U+001B>[31mred" in shown
    assert "مرحبا بالعالم" in shown


@pytest.mark.parametrize(
    "place", ["title", "description", "reason", "component", "category", "rerun", "traceback", "kind"]
)
def test_a_tag_in_any_field_stays_text(place: str) -> None:
    attack = f"'\"><svg onload=alert(1) data-{place}><x-tag>"
    page = read(render(record((result(outcome=Outcome.FAILED, **{place: attack}),))))
    assert "x-tag" not in [tag for tag, _ in page.tags]
    assert attack in page.text


def test_everything_known_of_a_failed_check_is_there() -> None:
    run = samples.one_cause()
    shown = read(render(run)).text
    failed = run.checks[0]
    said = (
        failed.id,
        failed.title,
        failed.description,
        failed.rerun,
        failed.kind,
        failed.location,
        *failed.notes,
        *failed.log,
    )
    for text in said:
        assert str(text) in shown
    first, second = (item.exchange for item in failed.evidence)
    assert first is not None
    assert first.curl in shown
    assert "HTTP 500" in shown
    assert "no answer: connection refused" in shown
    assert second is not None
    assert "11.9 ms in all · connected in 0.4 ms · first byte after 11.2 ms · 74 bytes received" in shown


def test_the_matrix_comes_first_and_says_why() -> None:
    html = render(samples.one_cause())
    places = [html.index(f'id="{section}"') for section in ("matrix", "causes", "gates", "checks", "run")]
    assert places == sorted(places)
    assert html.index("1 cause: d1-health is broken.") < places[0]
    shown = read(html).text
    assert "root cause" in shown
    assert "blocked by d1-health" in shown
    assert "waits for d1-health" in shown


def test_a_cause_says_how_much_it_matters_and_how_it_is_known_again() -> None:
    run = samples.one_cause()
    shown = read(render(run)).text
    assert "d1-health broken P0" in shown
    assert f"Fingerprint{run.findings[0].symptoms[0].fingerprint}" in shown
    assert "Issue" not in shown


def test_the_issue_of_a_cause_is_a_link() -> None:
    seen = read(render(tracked(samples.one_cause(), "https://github.com/acme/hq/issues/7")))
    (link,) = [link for link in seen.all("a") if not link["href"].startswith("#")]
    assert link == {"href": "https://github.com/acme/hq/issues/7", "rel": "noopener noreferrer"}
    assert "Issuehttps://github.com/acme/hq/issues/7" in seen.text


@pytest.mark.parametrize(
    "place", ["reports/issues/7.md", "javascript:alert(1)", 'https://a.example/" onclick="x', "//evil"]
)
def test_an_issue_that_is_no_page_is_text(place: str) -> None:
    seen = read(render(tracked(samples.one_cause(), place)))
    assert not [link for link in seen.all("a") if not link["href"].startswith("#")]
    assert place in seen.text


def test_what_was_deployed_is_said() -> None:
    since = datetime(2026, 1, 1, 12, tzinfo=UTC)
    shown = read(render(record(deploy="b6da84b", deployed_at=since))).text
    assert "Deployedb6da84b since 2026-01-01 12:00:00 UTC" in shown
    assert "Deployedb6da84b" in read(render(record(deploy="b6da84b"))).text
    assert "Deployed" not in read(render(record())).text


def test_the_ledger_gives_the_sql_that_cleans_up() -> None:
    run = samples.passed()
    shown = read(render(run)).text
    assert run.created[0].cleanup_sql is not None
    assert run.created[0].cleanup_sql in shown
    assert "Clean up in vibehq-health-logs" in shown


def test_what_was_proved_of_a_check_stands_beside_it() -> None:
    html = render(samples.one_cause())
    assert '<span class="proved">proved: 23 of 24</span>' in html
    assert html.count('<span class="proved">not proved</span>') == len(samples.one_cause().checks) - 1
    shown = read(html).text
    assert "it noticed 23 of 24 wrong answers, and was alarmed by none of 5 harmless changes" in shown
    assert "1 of 26 checks, which noticed 23 of 24 wrong answers" in shown


def test_a_proof_that_does_not_hold_is_marked() -> None:
    doubtful = (Proved(mutants=4, caught=1, vacuous=True), Proved(changed=True), Proved(unproved="it was skipped"))
    for proof in doubtful:
        assert '<span class="proved doubtful">' in render(record((result(proof=proof),)))


def test_a_partial_run_says_so() -> None:
    assert "Partial run. It did not reach its end: interrupted by Ctrl-C" in read(render(samples.partial())).text
    assert "Partial run" not in read(render(samples.passed())).text


TRIED = "attempt 3 of 3; attempt 1 said after 5.00 s: no answer; attempt 2 said after 0 ms the same"


def test_what_earlier_attempts_said_is_there() -> None:
    html = render(samples.partial())
    assert f"Tried{TRIED}" in read(html).text
    assert html.count('title="It failed, and was tried again">attempt 3</span>') == 1
    assert "attempt 1" not in render(samples.one_cause())


def test_a_hidden_check_is_marked() -> None:
    shown = read(render(samples.partial())).text
    assert "hidden" in shown
    assert "5 of 6 judged, 1 more ran because these need them" in shown


def test_every_check_has_its_row() -> None:
    seen = read(render(samples.many(500)))
    rows = [attributes for attributes in seen.all("li") if "data-outcome" in attributes]
    assert len(rows) == 500
    assert {row["data-outcome"] for row in rows} == {outcome.value for outcome in Outcome}


def _bulky(id: str, outcome: Outcome) -> Any:  # noqa: A002 - the field's name
    return result(id, outcome, evidence=(exchange(response_body=id * 10_000), Evidence(kind="sql", summary="rows")))


def test_evidence_that_does_not_fit_is_left_out_and_trouble_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "MOST_EVIDENCE", 45_000)
    checks = (*(_bulky(f"API-{n}", Outcome.PASSED) for n in range(5)), _bulky("HLT-9", Outcome.FAILED))
    rows = {row.result.id: row for row in page(record(checks)).rows}
    assert list(rows) == [check.id for check in checks]
    assert rows["HLT-9"].proofs[0].response != LEFT_OUT
    assert "more characters are left out here" in rows["HLT-9"].proofs[0].response
    assert rows["API-4"].proofs[0].response == LEFT_OUT
    assert LEFT_OUT in render(record(checks))


def test_the_page_stays_small_whatever_was_seen() -> None:
    checks = tuple(
        result(f"API-{n:03}", evidence=(exchange(response_body="<&" * 20_000, request_body="x" * 90_000),) * 3)
        for n in range(100)
    )
    assert len(render(record(checks))) < 9_000_000


def test_bars_lie_on_one_time_axis() -> None:
    rows = page(
        record(
            (
                result("A", started_s=0, duration_s=1),
                result("B", started_s=1, duration_s=3),
                result("C", Outcome.BLOCKED, started_s=0.5, duration_s=0),
            )
        )
    ).rows
    assert [(row.start, row.width) for row in rows] == [(0, 25), (25, 75), (12.5, 0)]


def test_ids_that_look_alike_get_anchors_of_their_own() -> None:
    rows = page(record((result("A b"), result("A-b"), result("A/b")))).rows
    assert len({row.anchor for row in rows}) == 3
    assert page(record((result("HLT-01"),))).rows[0].anchor == "check-HLT-01"
