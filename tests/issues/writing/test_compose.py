"""The whole body of an issue: within its limits, ours between two marks, people's words untouched."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.issues.writing.hostile import FRAGMENTS, HOSTILE, acting, texts
from tests.issues.writing.records import IN_CI, NOW, cause, exchange, finding, record, result, symptom
from vibehq_smoke.config.issues import IssuePolicy
from vibehq_smoke.issues.batch import BugType, Section, Ticket
from vibehq_smoke.issues.cause import Cause
from vibehq_smoke.issues.compose import BEGIN, END, MOST_OF_A_BODY, body, comment, incident, merged
from vibehq_smoke.issues.marker import Signer
from vibehq_smoke.issues.writing.smoke import smoke_batch
from vibehq_smoke.models import Priority

SIGNER = Signer.of("a key", "here")


def ticket(*sections: Section, **more: str) -> Ticket:
    return Ticket(
        bug_type=BugType.SMOKE,
        title=more.pop("title", "[SMOKE FAIL] HLT-01 it works (staging)"),
        priority=Priority.P1,
        sections=sections or (Section(heading="Error Details", text="it broke"),),
        **more,
    )


def written(said: Ticket, about: Cause) -> str:
    return body(said, about, SIGNER.marker(about))


def test_a_body_begins_and_ends_with_marks_of_ours() -> None:
    text = written(ticket(Section(heading="", text="first"), Section(heading="Second", text="then")), cause())
    assert text.startswith(f"{BEGIN}\nfirst\n\n## Second\n\nthen\n\n## Where it stands\n\n")
    assert text.endswith(f"{SIGNER.marker(cause())}\n{END}")
    assert SIGNER.read(text) == cause().model_copy(update={"ticket": None})


def test_where_it_stands_is_told_in_words_and_in_a_strip() -> None:
    about = cause(
        state="recovering",
        fails=0,
        clean=2,
        clean_runs=("https://github.com/acme/hq/actions/runs/80", "0504-140000-1234"),
        seen=1_200,
        strip="PF.FPP",
        deploy="v18",
        deployed_at=NOW + timedelta(hours=1),
        before=7,
    )
    text = body(ticket(), about, "", close_after=5)
    assert "| State | 🟡 recovering: 2 of 5 clean runs |" in text
    assert "| First seen | 2026-05-04 12:30 UTC |" in text
    assert "| Failing runs | 1,200 |" in text
    runs = "[`80`](https://github.com/acme/hq/actions/runs/80), `0504-140000-1234`"
    assert f"| Clean runs | 2 of 5: {runs} |" in text
    assert "| Deploy | `v18` of 2026-05-04 13:30 UTC |" in text
    assert "| Told before in | #7 |" in text
    assert "\n🟩🟥⬜🟥🟩🟩\n" in text
    assert "after 5 clean runs in a row, each of which executes `HLT-01`" in text


@pytest.mark.parametrize(
    ("about", "state"),
    [
        (cause(), "🔴 failing |"),
        (cause(fails=4, seen=9), "🔴 failing in 4 runs in a row |"),
        (cause(state="recovered", fails=0, clean=3), "🟢 recovered |"),
    ],
)
def test_states(about: Cause, state: str) -> None:
    assert f"| State | {state}" in written(ticket(), about)


def test_a_huge_ticket_fits_and_keeps_its_marker() -> None:
    sections = [Section(heading=f"S{n}", text=("word " * 20 + "\n") * 400, keep=n) for n in range(12)]
    text = body(ticket(*sections), cause(), f"<!-- {'m' * 24_000} -->")
    assert len(text) <= MOST_OF_A_BODY
    assert text.endswith(f"<!-- {'m' * 24_000} -->\n{END}")
    assert "## S0" in text
    assert "characters are left out here" in text


def test_two_megabytes_of_malice_do_no_harm() -> None:
    huge = HOSTILE * 4_000
    assert len(huge) > 2_000_000
    failed = result("HLT-01", reason=huge, traceback=huge, log=(huge,), evidence=(exchange(response_body=huge),))
    whole = finding("health-api", symptom("HLT-01", message=huge))
    (seen,) = smoke_batch(record(failed, findings=(whole,)), IN_CI, IssuePolicy()).sightings
    about = cause(ticket=seen.ticket)
    text = written(seen.ticket, about)
    assert len(text) <= MOST_OF_A_BODY
    assert SIGNER.read(text) is not None, "a marker of the target's stands beside ours"
    ours = ("<details>", "</details>", "<summary>", "<sub>", "</sub>", "<!-- vibehq-smoke:")
    assert [one for one in acting(text) if not any(mark in one for mark in ours)] == []
    for word in ("news", "reopened"):
        assert acting(comment(about, word)) == []


def test_what_people_wrote_stays() -> None:
    old = f"Seen by Ann.\r\n\r\n{written(ticket(), cause())}\r\n\r\n- [ ] ask Bob"
    new = written(ticket(Section(heading="Now", text="worse")), cause(fails=2, seen=2))
    assert merged(old, new) == f"Seen by Ann.\n\n{new}\n\n- [ ] ask Bob"
    assert merged(merged(old, new), new) == merged(old, new)


def test_a_body_without_people_is_replaced() -> None:
    old, new = written(ticket(), cause()), written(ticket(), cause(fails=2))
    assert merged(old, new) == new
    assert merged("", new) == new


def test_a_body_that_lost_its_marks_is_peoples() -> None:
    new = written(ticket(), cause())
    assert merged("I rewrote it all.", new) == f"{new}\n\nI rewrote it all."
    assert merged(f"before\n{BEGIN}\ncut off", new) == f"before\n\n{new}"
    assert merged(f"cut off\n{END}\nafter", new) == f"{new}\n\nafter"


def test_a_copy_of_the_marker_does_not_make_ours_worthless() -> None:
    new = written(ticket(), cause())
    copied = SIGNER.marker(cause("auth"))
    assert SIGNER.read(merged(f"{copied}\nhello {new}", new)) is not None
    assert "hello" in merged(f"{copied}\nhello {new}", new)


@given(st.lists(st.sampled_from([*FRAGMENTS, BEGIN, END, "text"]), max_size=8).map("\n".join), texts)
def test_whatever_became_of_a_body_the_new_one_is_in_it_once(old: str, more: str) -> None:
    new = written(ticket(), cause())
    text = merged(f"{old}{new}{more}", new)
    assert text.count(new) == 1
    assert SIGNER.read(text) is not None
    assert merged(text, new) == text, "it changes with every sync"


@pytest.mark.parametrize("size", [30_000, 58_000, 200_000])
def test_much_that_people_wrote_takes_the_room_of_sections(size: int) -> None:
    new = written(ticket(Section(heading="Log", text="y " * 20_000)), cause())
    text = merged(f"{new}\n\n{'people ' * (size // 7)}", new)
    assert len(text) <= MOST_OF_A_BODY
    assert SIGNER.read(text) is not None
    assert "## Where it stands" in text
    assert text.count("people") > 4_000
    assert merged(text, new) == text


def test_comments() -> None:
    about = cause(
        ticket=ticket(news="`HLT-01` is worse"),
        clean=3,
        clean_runs=("https://github.com/acme/hq/actions/runs/80", "r2", "r3"),
        subjects=("HLT-01", "preflight auth"),
        deploy="v18",
    )
    assert comment(about, "news") == "**What is new**\n\n`HLT-01` is worse"
    closed = comment(about, "closed")
    assert "3 clean runs in a row" in closed
    assert "`HLT-01`, `preflight auth`" in closed
    assert "- [`80`](https://github.com/acme/hq/actions/runs/80)\n- `r2`\n- `r3`" in closed
    again = comment(about, "reopened")
    assert "Run `0504-123000-abcd` saw it fail again on 2026-05-04 12:30 UTC, on deploy `v18`" in again
    assert again.endswith("`HLT-01` is worse")
    assert comment(cause(), "news") == ""


def test_an_incident_lists_the_worst_first_and_counts_the_rest() -> None:
    causes = [
        cause(f"part-{n % 7}", id=f"1-{n:04}", priority=Priority("p2"), ticket=ticket(title=f"[SMOKE FAIL] C-{n} x"))
        for n in range(2_000)
    ]
    causes[1_500] = cause("d1-ops", id="1-x", priority=Priority.P0, ticket=ticket(title="[SMOKE FAIL] INF-03 y"))
    said = incident(causes, "smoke/staging")
    assert said.title == "[SMOKE FAIL] Many causes at once in staging"
    assert said.priority is Priority.P0
    assert said.labels == ("smoke-test", "bug", "p0", "incident")
    assert said.news == "Many causes at once in `staging`, the worst of them in `d1-ops`."
    about = cause("several", id="incident smoke/staging", subjects=("incident smoke/staging",))
    text = body(said, about, "m" * 24_000)
    assert len(text) <= MOST_OF_A_BODY
    assert "**2000 causes** at once in `staging`, in 8 components." in text
    assert "| --- | --- | --- | --- |\n| P0 | `d1-ops` | `INF-03 y` | 1 |\n| P2 |" in text
    assert "and 1,900 more" in text
    assert "- `part-0`: 286" in text


def test_an_incident_is_over_when_few_wait() -> None:
    over = cause(
        "several", id="incident smoke/staging", subjects=("incident smoke/staging",), clean=3, clean_runs=("r1",)
    )
    assert comment(over, "closed").startswith("**Over.** In 3 runs in a row, few causes or none were left without")
    assert "incident smoke" not in body(ticket(), over, "")


def test_an_incident_of_causes_known_from_markers_only() -> None:
    said = incident([cause(), cause("auth", subjects=("preflight auth",))], "smoke/staging")
    assert "`preflight auth`" in body(said, cause(), "")
    assert said.bug_type is BugType.SMOKE
