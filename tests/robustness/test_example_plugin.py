"""The example of an outsider's plugin, as an installed distribution (without any installer, so without a network)."""

import shutil
from pathlib import Path

import pytest

from tests.stub import STATUS, Answer, Stub

from .running import ROOT, smoke, suite_run

METADATA = "Metadata-Version: 2.1\nName: vibehq-smoke-example\nVersion: 1.0.0\n"


@pytest.fixture
def installed(project: Path, tmp_path: Path) -> dict[str, str]:
    """The environment in which the example is installed; ``project`` has a suite with its check in it."""
    site = tmp_path / "site"
    info = site / "vibehq_smoke_example-1.0.0.dist-info"
    info.mkdir(parents=True)
    shutil.copy(ROOT / "examples" / "plugin" / "vibehq_smoke_example.py", site)
    (info / "METADATA").write_text(METADATA)
    (info / "entry_points.txt").write_text("[vibehq_smoke]\nexample = vibehq_smoke_example\n")
    suite = project / "mine.toml"
    suite.write_text(suite.read_text().replace('["mine"]', '["mine", "vibehq_smoke_example"]'))
    return {"PYTHONPATH": str(site)}


def test_its_check_comes_first_and_its_report_and_sink_work(project: Path, installed: dict[str, str]) -> None:
    done = suite_run(project, "--sink", "example", env=installed)
    assert done.code == 0, done.said
    assert next(iter(done.outcomes.items())) == ("EXA-01", "passed")
    assert "announcements: working" in (done.out / "chat.txt").read_text()
    assert f"example sink: 0 finding(s) of run {done.record['run']['id']}" in done.stdout
    listed = smoke("list", "mine.toml", folder=project, env=installed)
    assert listed.stdout.index("EXA-01") < listed.stdout.index("ONE-01")


def test_its_check_fails_on_an_announcement_without_a_text(
    project: Path, installed: dict[str, str], stub: Stub
) -> None:
    silent = {"globalUserMessage": "", "changeLogs": "", "hasActiveMessage": True}
    stub.answers["/api/status"] = Answer(STATUS | {"data": silent})
    done = suite_run(project, "--sink", "example", env=installed)
    assert done.code == 1, done.said
    assert done.outcomes["EXA-01"] == "failed"
    assert done.outcomes["ONE-01"] == "passed"
    assert "announcements: degraded" in (done.out / "chat.txt").read_text()
    assert "example sink: 1 finding(s)" in done.stdout


def test_without_the_distribution_nothing_of_it_is_there(project: Path) -> None:
    done = suite_run(project, "--sink", "example")
    assert done.code == 2
    assert "there is no issue sink 'example'" in done.stderr
