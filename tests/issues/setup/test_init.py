"""``vibehq-smoke issues init``, as a person uses it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.github.double import TOKEN, RunningDouble, running_double
from tests.issues.setup.runner import SHIPPED
from vibehq_smoke.issues.github.client import Client
from vibehq_smoke.issues.setup.tables import put_labels, put_milestones
from vibehq_smoke.issues.writing.labels import LABELS, MILESTONES

SMOKE = str(Path(sys.executable).with_name("vibehq-smoke"))
FORM = ".github/ISSUE_TEMPLATE/bug-report.yml"
WATCHING = ".github/workflows/create-issues-on-failure.yml"


def init(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    return subprocess.run(
        [SMOKE, "issues", "init", *arguments],
        cwd=folder, env=kept | environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def first(folder: Path, *arguments: str) -> str:
    done = init(folder, "--action", "acme/vibehq-smoke@v1", *arguments)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def files(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def workflow(folder: Path, file: str, text: str) -> None:
    (folder / ".github/workflows").mkdir(parents=True, exist_ok=True)
    (folder / ".github/workflows" / file).write_text(text)


def test_a_checkout_gets_forms_and_workflows_and_the_second_time_nothing(tmp_path: Path) -> None:
    shown = first(tmp_path)
    assert set(files(tmp_path)) == set(SHIPPED)
    assert [f"created    {name}" for name in SHIPPED] == shown.splitlines()[:-1]
    assert "__" not in "".join(files(tmp_path).values())
    before = files(tmp_path)
    again = init(tmp_path)
    assert again.returncode == 0, again.stderr
    assert again.stdout.splitlines()[-1] == f"{len(SHIPPED)} unchanged"
    assert files(tmp_path) == before


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    shown = first(tmp_path, "--dry-run")
    assert shown.splitlines()[0] == "Nothing is changed, this is what would be:"
    assert f"created    {FORM}" in shown
    assert files(tmp_path) == {}


def test_another_folder_is_written_into_when_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    first(tmp_path, "--dir", "there")
    assert set(files(tmp_path / "there")) == set(SHIPPED)
    missing = init(tmp_path, "--dir", "nowhere")
    assert missing.returncode == 2
    assert "nowhere" in missing.stderr


def test_what_people_changed_is_kept_and_shown_until_they_say_otherwise(tmp_path: Path) -> None:
    first(tmp_path)
    mine = (tmp_path / FORM).read_text().replace("title: ", "title: # mine\n  ")
    (tmp_path / FORM).write_text(mine)
    kept = init(tmp_path)
    assert kept.returncode == 0, kept.stderr
    assert f"kept       {FORM}: it differs; --force overwrites it" in kept.stdout
    assert "           -title: # mine" in kept.stdout
    assert '           +title: "[BUG] "' in kept.stdout
    assert (tmp_path / FORM).read_text() == mine
    forced = init(tmp_path, "--force")
    assert f"updated    {FORM}: it differs" in forced.stdout
    assert (tmp_path / FORM).read_text() == SHIPPED[FORM]


def test_other_line_ends_are_no_difference(tmp_path: Path) -> None:
    first(tmp_path)
    (tmp_path / FORM).write_bytes(SHIPPED[FORM].replace("\n", "\r\n").encode())
    assert f"unchanged  {FORM}" in init(tmp_path).stdout


def test_a_file_that_is_no_text_is_kept(tmp_path: Path) -> None:
    first(tmp_path)
    (tmp_path / FORM).write_bytes(b"\xff\xfe\x00")
    assert f"kept       {FORM}: it is no UTF-8 text; --force overwrites it" in init(tmp_path).stdout
    init(tmp_path, "--force")
    assert (tmp_path / FORM).read_text() == SHIPPED[FORM]


def test_a_template_in_the_older_form_is_mentioned(tmp_path: Path) -> None:
    (tmp_path / FORM).parent.mkdir(parents=True)
    (tmp_path / FORM).with_suffix(".md").write_text("---\nname: Bug\n---\n")
    assert "bug-report.md: people are offered this and bug-report.yml; remove one" in first(tmp_path)


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / ".github").write_text("a file")
    done = init(tmp_path, "--action", "./")
    assert done.returncode == 2
    assert done.stderr.startswith("vibehq-smoke: ")
    assert "cannot be written" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_workflows_of_the_checkout_are_watched(tmp_path: Path) -> None:
    workflow(tmp_path, "ci.yml", 'on: push\nname: "Build & test" # all\njobs: {}\n')
    workflow(tmp_path, "deploy.yaml", "name: deploy to staging\n")
    workflow(tmp_path, "nameless.yml", "on: push\n")
    first(tmp_path)
    watched = '["Build & test", "deploy to staging", ".github/workflows/nameless.yml"]'
    assert f"workflows: {watched} # watched\n" in (tmp_path / WATCHING).read_text()
    workflow(tmp_path, "late.yml", "name: late\n")
    again = init(tmp_path)
    assert "note       workflow 'late' opens no issues" in again.stdout
    assert f"unchanged  {WATCHING}" in again.stdout


def test_a_list_that_people_wrote_is_not_a_difference(tmp_path: Path) -> None:
    workflow(tmp_path, "ci.yml", "name: CI\n")
    first(tmp_path)
    text = (tmp_path / WATCHING).read_text()
    (tmp_path / WATCHING).write_text(text.replace('["CI"]', '["CI", "deploy"]'))
    assert f"unchanged  {WATCHING}" in init(tmp_path).stdout
    assert '["CI", "deploy"]' in (tmp_path / WATCHING).read_text()


@pytest.mark.parametrize(
    ("action", "environment", "uses"),
    [
        (("--action", "./tools/smoke"), {}, "./tools/smoke"),
        (("--action", "acme/tools/smoke@0123abc"), {}, "acme/tools/smoke@0123abc"),
        ((), {"GITHUB_REPOSITORY": "acme/hq"}, "acme/vibehq-smoke@v1"),
    ],
)
def test_the_workflows_use_the_action_from_where_it_lives(
    tmp_path: Path, action: tuple[str, ...], environment: dict[str, str], uses: str
) -> None:
    done = init(tmp_path, *action, **environment)
    assert done.returncode == 0, done.stderr
    for name in ("smoke", "create-issues-on-failure"):
        assert f"uses: {uses} # vibehq-smoke\n" in (tmp_path / f".github/workflows/{name}.yml").read_text()


def test_without_a_word_the_action_is_that_of_the_owner_of_origin(tmp_path: Path) -> None:
    for words in (["init", "--quiet"], ["remote", "add", "origin", "git@github.com:octo-org/hq.git"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    done = init(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "uses: octo-org/vibehq-smoke@v1 # vibehq-smoke\n" in (tmp_path / WATCHING).read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "say where it lives with --action OWNER/vibehq-smoke@REF"),
        (("--action", "acme"), "--action 'acme': is no action (allowed: OWNER/NAME@REF, ./FOLDER)"),
        (("--action", "a/b@v1 # x\n  - run: id"), "is no action"),
        (("--repo", "acme"), "--repo 'acme': is no repository (allowed: OWNER/NAME)"),
        (("--repo", "acme/hq"), "GITHUB_TOKEN"),
    ],
)
def test_a_wrong_call_is_one_line_and_leaves_nothing_behind(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = init(tmp_path, *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert files(tmp_path) == {}


@pytest.fixture
def github() -> Iterator[RunningDouble]:
    """A repository that is set up but for one label, one colour and one milestone; writes take a real second each."""
    with running_double() as double:
        with Client("acme/hq", TOKEN, double.url, clock=double.clock) as client:
            list(put_labels(client, LABELS, dry=False))
            list(put_milestones(client, MILESTONES[1:], dry=False))
        double.advance(3600)
        removed, changed = double.repository.label("p3"), double.repository.label("p0")
        assert removed
        assert changed
        del double.repository.labels[removed.id]
        changed.color = "ffffff"
        yield double


def test_with_a_repository_labels_and_milestones_are_put_right(github: RunningDouble, tmp_path: Path) -> None:
    access = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": github.enterprise_url}
    done = init(tmp_path, "--repo", "acme/hq", "--dry-run", **access)
    assert done.returncode == 0, done.stderr
    count = len(github.writes)
    done = init(tmp_path, "--repo", "acme/hq", **access)
    assert done.returncode == 0, done.stderr
    changed = [line for line in done.stdout.splitlines() if "label " in line or "milestone " in line]
    assert [line for line in changed if not line.startswith("unchanged")] == [
        "updated    label p0: color was ffffff",
        "created    label p3",
        "created    milestone stage-smoke",
    ]
    assert len(github.writes) == count + 3, "the dry run wrote nothing"
    assert TOKEN not in done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    assert last == f"{len(SHIPPED) + 2} created, {len(LABELS) + len(MILESTONES) - 3} unchanged, 1 updated"


def test_a_token_that_is_not_accepted_is_one_line_and_the_files_stay(github: RunningDouble, tmp_path: Path) -> None:
    done = init(tmp_path, "--repo", "acme/hq", GITHUB_TOKEN="ghp_wrong", GITHUB_API_URL=github.url)
    assert done.returncode == 2
    assert "GITHUB_TOKEN" in done.stderr
    assert "ghp_wrong" not in done.stdout + done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert set(files(tmp_path)) == set(SHIPPED)
