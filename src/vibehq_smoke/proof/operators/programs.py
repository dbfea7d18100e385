"""Operators on programs, on files of the checkout, and on names and certificates."""

from __future__ import annotations

from collections.abc import Iterator

from ..mutants import Change
from ..pieces import Answer
from ..subjects import Subject
from . import operator

_GONE = {"type": "OSError", "message": "Connection refused", "errno": 111, "strerror": "Connection refused"}


@operator("command-fails", "command", "other", advice="assert the exit code")
def command_fails(subject: Subject) -> Iterator[Change]:
    """A program ends with the other exit code."""
    for number, answer in _ran(subject):
        value = answer["value"]
        other = 0 if value["exit_code"] else 1
        yield Change(f"exit code {value['exit_code']} → {other}",
                     {number: answer | {"value": {**value, "exit_code": other}}})  # fmt: skip


@operator("command-silent", "command", "other", advice="say what the program must print")
def command_silent(subject: Subject) -> Iterator[Change]:
    """A program prints nothing."""
    for number, answer in _ran(subject):
        value = answer["value"]
        if value["out"] or value["err"]:
            yield Change("it prints nothing", {number: answer | {"value": {**value, "out": "", "err": ""}}})


@operator("command-idle", "command", "other", advice="look at the files afterwards")
def command_idle(subject: Subject) -> Iterator[Change]:
    """A program leaves all files as they were, or spoils one when it had to."""
    for number, answer in _ran(subject):
        value = answer["value"]
        if value.get("files"):
            name = min(value["files"])
            spoiled = {**value["files"], name: value["files"][name] + "\nsmoke mutant\n"}
            yield Change(f"{name} gets another line", {number: answer | {"value": {**value, "files": spoiled}}})


def _ran(subject: Subject) -> Iterator[tuple[int, Answer]]:
    for number, answer in subject.answers.items():
        if isinstance(answer.get("value"), dict) and "exit_code" in answer["value"] and "files" in answer["value"]:
            yield number, answer


@operator("type-errors", "command", "other", advice="judge the checker's errors")
def type_errors(subject: Subject) -> Iterator[Change]:
    """The type checker finds an error in every file that matters."""
    for number, answer in subject.answers.items():
        value = answer.get("value")
        if isinstance(value, dict) and "errors" in value:
            places = ("orchestrator/worker/entrypoints/HealthOps.ts", "orchestrator/worker/entrypoints/health.ts",
                      "orchestrator/src/App.tsx")  # fmt: skip
            lines = [f"{name}(1,1): error TS2322: a smoke mutant" for name in places]
            wrong = {**value, "errors": lines, "exit_code": 2, "output": "\n".join(lines)}
            yield Change("the checker finds errors", {number: answer | {"value": wrong}})


@operator("unanswered", "connection", "other", advice="let the failure pass")
def unanswered(subject: Subject) -> Iterator[Change]:
    """Whatever was asked cannot be reached."""
    yield Change("no answer", {number: {"error": _GONE} for number in subject.answers})


@operator("file-empty", "source", "source", advice="say what must stand in the file")
def file_empty(subject: Subject) -> Iterator[Change]:
    """A file of the checkout that was read is empty."""
    yield Change(f"{subject.title} is empty", {}, files={subject.title: ""})


@operator("file-missing", "source", "source", advice="fail when the file is missing")
def file_missing(subject: Subject) -> Iterator[Change]:
    """A file of the checkout that was read is not there."""
    yield Change(f"{subject.title} is not there", {}, files={subject.title: None})
