"""Where the harness runs: what Actions says, and what git knows."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.issues.writing.records import COMMIT, finding, record, result, symptom
from vibehq_smoke.config.issues import IssuePolicy
from vibehq_smoke.issues.writing.changes import CHANGES, with_changes
from vibehq_smoke.issues.writing.smoke import smoke_batch
from vibehq_smoke.issues.writing.surroundings import Surroundings

ACTIONS = {
    "GITHUB_REPOSITORY": "acme/hq",
    "GITHUB_SERVER_URL": "https://git.example.com/",
    "GITHUB_SHA": COMMIT,
    "GITHUB_RUN_ID": "77",
    "GITHUB_RUN_ATTEMPT": "1",
    "GITHUB_WORKFLOW": "smoke",
    "GITHUB_JOB": "staging",
    "GITHUB_REF_NAME": "main",
}


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", "-C", str(folder), *identity, *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with three commits, and a check in a folder of its own."""
    folder = tmp_path / "hq"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "smoke" / "plugins").mkdir(parents=True)
    for number in range(3):
        (folder / "smoke" / "plugins" / "health.py").write_text(f"# {number}\n")
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", f"change {number}, fixes #{number}")
    return folder


def test_what_actions_says(tmp_path: Path) -> None:
    seen = Surroundings.gathered(tmp_path, ACTIONS)
    assert (seen.repo, seen.server_url, seen.commit) == ("acme/hq", "https://git.example.com", COMMIT)
    assert seen.run_url == "https://git.example.com/acme/hq/actions/runs/77"
    assert (seen.workflow, seen.job, seen.branch) == ("smoke", "staging", "main")
    again = Surroundings.gathered(tmp_path, ACTIONS | {"GITHUB_RUN_ATTEMPT": "2"})
    assert again.run_url == "https://git.example.com/acme/hq/actions/runs/77/attempts/2"


def test_nothing_is_made_up(tmp_path: Path) -> None:
    seen = Surroundings.gathered(tmp_path, {})
    assert seen == Surroundings(folder=tmp_path)
    assert seen.permalink("plugins/health.py", 3) is None
    assert seen.recent_changes("a" * 40) == ()
    assert seen.compare_url("a" * 40) is None


@pytest.mark.parametrize(
    ("origin", "server", "repo"),
    [
        ("git@github.com:acme/hq.git", "https://github.com", "acme/hq"),
        ("https://ann:token@git.example.com/acme/hq", "https://git.example.com", "acme/hq"),
        ("ssh://git@git.example.com:2222/acme/hq.git", "https://git.example.com", "acme/hq"),
        ("/srv/git/hq.git", None, None),
        ("https://git.example.com/deep/acme/hq.git", None, None),
    ],
)
def test_what_git_knows(checkout: Path, origin: str, server: str | None, repo: str | None) -> None:
    git(checkout, "remote", "add", "origin", origin)
    seen = Surroundings.gathered(checkout / "smoke", {})
    assert seen.root == checkout.resolve()
    assert seen.commit == git(checkout, "rev-parse", "HEAD")
    assert (seen.server_url, seen.repo, seen.branch) == (server, repo, "main")
    assert seen.run_url is None


def test_files_of_the_checkout_have_a_page(checkout: Path) -> None:
    seen = Surroundings.gathered(checkout / "smoke", ACTIONS)
    page = f"https://git.example.com/acme/hq/blob/{COMMIT}/smoke/plugins/health.py"
    assert seen.permalink("plugins/health.py", 3) == f"{page}#L3"
    assert seen.permalink(str(checkout / "smoke/plugins/health.py")) == page
    assert seen.permalink("smoke/plugins/health.py") == page
    for elsewhere in ("plugins/none.py", "../../x", "/etc/passwd", "", "plugins", "a\0b"):
        assert seen.permalink(elsewhere) is None, elsewhere


def test_recent_changes_are_those_since_it_last_held(checkout: Path) -> None:
    seen = Surroundings.gathered(checkout, {})
    first = git(checkout, "rev-parse", "HEAD~2")
    log = seen.recent_changes(first)
    assert [line.partition(" ")[2] for line in log] == ["change 2, fixes #2", "change 1, fixes #1"]
    assert seen.recent_changes(first, git(checkout, "rev-parse", "HEAD~1")) == log[1:]
    assert seen.recent_changes(first, most=1) == log[:1]
    for unknown in (None, "", "f" * 40, "--output=/tmp/x", seen.commit):
        assert seen.recent_changes(unknown) == (), unknown


def test_a_ticket_tells_of_them(checkout: Path) -> None:
    git(checkout, "remote", "add", "origin", "git@github.com:acme/hq.git")
    seen = Surroundings.gathered(checkout, {})
    run = record(result("HLT-01"), findings=(finding("health-api", symptom("HLT-01")),))
    (sighting,) = smoke_batch(run, seen, IssuePolicy()).sightings
    said = {
        green: next(
            section.text
            for section in with_changes(sighting.ticket, seen, green).sections
            if section.heading == CHANGES
        )
        for green in (None, "f" * 40, seen.commit, git(checkout, "rev-parse", "HEAD~2"))
    }
    none, unknown, same, known = said.values()
    assert none == "No commit is known yet at which this held."
    assert "does not go back so far" in unknown
    assert "at this very commit" in same
    assert "change 2, fixes #2\n" in known
    assert f"[compare](https://github.com/acme/hq/compare/{git(checkout, 'rev-parse', 'HEAD~2')}..." in known
