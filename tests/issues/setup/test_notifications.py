"""fixit-notifications.yml: people hear of issues once, and nothing in a title acts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.issues.setup.runner import Done, Runner, named, shipped
from tests.issues.setup.server import Server, serving

WORKFLOW = shipped("workflows/fixit-notifications.yml")
EVENTS = "/repos/acme/hq/issues/events?per_page=100"
HOOK = "/services/T0/B0/secret"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        running.texts[HOOK] = "ok"
        yield running


def notify(folder: Path, server: Server, name: str, event: dict[str, Any], *, hook: bool = True) -> tuple[Done, Done]:
    """Both steps after ``event``; the second is what was sent."""
    (folder / "event.json").write_text(json.dumps(event))
    runner = Runner(folder, {
        "GITHUB_EVENT_NAME": name,
        "GITHUB_EVENT_PATH": str(folder / "event.json"),
        "GITHUB_API_URL": server.url,
        "GITHUB_REPOSITORY": "acme/hq",
    })  # fmt: skip
    collected = runner.run(named(WORKFLOW, "Collect"), {"github.token": "ghs_x"})
    assert collected.code == 0, collected.shown
    sent = runner.run(named(WORKFLOW, "Send"), {"secrets.FIXIT_WEBHOOK": server.url + HOOK if hook else ""})
    return collected, sent


def issue(number: int = 7, title: str = "[SMOKE FAIL] HLT-01 starts (staging)", **more: Any) -> dict[str, Any]:
    labels = [{"name": name} for name in more.pop("labels", ("smoke-test", "bug", "p0"))]
    url = f"https://github.com/acme/hq/issues/{number}"
    return {"number": number, "title": title, "labels": labels, "html_url": url, **more}


def happened(
    event: str, at: str, about: dict[str, Any], who: str = "github-actions[bot]", **more: Any
) -> dict[str, Any]:
    return {"event": event, "created_at": at, "actor": {"login": who}, "issue": about, **more}


def messages(server: Server) -> list[dict[str, Any]]:
    return [json.loads(asked.body) for asked in server.asked if asked.method == "POST"]


def test_what_a_person_does_is_told_in_the_summary_and_the_channel(tmp_path: Path, server: Server) -> None:
    collected, sent = notify(tmp_path, server, "issues", {"action": "closed", "issue": issue()})
    assert sent.code == 0, sent.shown
    line = "closed: #7 SMOKE FAIL HLT-01 starts (staging) (p0) https://github.com/acme/hq/issues/7"
    assert collected.summary == f"- {line}\n"
    (message,) = messages(server)
    assert message == {"text": f"{line}\n", "content": f"{line}\n", "allowed_mentions": {"parse": []}}
    assert [asked.path for asked in server.asked] == [HOOK], "the event has all that is needed"


def test_without_a_channel_the_summary_is_all(tmp_path: Path, server: Server) -> None:
    collected, _ = notify(tmp_path, server, "issues", {"action": "reopened", "issue": issue()}, hook=False)
    assert collected.summary.startswith("- reopened: #7 ")
    assert server.asked == []


def test_what_the_workflows_did_is_looked_up_once_they_end(tmp_path: Path, server: Server) -> None:
    smoke, early, late = {"name": "smoke-test"}, "2026-05-01T05:00:00Z", "2026-05-01T05:31:00Z"
    server.documents[EVENTS] = [
        happened("labeled", late, issue(9), label=smoke),
        happened("labeled", late, issue(9), label={"name": "p0"}),
        happened("closed", late, issue(8)),
        happened("closed", early, issue(7)),
        happened("closed", late, issue(6), who="octocat"),
        happened("closed", late, issue(5, labels=("bug",))),
        happened("labeled", late, issue(4, pull_request={}), label=smoke),
        happened("renamed", late, issue(3)),
    ]
    collected, _ = notify(
        tmp_path, server, "workflow_run", {"workflow_run": {"run_started_at": "2026-05-01T05:30:00Z"}}
    )
    assert [line.partition(" SMOKE")[0] for line in collected.summary.splitlines()] == ["- closed: #8", "- new: #9"]
    assert [(asked.path, asked.authorization) for asked in server.asked] == [(EVENTS, "Bearer ghs_x"), (HOOK, None)]


def test_where_nothing_happened_nothing_is_sent(tmp_path: Path, server: Server) -> None:
    server.documents[EVENTS] = []
    collected, _ = notify(
        tmp_path, server, "workflow_run", {"workflow_run": {"run_started_at": "2026-05-01T05:30:00Z"}}
    )
    assert collected.summary == "Nothing to tell.\n"
    assert messages(server) == []


@pytest.mark.parametrize(
    "title",
    [
        "@everyone <!channel> fixes #1 `x` ![](https://evil.example/x.png) <script>",
        "$(touch harm) `touch harm` \"; touch harm; '",
        "::error::forged\n::add-mask::x\n- forged",
        "\\(env.TOKEN) ${{ secrets.X }} [a](javascript:x) **b** _c_ ~d~ |e|",
    ],
)
def test_a_title_does_nothing(tmp_path: Path, server: Server, title: str) -> None:
    collected, _ = notify(tmp_path, server, "issues", {"action": "closed", "issue": issue(title=title)})
    assert len(collected.summary.splitlines()) == 1
    told = collected.summary.removeprefix("- closed: #7 ").partition(" (p0) ")[0]
    assert not set(told) & set("@<>`!#*_~|[]\\${}\"'"), told
    assert "://" not in told
    assert "::" not in collected.shown
    assert not (tmp_path / "workspace/harm").exists()
    (message,) = messages(server)
    assert told in message["text"]


def test_a_channel_that_refuses_is_seen_and_its_address_is_not_shown(tmp_path: Path, server: Server) -> None:
    del server.texts[HOOK]
    _, sent = notify(tmp_path, server, "issues", {"action": "closed", "issue": issue()})
    assert sent.code != 0
    assert "404" in sent.shown
    assert HOOK not in sent.shown
