"""Linters: one cause for each rule, whichever tool it was."""

from __future__ import annotations

import json

import pytest

from vibehq_smoke.errors import UsageError
from vibehq_smoke.issues.sources.context import Context
from vibehq_smoke.issues.sources.lint import read
from vibehq_smoke.models import Priority

from .conftest import sample, sections, subjects


def test_eslint_gives_one_cause_for_each_rule(context: Context) -> None:
    batch = read(sample("eslint.json"), context)
    rules = {"no-unused-vars", "no-var", "no-undef", "no-debugger", "syntax"}
    assert subjects(batch) == {f"eslint {rule}" for rule in rules}
    assert batch.scope == "eslint/main"
    unused = batch.sightings[0]
    assert unused.ticket.title == "[BUG] ESLint no-unused-vars: 3 problems in src/basket.js"
    assert unused.ticket.labels == ("smoke-test", "lint-error", "p3")
    assert "`src/basket.js:12`" in sections(unused)["Places"]


def test_warnings_count_when_they_are_wanted(context: Context) -> None:
    assert "eslint eqeqeq" not in subjects(read(sample("eslint.json"), context))
    assert "eslint eqeqeq" in subjects(read(sample("eslint.json"), context, warnings=True))


def test_biome_and_its_report_for_gitlab_find_the_same(context: Context) -> None:
    biome, gitlab = (read(sample(name), context) for name in ("biome.json", "biome-gitlab.json"))
    rules = {subject.partition(" ")[2] for subject in subjects(biome)}
    assert {"suspicious/noDoubleEquals", "suspicious/noDebugger", "syntax"} <= rules
    assert rules == {subject.partition(" ")[2] for subject in subjects(gitlab)}
    assert biome.scope != gitlab.scope, "one tool does not speak for the other"


@pytest.mark.parametrize("name", ["eslint-clean.json", "biome-clean.json"])
def test_a_clean_run_proves_all_rules(name: str, context: Context) -> None:
    batch = read(sample(name), context)
    assert batch.exhaustive
    assert not batch.sightings


@pytest.mark.parametrize("name", ["eslint.json", "biome.json", "biome-gitlab.json"])
def test_a_file_that_cannot_be_parsed_hides_what_is_in_it(name: str, context: Context) -> None:
    batch = read(sample(name), context)
    assert not batch.exhaustive
    syntax = next(one for one in batch.sightings if one.symptoms[0].kind == "syntax")
    assert syntax.ticket.priority is Priority.P1


def test_biome_that_does_not_print_everything_proves_nothing(context: Context) -> None:
    report = json.loads(sample("biome-clean.json"))
    report["summary"]["diagnosticsNotPrinted"] = 3
    assert not read(json.dumps(report), context).exhaustive


def test_what_eslint_says_of_its_rules_decides_the_priority(context: Context) -> None:
    found = {
        one.symptoms[0].kind: one.ticket.priority
        for one in read(sample("eslint-with-metadata.json"), context).sightings
    }
    assert found["no-undef"] is Priority.P2, "a problem"
    assert found["no-var"] is Priority.P3, "a suggestion"


def test_a_linter_that_looked_at_nothing_is_no_proof(context: Context) -> None:
    with pytest.raises(UsageError, match="lists no file at all, so that nothing is known"):
        read("[]", context)
    with pytest.raises(UsageError, match="Biome looked at no file"):
        read('{"summary": {"changed": 0, "unchanged": 0}, "diagnostics": []}', context)


def test_a_cell_does_not_break_out_of_its_table(context: Context) -> None:
    message = "a | b `c` @somebody <!-- x -->"
    found = [{"filePath": "src/a|b.js", "messages": [{"ruleId": "r", "severity": 2, "message": message, "line": 1}]}]
    rows = sections(read(json.dumps(found), context).sightings[0])["Places"].splitlines()
    assert rows[2].count("|") == 3, "a row of two columns"
    assert "<!--" not in rows[2]
