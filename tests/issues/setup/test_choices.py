"""What is filled into the files comes out of them again, whatever workflows are called."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from vibehq_smoke.issues.setup.choices import Choices, choose, unwatched
from vibehq_smoke.issues.setup.files import put, texts

WATCHING = ".github/workflows/create-issues-on-failure.yml"
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(st.lists(NAMES, min_size=1, unique=True))
def test_names_are_read_back_as_they_were_written(names: list[str]) -> None:
    choices = Choices("acme/vibehq-smoke@v1", tuple(names))
    wanted = texts(choices)
    assert yaml.safe_load(wanted[WATCHING])[True]["workflow_run"]["workflows"] == names
    with TemporaryDirectory() as folder:
        list(put(Path(folder), {WATCHING: wanted[WATCHING]}, force=False, dry=False))
        assert choose(Path(folder), None, None) == choices


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("name: test", "test"),
        ("name:   C# build  # all of it", "C# build"),
        ("name: 'it''s fine' # x", "it's fine"),
        (r'name: "say \"hi\" \u00e9"', 'say "hi" é'),
        ("name: 🚀 deploy", "🚀 deploy"),
        ("name: # none", ".github/workflows/ci.yml"),
        ("  name: of a job", ".github/workflows/ci.yml"),
        ("", ".github/workflows/ci.yml"),
    ],
)
def test_a_workflow_is_called_as_github_calls_it(tmp_path: Path, line: str, name: str) -> None:
    (tmp_path / ".github/workflows").mkdir(parents=True)
    (tmp_path / ".github/workflows/ci.yml").write_text(f"{line}\non: push\n")
    assert choose(tmp_path, "./", None).watched == (name,)
    assert list(unwatched(tmp_path, Choices("./", ("CI",)))) == [name]


def test_a_list_that_is_broken_is_made_anew(tmp_path: Path) -> None:
    list(put(tmp_path, texts(Choices("./", ("CI",))), force=False, dry=False))
    file = tmp_path / WATCHING
    for broken in ('["CI"', "[1]", "[]", '"CI"'):
        file.write_text(file.read_text().replace('["CI"]', broken))
        assert choose(tmp_path, None, None) == Choices("./", ("CI",))
