"""One run of Schemathesis: its command line, and what came of it."""

import json
import os
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fuzzing.aiming import Document

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# Methods that a document does not have are refused by the router: one request shows that as well as hundreds.
SETTINGS = "[phases.coverage]\nunexpected-methods = []\n"
REQUEST_TIMEOUT = 10
ALLOWED = 300


@dataclass(frozen=True)
class Campaign:
    """What to fuzz: a document, where it answers, as whom, and in which of Schemathesis' phases."""

    name: str
    document: Document
    url: str
    headers: Mapping[str, str]
    phases: str = "coverage,fuzzing"


@dataclass(frozen=True)
class Tools:
    """How: the program, where its output goes, the seed, how many random requests for each operation."""

    st: str
    folder: Path
    seed: int
    examples: int


@dataclass(frozen=True)
class Outcome:
    """What came of a campaign. statuses: how often each operation answered with each status."""

    name: str
    passed: bool
    seconds: float
    statuses: Mapping[str, Counter[int]]
    output: str

    @property
    def requests(self) -> int:
        """How many requests were answered."""
        return sum(sum(counter.values()) for counter in self.statuses.values())

    @property
    def limited(self) -> int:
        """How many were refused for being too many: what they would have found nobody knows."""
        return sum(counter[429] for counter in self.statuses.values())

    @property
    def shut_out(self) -> list[str]:
        """Operations that never got past their gates."""
        return sorted(name for name, counter in self.statuses.items() if counter.keys() <= {401, 403, 429})


def run(campaign: Campaign, tools: Tools) -> Outcome:
    """Run it to the end; all output is kept under the tools' folder."""
    folder = tools.folder / campaign.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    file = folder / "openapi.json"
    file.write_text(json.dumps(campaign.document, indent=1), encoding="utf-8")
    (folder / "schemathesis.toml").write_text(SETTINGS, encoding="utf-8")
    events = folder / "events.ndjson"
    command = [
        tools.st, "run", str(file), "--url", campaign.url, "--no-color", "--continue-on-failure",
        "--phases", campaign.phases, "--checks", CHECKS, "--max-examples", str(tools.examples),
        "--seed", str(tools.seed), "--generation-database", "none", "--suppress-health-check", "all",
        "--request-timeout", str(REQUEST_TIMEOUT),
        # Gates that are shut most of the time hide what is behind them: credentials are always sent as given.
        "--generation-with-security-parameters", "false",
        "--report", "ndjson", "--report-ndjson-path", str(events),
        *(part for name, value in campaign.headers.items() for part in ("--header", f"{name}: {value}")),
    ]  # fmt: skip
    began = time.monotonic()
    # Hypothesis works out its tables of characters, which takes seconds, unless it finds them.
    env = os.environ | {"HYPOTHESIS_STORAGE_DIRECTORY": str(tools.folder / "hypothesis")}
    ended = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=ALLOWED, check=False)
    output = ended.stdout + ended.stderr
    (folder / "output.txt").write_text(output, encoding="utf-8")
    return Outcome(campaign.name, ended.returncode == 0, time.monotonic() - began, tally(events), output)


def tally(events: Path) -> dict[str, Counter[int]]:
    """Statuses by operation, out of the events that Schemathesis writes."""
    found: dict[str, Counter[int]] = {}
    if events.exists():
        # Not splitlines(): what was sent may hold any of the characters that it takes for the end of a line.
        for label, status in _answers(events.read_text(encoding="utf-8").rstrip("\n").split("\n")):
            found.setdefault(label, Counter())[status] += 1
    return found


def _answers(lines: Iterable[str]) -> Iterator[tuple[str, int]]:
    for line in lines:
        finished: dict[str, Any] | None = json.loads(line).get("ScenarioFinished")
        if finished is not None:
            recorder = finished["recorder"]
            for interaction in recorder.get("interactions", {}).values():
                if interaction["response"] is not None:
                    yield recorder["label"], interaction["response"]["status_code"]
