"""What is written into a checkout is what GitHub reads, and asks for no more than it needs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.issues.setup.runner import ACTION, EXPRESSION, ROOT, SHIPPED, named, shipped, steps
from vibehq_smoke.config.issues import IssuePolicy
from vibehq_smoke.issues.batch import SMOKE_LABEL, BugType
from vibehq_smoke.issues.setup.choices import choose
from vibehq_smoke.issues.setup.files import texts
from vibehq_smoke.issues.writing.labels import LABELS, PREFIXES
from vibehq_smoke.models import Priority

WORKFLOWS = sorted(name for name in SHIPPED if name.startswith(".github/workflows/"))
FORMS = sorted(name for name in SHIPPED if "ISSUE_TEMPLATE" in name and not name.endswith("config.yml"))
DOCUMENTS = {
    **{name: yaml.safe_load(SHIPPED[name]) for name in WORKFLOWS},
    "action.yml": yaml.safe_load(ACTION.read_text()),
}

SECTIONS = {
    "smoke-test-failure": "Test name/Category/Failure location/Error message/Stack trace/Test output/Component/Worker/"
    "Test environment/Node version/Wrangler version/Steps to reproduce/Expected/Actual/Impact/Recent changes/"
    "Additional context",
    "bug-report": "Description/Steps to reproduce/Expected/Actual/Component/Worker/Browser/Operating system/"
    "Node version/Wrangler version/Screenshots/Additional context/Checklist",
    "type-error": "File/Line/Error code/Error message/Code context/Environment/Impact/Root cause/Fix options",
    "performance-issue": "Description/Current response time/Expected response time/Memory, current and expected/"
    "CPU, current and expected/Throughput, current and expected/Profiling/Environment/Load/Data size/"
    "Steps to reproduce/Root cause/Options/Impact",
    "security-issue": "Type/Severity/Description/Proof of concept/Impact/Environment/Mitigation/CVSS metrics",
}
"""The sections of each template (contract 10.2)."""

OF_TYPE = {
    "smoke-test-failure": BugType.SMOKE,
    "bug-report": BugType.UI,
    "type-error": BugType.TYPE,
    "performance-issue": BugType.PERFORMANCE,
    "security-issue": BugType.SECURITY,
}


def judge(schema: str, *files: Path) -> str:
    """What a JSON Schema of GitHub's files says of them; empty when they are right."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.fixture
def written(tmp_path: Path) -> Path:
    for name, text in SHIPPED.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_there_are_five_forms_and_three_workflows() -> None:
    assert [Path(name).stem for name in FORMS] == sorted(SECTIONS)
    assert [Path(name).stem for name in WORKFLOWS] == ["create-issues-on-failure", "fixit-notifications", "smoke"]


def test_the_files_satisfy_the_schemas_of_github(written: Path) -> None:
    assert judge("vendor.github-workflows", *(written / name for name in WORKFLOWS)) == ""
    assert judge("vendor.github-issue-forms", *(written / name for name in FORMS)) == ""
    assert judge("vendor.github-issue-config", written / ".github/ISSUE_TEMPLATE/config.yml") == ""
    assert judge("vendor.github-actions", ACTION) == ""


@pytest.mark.parametrize(
    ("schema", "name", "right", "wrong"),
    [
        ("vendor.github-workflows", WORKFLOWS[0], "permissions:", "premissions:"),
        ("vendor.github-issue-forms", FORMS[0], "type: dropdown", "type: dropup"),
    ],
)
def test_the_schemas_notice_a_mistake(written: Path, schema: str, name: str, right: str, wrong: str) -> None:
    (written / name).write_text(SHIPPED[name].replace(right, wrong))
    assert wrong.split(": ")[-1].rstrip(":") in judge(schema, written / name)


