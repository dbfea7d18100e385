"""What other tools wrote, with canaries in messages, names, addresses and stacks: none gets any further."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import quoteattr
from zlib import crc32

import pytest

from .conftest import Spilled, told
from .encoding import CARRIERS, TELLING, WAYS, planted
from .kinds import Canary

pytestmark = pytest.mark.issues


def messages(canary: Canary) -> list[str]:
    """The canary in texts of several kinds."""
    carriers = TELLING if canary.look == "key" else CARRIERS
    said = [planted(canary, carrier, way) for carrier, way in zip(carriers, [*WAYS][::2], strict=False)]
    return said[len(canary.kind) % 3 :: 3]


def file(canary: Canary, ending: str) -> str:
    """A file's name with the canary in it, where it can be told."""
    folder = "app" if canary.look == "key" else quote(canary.text, safe="")
    return f"src/{folder}/part{crc32(canary.kind.encode())}.{ending}"


def url(canary: Canary) -> str:
    opaque = quote(canary.text, safe="")
    return f"https://user:{opaque}@h.invalid/a?{canary.key}={opaque}&token={opaque}"


def stack(canary: Canary) -> str:
    return f"    at run ({file(canary, 'ts')}:3:1)\n    at {url(canary)}:4:2"


def text(canary: Canary) -> str:
    return "\n".join([*messages(canary), url(canary), stack(canary)])


def ci(canaries: tuple[Canary, ...]) -> str:
    lines = "\n".join(text(canary) for canary in canaries)
    return (
        f"##[group]Run npm test\n{lines}\nError: it broke: {url(canaries[0])}\n##[error]Process exited with code 1.\n"
    )


def junit(canaries: tuple[Canary, ...]) -> str:
    cases = [
        f"<testcase classname={quoteattr(file(one, 'py'))} name={quoteattr(messages(one)[0])}>"
        f"<failure message={quoteattr(message)}>{quoteattr(text(one))}</failure></testcase>"
        for one in canaries
        for message in messages(one)[:2]
    ]
    return f'<testsuites><testsuite name="mine" tests="{len(cases)}">{"".join(cases)}</testsuite></testsuites>'


def vitest(canaries: tuple[Canary, ...]) -> str:
    results = [
        {
            "name": f"/srv/{file(one, 'test.ts')}", "status": "failed", "message": text(one),
            "assertionResults": [
                {"ancestorTitles": ["it"], "fullName": f"it {message}", "title": message, "status": "failed",
                 "failureMessages": [f"Error: {message}\n{stack(one)}", text(one)]}
                for message in messages(one)[:2]
            ],
        }
        for one in canaries
    ]  # fmt: skip
    return json.dumps({"numTotalTests": len(results), "success": False, "testResults": results})


def sentry(canaries: tuple[Canary, ...]) -> str:
    return json.dumps([_event(number, one) for number, one in enumerate(canaries)])


def _event(number: int, one: Canary) -> dict[str, Any]:
    frames = [
        {"filename": file(one, "ts"), "function": messages(one)[0], "lineNo": 3, "inApp": True, "absPath": url(one)}
    ]
    value = {"type": "Error", "value": text(one), "stacktrace": {"frames": frames}}
    return {
        "id": f"{number}", "shortId": f"HQ-{number}", "title": messages(one)[1], "culprit": file(one, "ts"),
        "permalink": url(one), "level": "error", "count": "200", "status": "unresolved", "platform": "javascript",
        "metadata": {"type": "Error", "value": messages(one)[0], "filename": file(one, "ts")},
        "entries": [{"type": "exception", "data": {"values": [value]}},
                    {"type": "request", "data": {"url": url(one), "headers": [["Cookie", text(one)]]}}],
    }  # fmt: skip


def tsc(canaries: tuple[Canary, ...]) -> str:
    return "".join(
        f"{file(one, 'ts')}(3,1): error TS2322: {' '.join(message.split())}\n"
        for one in canaries
        for message in [*messages(one), url(one)]
    )


def eslint(canaries: tuple[Canary, ...]) -> str:
    return json.dumps([
        {"filePath": f"/srv/{file(one, 'ts')}", "source": text(one), "messages": [
            {"ruleId": f"rule-{number}", "severity": 2, "message": message, "line": 3, "column": 1}
            for message in [*messages(one), url(one)]
        ]}
        for number, one in enumerate(canaries)
    ])  # fmt: skip


def sarif(canaries: tuple[Canary, ...]) -> str:
    results = [
        {"ruleId": f"S{number}", "level": "error", "message": {"text": message},
         "locations": [{"physicalLocation": {"artifactLocation": {"uri": file(one, "ts")}, "region": {
             "startLine": 3, "snippet": {"text": text(one)}}}}]}
        for number, one in enumerate(canaries)
        for message in [*messages(one), url(one)]
    ]  # fmt: skip
    rules = [
        {"id": f"S{number}", "helpUri": url(one), "fullDescription": {"text": text(one)}, "name": messages(one)[0]}
        for number, one in enumerate(canaries)
    ]
    return json.dumps({"version": "2.1.0", "runs": [
        {"tool": {"driver": {"name": "scan", "rules": rules}}, "results": results}
    ]})  # fmt: skip


WRITERS: dict[str, Callable[[tuple[Canary, ...]], str]] = {
    "ci": ci, "junit": junit, "tests": vitest, "sentry": sentry, "typescript": tsc, "lint": eslint, "security": sarif,
}  # fmt: skip


@pytest.mark.parametrize("name", WRITERS)
def test_no_canary_of_another_tools_report_gets_into_an_issue(spilled: Spilled, name: str) -> None:
    project = spilled.project
    made = project.folder / "made" / name
    made.mkdir(parents=True)
    report = project.folder.parent / f"{name}-planted"
    report.write_text(WRITERS[name](project.canaries), encoding="utf-8")
    assert len(project.leaks(report.read_text(encoding="utf-8"))) >= len(project.canaries), "it holds no canaries"
    where = ("--folder", f"{made}/issues", "--history", f"{made}/history.db", "--json", f"{made}/sync.json")
    done = told(project, "issues", name, str(report), "--sync", *where)
    assert done.code == 0, done.said[-1500:]
    said = made / "said"
    said.write_text(done.said, encoding="utf-8")
    assert list((made / "issues").glob("0*.md")), done.said[-1500:]
    assert project.leaks_in_files(made) == []
