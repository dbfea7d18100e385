"""One run of the planted project, with everything that it writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.robustness.running import Run, smoke

from .kinds import canaries
from .planting import Project, planted_project


@dataclass(frozen=True)
class Spilled:
    """The project, and the run that was made of it."""

    project: Project
    run: Run


@pytest.fixture(scope="package")
def spilled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spilled]:
    """The run, recorded; what it said is kept beside its reports."""
    with planted_project(tmp_path_factory.mktemp("canaries") / "project", canaries()) as project:
        yield Spilled(project, told(project, "run", *project.suite, "--out", "out", "--record", "out/run.recording"))


def told(project: Project, *words: str, **env: str) -> Run:
    """A command in the project's folder; what it says is kept in ``out``, too."""
    done = smoke(*words, folder=project.folder, env=project.env | env)
    assert (project.folder / "out").is_dir(), done.said
    with (project.folder / "out" / "said").open("a", encoding="utf-8") as file:
        file.write(done.said)
    return done