def test_this_project_uses_its_own() -> None:
    assert choose(ROOT, None, None).action == "./"
    for name, text in texts(choose(ROOT, None, None)).items():
        assert (ROOT / name).read_text() == text, f"{name}: write it anew with `vibehq-smoke issues init --force`"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_text_from_outside_gets_into_a_script(name: str) -> None:
    scripts = [step["run"] for step in steps(DOCUMENTS[name]) if "run" in step]
    assert scripts
    assert [found for script in scripts for found in EXPRESSION.findall(script)] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_script_is_bash_that_parses(name: str) -> None:
    for step in steps(DOCUMENTS[name]):
        if "run" in step:
            done = subprocess.run(["bash", "-n"], input=step["run"], capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{step.get('name')}: {done.stderr}"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_actions_of_others_are_pinned_to_a_major_version(name: str) -> None:
    used = [step["uses"] for step in steps(DOCUMENTS[name]) if "uses" in step]
    assert [action for action in used if not re.fullmatch(r"[\w-]+/[\w/-]+@v\d+", action)] == []


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("smoke", {"contents": "read", "issues": "write", "actions": "read", "deployments": "read"}),
        ("create-issues-on-failure", {"contents": "read", "issues": "write", "actions": "read"}),
        ("fixit-notifications", {"issues": "read"}),
    ],
)
def test_workflows_ask_for_the_least_permissions(name: str, most: dict[str, str]) -> None:
    workflow = shipped(f"workflows/{name}.yml")
    assert workflow["permissions"] == most
    assert [job for job in workflow["jobs"].values() if "permissions" in job] == []


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_job_runs_for_ever_and_none_cuts_another_short(name: str) -> None:
    for job in DOCUMENTS[name]["jobs"].values():
        assert 0 < job["timeout-minutes"] <= 20
        assert not job.get("concurrency", {}).get("cancel-in-progress", False)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_secrets_reach_only_the_steps_that_need_them(name: str) -> None:
    for step in steps(DOCUMENTS[name]):
        if re.search(r"secrets\.|github\.token", str(step)):
            assert step["name"] in ("Check", "Get the logs of the jobs that failed", "Open, update or close issues",
                                    "Collect", "Send"), step  # fmt: skip
        if step.get("uses", "").startswith("actions/checkout"):
            assert step["with"]["persist-credentials"] is False
    assert "secrets." not in str({key: value for key, value in DOCUMENTS[name].items() if key != "jobs"})


def test_the_local_record_survives_a_job_that_failed() -> None:
    for name in ("smoke", "create-issues-on-failure"):
        workflow = shipped(f"workflows/{name}.yml")
        take, keep = named(workflow, "Take up the local record"), named(workflow, "Keep the local record")
        assert keep["if"].startswith("always()")
        assert (take["with"]["path"], take["with"]["key"]) == (keep["with"]["path"], keep["with"]["key"])
        assert take["with"]["key"].startswith(take["with"]["restore-keys"])
        assert take["with"]["restore-keys"].endswith("/"), "else the record of one target would be another's"


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_a_form_has_the_sections_of_its_template(name: str) -> None:
    asked = [field["attributes"]["label"] for field in fields(name)]
    assert [section for section in SECTIONS[name].split("/") if section not in asked] == []
    assert len(set(asked)) == len(asked)
    assert {"Priority", "Component"} <= set(asked)


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_a_form_has_the_title_and_the_labels_of_its_type(name: str) -> None:
    form = shipped(f"ISSUE_TEMPLATE/{name}.yml")
    assert form["title"] == PREFIXES[OF_TYPE[name]]
    assert set(form["labels"]) <= {label.name for label in LABELS}
    assert "bug" in form["labels"]
    assert (SMOKE_LABEL in form["labels"]) is (name == "smoke-test-failure")


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_the_choices_of_a_form_are_labels(name: str) -> None:
    choices = {field["attributes"]["label"]: field["attributes"].get("options", []) for field in fields(name)}
    names = {label.name for label in LABELS}
    assert [choice.split()[0] for choice in choices["Priority"]] == [priority.value for priority in Priority]
    assert set(choices["Component"]) - {"something else"} <= names


def fields(name: str) -> list[dict[str, Any]]:
    body: list[dict[str, Any]] = shipped(f"ISSUE_TEMPLATE/{name}.yml")["body"]
    return [field for field in body if field["type"] != "markdown"]


def test_the_labels_fit_githubs_limits_and_the_policy() -> None:
    names = [label.name.casefold() for label in LABELS]
    assert len(set(names)) == len(names)
    assert IssuePolicy().quiet_label in names
    for label in LABELS:
        assert len(label.name) <= 50
        assert len(label.description) <= 100
        assert re.fullmatch(r"[0-9a-f]{6}", label.color), label
