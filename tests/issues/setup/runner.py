"""Runs the shell steps of a workflow or an action as GitHub's runner does: with bash, and files for what they say.

Expressions are looked up in a table that the test gives; one that is not in it is an error, so that a test notices
when a file begins to read something else.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from vibehq_smoke.issues.setup.choices import Choices
from vibehq_smoke.issues.setup.files import texts

ROOT = Path(__file__).parents[3]
ACTION = ROOT / "action.yml"
SHIPPED = texts(Choices(action="acme/vibehq-smoke@v1", watched=("test", "deploy")))
"""What a checkout of somebody else's gets."""
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


def shipped(name: str) -> dict[str, Any]:
    """One of the files, read."""
    document: dict[str, Any] = yaml.safe_load(SHIPPED[f".github/{name}"])
    return document


def steps(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All steps of a workflow or an action, in order."""
    if "runs" in document:
        yield from document["runs"]["steps"]
    usual = document.get("defaults", {}).get("run", {})
    for job in document.get("jobs", {}).values():
        for step in job["steps"]:
            yield {**usual, **step} if "run" in step else step


def named(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The step with this name."""
    return next(step for step in steps(document) if step.get("name") == name)


@dataclass
class Done:
    """What a step did."""

    code: int
    shown: str
    """Standard output and standard error."""
    outputs: dict[str, str]
    summary: str
    path: list[str]


@dataclass
class Runner:
    """A machine with a workspace; steps share it, as those of a job do."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def workspace(self) -> Path:
        """Where steps run."""
        return self.folder / "workspace"

    def run(self, step: Mapping[str, Any], values: Mapping[str, str]) -> Done:
        """Run a step; ``values`` has what each of its expressions stands for."""
        self.workspace.mkdir(parents=True, exist_ok=True)
        script, told = self.folder / "step.sh", {name: self.folder / name.lower() for name in FILES}
        script.write_text(filled(step["run"], values))
        for file in told.values():
            file.write_text("")
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail"] if step.get("shell") else ["bash", "-e"]
        done = subprocess.run(
            [*shell, str(script)], cwd=self.workspace, env=self._environment(step, values, told), check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
        )  # fmt: skip
        outputs = dict(line.split("=", 1) for line in told["GITHUB_OUTPUT"].read_text().splitlines())
        summary, path = told["GITHUB_STEP_SUMMARY"].read_text(), told["GITHUB_PATH"].read_text().splitlines()
        return Done(done.returncode, done.stdout, outputs, summary, path)

    def _environment(
        self, step: Mapping[str, Any], values: Mapping[str, str], told: Mapping[str, Path]
    ) -> dict[str, str]:
        kept = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(self.folder), "CI": "true"}
        own = {name: filled(str(value), values) for name, value in step.get("env", {}).items()}
        files = {name: str(file) for name, file in told.items()}
        return {**kept, "RUNNER_TEMP": str(self.folder), **self.environment, **files, **own}


FILES = ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_PATH")


def filled(text: str, values: Mapping[str, str]) -> str:
    """``text`` with what its expressions stand for. Raises KeyError for one that the test does not know."""
    return EXPRESSION.sub(lambda found: values[found[1]], text)
