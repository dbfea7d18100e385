"""JUnit XML, as pytest, vitest, jest, Maven and others write it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.parsers import expat

from ...errors import UsageError
from .reading import filled
from .suites import Case, Outcome, Report

EXPECTED = "JUnit XML, with testsuite and testcase"

_DEEPEST = 64
_NOT_COLLECTED = "collection failure"
_FAILING: dict[str, Outcome] = {"failure": "failed", "error": "error"}
_TRIED_BEFORE = frozenset({"rerunFailure", "rerunError"})


def read_junit(text: str, name: str) -> Report:
    """The cases of a report. Raises UsageError for what is no XML, no JUnit XML, or could harm who reads it."""
    reader = _Reader(name)
    reader.read(filled(text, name, EXPECTED))
    if not reader.cases:
        raise UsageError(f"{name}: holds no test case, so that nothing is known")
    return Report(reader.tool, reader.cases, reader.at)


@dataclass
class _Unfinished:
    """A case while it is read."""

    suite: str
    name: str
    file: str = ""
    line: int = 0
    outcome: Outcome = "passed"
    kind: str = ""
    message: str = ""
    detail: list[str] = field(default_factory=list)
    output: list[str] = field(default_factory=list)
    retried: bool = False

    def case(self) -> Case:
        """The case, now that all of it was read."""
        words = "".join(self.detail).strip("\n")
        message = self.message or words.partition("\n")[0] or self.outcome
        if message == _NOT_COLLECTED:
            message = next((line[1:].strip() for line in reversed(words.split("\n")) if line.startswith("E ")), message)
        kind = self.kind or _kind_in(message) or self.outcome
        # vitest reports a file that cannot be loaded as a test of that name, pytest as one of no class
        unloadable = self.outcome in ("failed", "error") and (self.name == self.suite or self.message == _NOT_COLLECTED)
        return Case(
            suite=self.name if unloadable else self.suite,
            name="" if unloadable else self.name,
            outcome=self.outcome,
            kind=kind if self.outcome in ("failed", "error") else "",
            message=message if self.outcome in ("failed", "error") else "",
            detail=words,
            output="".join(self.output).strip("\n"),
            file=self.file,
            line=self.line,
            retried=self.retried,
            loads=not unloadable,
        )


class _Reader:
    """Reads element by element, so that neither depth nor length of the document can hurt."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.cases: list[Case] = []
        self.at: datetime | None = None
        self.tool = ""
        self._open: list[str] = []
        self._suites: list[str] = []
        self._case: _Unfinished | None = None
        self._text: Callable[[str], None] | None = None

    def read(self, text: str) -> None:
        """Read the whole document."""
        parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        try:
            # Entities can only be declared in a document type, which is refused above.
            parser.Parse(text.strip().encode("utf-8", "replace"), True)
        except expat.ExpatError as error:
            problem = expat.ErrorString(error.code)
            raise UsageError(f"{self.name}:{error.lineno}: is no XML ({problem}); expected {EXPECTED}") from error

    def _refuse_doctype(self, *_declared: object) -> None:
        raise UsageError(f"{self.name}: has a DOCTYPE, which JUnit XML does not need; it is not read")

    def _start(self, tag: str, given: dict[str, str]) -> None:
        tag = tag.rpartition("}")[2].rpartition(":")[2]
        if not self._open and tag not in ("testsuites", "testsuite"):
            raise UsageError(f"{self.name}: begins with <{tag[:60]}>; expected {EXPECTED}")
        if len(self._open) >= _DEEPEST:
            raise UsageError(f"{self.name}: is nested more than {_DEEPEST} deep; expected {EXPECTED}")
        self._open.append(tag)
        if tag in ("testsuite", "testsuites"):
            self._suite(tag, given)
        elif tag == "testcase":
            if self._case is not None:
                raise UsageError(f"{self.name}: has a testcase inside a testcase; expected {EXPECTED}")
            self._case = self._begun(given)
        elif self._case is not None:
            self._inside(self._case, tag, given)

    def _suite(self, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag == "testsuite":
            self._suites.append(name)
        if not self.tool and name:
            self.tool = name.partition(" ")[0]
        self.at = self.at or _moment(given.get("timestamp", ""))

    def _begun(self, given: dict[str, str]) -> _Unfinished:
        line = given.get("line", "")
        suite = given.get("classname") or given.get("class") or (self._suites[-1] if self._suites else "")
        number = int(line) if line.isascii() and line.isdigit() and len(line) < 9 else 0
        return _Unfinished(suite, given.get("name", ""), given.get("file", ""), number)

    def _inside(self, case: _Unfinished, tag: str, given: dict[str, str]) -> None:
        if tag in _FAILING and case.outcome not in ("failed", "error"):
            case.outcome, case.kind, case.message = _FAILING[tag], given.get("type", ""), given.get("message", "")
            self._text = case.detail.append
        elif tag == "skipped" and case.outcome == "passed":
            case.outcome = "skipped"
        elif tag in _TRIED_BEFORE:
            case.retried = True
        elif tag in ("system-out", "system-err"):
            self._text = case.output.append

    def _end(self, tag: str) -> None:
        tag = tag.rpartition("}")[2].rpartition(":")[2]
        self._open.pop()
        self._text = None
        if tag == "testsuite":
            self._suites.pop()
        elif tag == "testcase" and self._case is not None:
            self.cases.append(self._case.case())
            self._case = None

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text(text)


def _kind_in(message: str) -> str:
    """The exception that a message names first."""
    word = message[:200].partition(":")[0].rpartition(".")[2].strip()
    return word if word.isidentifier() and word.endswith(("Error", "Exception")) else ""


def _moment(stamp: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(stamp)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
