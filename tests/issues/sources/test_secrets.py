"""A secret anywhere in what another tool wrote: it gets into nothing that is made of it."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from vibehq_smoke.errors import UsageError
from vibehq_smoke.issues.sources import ci
from vibehq_smoke.issues.sources.context import Context
from vibehq_smoke.redact import Redactor

from .conftest import everything, sample
from .test_any_input import DOCUMENTS, READERS, TEXTS, places, replaced

SECRET = "Zq81k/Lw02+Xa77=Bn"
LOOKS = (
    "Bearer c29tZXRoaW5nLXNlY3JldA12",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "AKIAIOSFODNN7EXAMPLE",
    "xoxb-123456789012-abcdefghijkl",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "api_key=Zq81kfLw02mvXa77",
)


def texts(document: Any) -> list[tuple[Any, ...]]:
    """Where a text stands that does not decide what the document is."""
    found = []
    for path in places(document):
        value = document
        for key in path:
            value = value[key]
        if isinstance(value, str):
            found.append(path)
    return found


def read(name: str, text: str, context: Context) -> str:
    try:
        return everything(READERS[name](text, context))
    except UsageError as error:
        return str(error)


@pytest.mark.parametrize(("name", "file"), [(name, file) for name, files in DOCUMENTS.items() for file in files])
def test_a_known_secret_in_any_text_of_a_document(name: str, file: str) -> None:
    context = Context(redactor=Redactor([SECRET]))
    document = json.loads(sample(file))
    for path in texts(document):
        changed = replaced(document, path, f"it is {SECRET} there, {quote(SECRET, safe='')} and")
        told = read(name, json.dumps(changed), context)
        assert SECRET not in told, path
        assert quote(SECRET, safe="") not in told, path


@pytest.mark.parametrize(("name", "file"), [(name, file) for name, files in TEXTS.items() for file in files])
def test_a_known_secret_in_any_line_of_a_text(name: str, file: str) -> None:
    context = Context(redactor=Redactor([SECRET]))
    lines = sample(file).splitlines()
    encoded = base64.b64encode(SECRET.encode()).decode().rstrip("=")
    for number, line in enumerate(lines):
        words = [part for part in re.split(r"([\w.]+)", line) if part]
        middle = "".join([*words[: len(words) // 2], SECRET, encoded, *words[len(words) // 2 :]])
        told = read(name, "\n".join([*lines[:number], middle, *lines[number + 1 :]]), context)
        assert SECRET not in told, line
        assert encoded not in told, line


@pytest.mark.parametrize("secret", LOOKS)
def test_what_looks_like_a_secret_is_masked_without_being_known(secret: str, context: Context) -> None:
    value = secret.rpartition("=")[2] if "=" in secret else secret.rpartition(" ")[2]
    for name, file, word in (
        ("lint", "eslint.json", "is defined but never used"),
        ("tests", "vitest.json", "no such item: 42"),
        ("junit", "pytest-xunit2.xml", "the till is closed"),
        ("typescript", "tsc-plain.txt", "Did you mean 'lines'?"),
        ("sentry", "sentry-alert.json", "More than 100 events"),
        ("ci", "actions-pytest.log", "the till is closed"),
        ("security", "findings.json", "asks for no session"),
    ):
        text = sample(file)
        assert word in text
        assert value not in read(name, text.replace(word, f"{word} {secret}"), context), name


def test_a_private_key_that_a_job_printed_is_masked_even_where_the_excerpt_begins_in_its_middle(
    context: Context,
) -> None:
    key = [f"{'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC' * 2}{number:02}" for number in range(30)]
    log = ["-----BEGIN PRIVATE KEY-----", *key, "-----END PRIVATE KEY-----", "Error: the key is refused"]
    told = everything(ci.read("\n".join(log), context))
    assert "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC" not in told
    assert "the key is refused" in told


def test_a_secret_in_the_code_around_an_error_is_masked(context: Context) -> None:
    assert context.surroundings.root is not None
    (context.surroundings.root / "src" / "a.ts").write_text(f'const key = "{SECRET}"\nconst x: number = ""\n')
    known = replace(context, redactor=Redactor([SECRET]))
    told = read("typescript", "src/a.ts(2,7): error TS2322: Type 'string' is wrong.\n", known)
    assert "const x: number" in told
    assert SECRET not in told
