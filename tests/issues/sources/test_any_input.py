"""Whatever a file holds: a batch, or one line that says what is wrong with it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vibehq_smoke.errors import UsageError
from vibehq_smoke.issues.batch import Batch
from vibehq_smoke.issues.sources import ci, junit, lint, performance, security, sentry, tests, typescript
from vibehq_smoke.issues.sources.context import Context
from vibehq_smoke.issues.sources.reading import decoded
from vibehq_smoke.issues.writing.neutral import MOST_OF_A_TITLE

from .conftest import NOW, sample

Reader = Callable[[str, Context], Batch]

READERS: dict[str, Reader] = {
    "ci": ci.read,
    "junit": junit.read,
    "lint": lint.read,
    "performance": performance.read,
    "security": security.read,
    "sentry": sentry.read,
    "tests": tests.read,
    "typescript": typescript.read,
}
DOCUMENTS = {
    "lint": ("eslint.json", "biome.json", "biome-gitlab.json", "eslint-with-metadata.json"),
    "security": ("npm-audit.json", "codeql.sarif", "findings.json"),
    "sentry": ("sentry-issues.json", "sentry-event.json", "sentry-alert.json", "sentry-resolved.json"),
    "tests": ("vitest.json", "jest.json"),
}
TEXTS = {
    "ci": ("actions-typecheck.log", "actions-pytest.log", "gh-run-view.log"),
    "junit": ("vitest.xml", "pytest-xunit1.xml", "ruff.xml"),
    "typescript": ("tsc-plain.txt", "tsc-pretty.txt"),
}
CONTEXT = Context(now=NOW)

leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


def told(name: str, text: str) -> Batch | str:
    """The batch, or what is wrong with the text."""
    try:
        return READERS[name](text, CONTEXT)
    except UsageError as error:
        return str(error)


def checked(name: str, text: str) -> None:
    """Nothing but a batch or a line; and the batch can be written down and sent."""
    batch = told(name, text)
    if isinstance(batch, str):
        assert "\n" not in batch, "a message has one line"
        assert len(batch) < 2_000, "a message is short"
        return
    batch.model_dump_json().encode()
    marks = [symptom.fingerprint for one in batch.sightings for symptom in one.symptoms]
    assert len(marks) == len(set(marks)), "two causes have one mark"
    failing = {symptom.subject for one in batch.sightings for symptom in one.symptoms}
    assert not failing & batch.proven, "what fails is proven to hold"
    for one in batch.sightings:
        assert len(one.ticket.title) <= MOST_OF_A_TITLE
        assert "\n" not in one.ticket.title
        assert not any("<!--" in section.text for section in one.ticket.sections), "the beginning of a marker"


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in a document."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, child in children for place in places(child, (*path, key)))]


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@pytest.mark.parametrize("name", sorted(READERS))
@given(text=st.text(max_size=400))
@settings(max_examples=25)
def test_any_text(name: str, text: str) -> None:
    checked(name, text)


@pytest.mark.parametrize("name", sorted({*DOCUMENTS, "performance"}))
@given(value=anything)
@settings(max_examples=25)
def test_any_json(name: str, value: Any) -> None:
    checked(name, json.dumps(value))


@pytest.mark.parametrize(("name", "file"), [(name, file) for name, files in DOCUMENTS.items() for file in files])
@given(data=st.data())
@settings(max_examples=20)
def test_a_document_with_anything_in_any_place(name: str, file: str, data: st.DataObject) -> None:
    document = json.loads(sample(file))
    for _ in range(data.draw(st.integers(1, 3))):
        document = replaced(document, data.draw(st.sampled_from(places(document))), data.draw(anything))
    checked(name, json.dumps(document))


@pytest.mark.parametrize(
    ("name", "file"), [(name, file) for part in (DOCUMENTS, TEXTS) for name, files in part.items() for file in files]
)
@given(data=st.data())
@settings(max_examples=12)
def test_a_text_cut_off_or_damaged_anywhere(name: str, file: str, data: st.DataObject) -> None:
    text = sample(file)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    checked(
        name,
        data.draw(
            st.sampled_from([text[:start], text[:start] + text[end:], text[:start] + "\x00<&]\ufffd" + text[start:]])
        ),
    )


@given(data=st.binary(max_size=300))
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    text = None
    with contextlib.suppress(UsageError):
        text = decoded(data, "file")
    assert (text is None) == (b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")))


@pytest.mark.parametrize("name", sorted({*DOCUMENTS, "performance"}))
def test_deep_nesting_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="nested too deeply"):
        READERS[name]("[" * 100_000, CONTEXT)
