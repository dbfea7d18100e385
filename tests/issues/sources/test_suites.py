"""Reports of test suites: JSON of vitest and jest, JUnit XML of the others."""

from __future__ import annotations

import json

import pytest

from vibehq_smoke.errors import UsageError
from vibehq_smoke.issues.batch import Batch, BugType
from vibehq_smoke.issues.sources import junit, tests
from vibehq_smoke.issues.sources.context import Context
from vibehq_smoke.models import Priority

from .conftest import sample, sections, subjects, titles

COUNT = "basket > count"


def xml(cases: str, suite: str = "suite") -> str:
    return f'<testsuites><testsuite name="{suite}">{cases}</testsuite></testsuites>'


def report(*messages: str, **more: object) -> str:
    failed = [
        {"title": f"t{n}", "status": "failed", "failureMessages": [text], **more} for n, text in enumerate(messages)
    ]
    return json.dumps({"testResults": [{"name": "tests/a.test.js", "status": "failed", "assertionResults": failed}]})


@pytest.mark.parametrize(
    ("name", "file"), [("vitest.json", "tests/basket.test.js"), ("jest.json", "jest/basket.test.cjs")]
)
def test_failing_tests_are_causes_and_passing_ones_are_proof(name: str, file: str, context: Context) -> None:
    batch = tests.read(sample(name), context)
    unloadable = file.replace("basket", "unloadable")
    assert subjects(batch) == {
        f"{file} {COUNT} > adds up what is in it",
        f'{file} {COUNT} > has "quotes" & <marks>',
        f"{unloadable} loads",
    }
    assert batch.proven == {f"{file} {COUNT} > is a number", f"{file} loads"}, "skipped and planned tests prove nothing"
    assert not batch.exhaustive
    adds = sections(batch.sightings[0])
    assert f"`{file}:" in adds["Test Details"]
    assert f"npx {'vitest run' if name == 'vitest.json' else 'jest'} {file} -t" in adds["Steps to Reproduce"]
    priorities = {one.symptoms[0].subject: one.ticket.priority for one in batch.sightings}
    assert priorities[f"{unloadable} loads"] is Priority.P1, "it hides every test in the file"
    assert batch.at.year == 2026, "the time of the run, not of the reading"


def test_vitest_says_the_same_in_both_of_its_reports(context: Context) -> None:
    as_json, as_xml = tests.read(sample("vitest.json"), context), junit.read(sample("vitest.xml"), context)
    assert subjects(as_json) == subjects(as_xml)
    assert as_json.proven == as_xml.proven


@pytest.mark.parametrize("name", ["pytest-xunit1.xml", "pytest-xunit2.xml"])
def test_pytests_report_is_read_in_both_families(name: str, context: Context) -> None:
    batch = junit.read(sample(name), context)
    assert subjects(batch) == {
        "test_shop test_total",
        "test_shop.TestTill test_opens",
        "test_shop.TestTill test_each[2]",
    }
    assert batch.proven == {
        "test_shop.TestTill test_fine",
        "test_shop.TestTill test_each[1]",
        "test_shop loads",
        "test_shop.TestTill loads",
    }
    opens = next(one for one in batch.sightings if "test_opens" in one.ticket.title)
    assert "python -m pytest test_shop.py::TestTill::test_opens" in sections(opens)["Steps to Reproduce"]
    assert "test_shop.py:6" in sections(opens)["Test Details"]


def test_a_module_that_pytest_cannot_collect_is_proven_by_any_test_that_runs_in_it(context: Context) -> None:
    broken = junit.read(sample("pytest-not-collected.xml"), context)
    assert titles(broken) == [
        "[TEST FAIL] tests.unit.test_gone cannot be loaded: ModuleNotFoundError: No module named 'nothing_there'"
    ]
    mended = junit.read(xml('<testcase classname="tests.unit.test_gone.TestIt" name="test_a"/>'), context)
    assert subjects(broken) <= mended.proven


def test_failures_errors_and_skips_are_told_apart(context: Context) -> None:
    batch = junit.read(
        xml(
            '<testcase classname="a" name="fails">'
            '<failure type="AssertionError" message="1 is not 2">at x</failure></testcase>'
            '<testcase classname="a" name="breaks">'
            '<error type="IOError" message="gone"/><system-out>said</system-out></testcase>'
            '<testcase classname="a" name="waits"><skipped/></testcase>'
            '<testcase classname="a" name="flakes"><flakyFailure message="once"/></testcase>'
            '<testcase classname="a" name="twice"><failure message="x"/><rerunFailure message="x"/></testcase>'
        ),
        context,
    )
    found = {one.symptoms[0].subject: one for one in batch.sightings}
    assert {subject: one.symptoms[0].kind for subject, one in found.items()} == {
        "a fails": "AssertionError",
        "a breaks": "IOError",
        "a twice": "failed",
    }
    assert "said" in sections(found["a breaks"])["Error Details"]
    assert found["a twice"].certain, "it failed twice in this run"
    assert not found["a fails"].certain
    assert batch.proven == {"a flakes", "a loads"}


def test_a_test_that_both_passed_and_failed_is_not_proven(context: Context) -> None:
    both = '<testcase classname="a" name="t"/><testcase classname="a" name="t"><error message="teardown"/></testcase>'
    batch = junit.read(xml(both), context)
    assert subjects(batch) == {"a t"}
    assert "a t" not in batch.proven


def test_tests_that_break_in_one_place_are_one_cause(context: Context) -> None:
    shared = "Error: no database\n    at connect (src/db.js:3:9)\n    at tests/a.test.js:{}:1"
    batch = tests.read(report(shared.format(4), shared.format(9)), context)
    (one,) = batch.sightings
    assert [symptom.subject for symptom in one.symptoms] == ["tests/a.test.js t0", "tests/a.test.js t1"]
    assert one.ticket.title == "[TEST FAIL] 2 tests, t0: Error: no database"


def test_tests_that_judge_for_themselves_are_causes_of_their_own(context: Context) -> None:
    own = "AssertionError: expected {} to be 5\n    at tests/a.test.js:{}:1"
    assert len(tests.read(report(own.format(3, 4), own.format(7, 9)), context).sightings) == 2


def test_smoke_tests_are_filed_as_such(context: Context) -> None:
    text = report("Error: fetch failed").replace("tests/a.test.js", "tests/smoke/health.test.ts")
    (one,) = tests.read(text, context).sightings
    assert one.ticket.bug_type is BugType.SMOKE
    assert one.ticket.title == "[SMOKE FAIL] t0: Error: fetch failed"
    assert one.ticket.milestone == "stage-smoke"


def test_a_name_cannot_break_out_of_the_command(context: Context) -> None:
    hostile = report("Error: no").replace("t0", "it's $(touch x) `y`")
    command = sections(tests.read(hostile, context).sightings[0])["Steps to Reproduce"]
    assert "'it'\"'\"'s" in command


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"testResults": []}', "no test ran, so that nothing is known"),
        ('{"numTotalTests": 3}', "expected the JSON report of vitest or jest, with testResults, got an object with"),
        ('{"testResults": [{"assertionResults": [{"title": "x"}]}]}', r"testResults.0.assertionResults.0.status"),
        ('{"testResults": [', "is not JSON"),
    ],
)
def test_what_is_no_report_of_vitest_is_refused(text: str, problem: str, context: Context) -> None:
    with pytest.raises(UsageError, match=problem):
        tests.read(text, context)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty; expected JUnit XML"),
        ("plain", "standard input:1: is no XML"),
        (xml("<testcase name='a'>")[:-30], "is no XML"),
        ("<html/>", "begins with <html>; expected JUnit XML"),
        (xml(""), "holds no test case, so that nothing is known"),
        ("<testsuite>" * 70 + "</testsuite>" * 70, "is nested more than 64 deep"),
        ('<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><testsuite name="&c;"/>', "has a DOCTYPE"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><testsuite/>', "has a DOCTYPE"),
        ('<testsuite><testcase name="&nothing;"/></testsuite>', "is no XML"),
        ("<testsuite><testcase name='a'><testcase name='b'/></testcase></testsuite>", "a testcase inside a testcase"),
    ],
)
def test_what_is_no_junit_xml_or_could_do_harm_is_refused(text: str, problem: str, context: Context) -> None:
    with pytest.raises(UsageError, match=problem):
        junit.read(text, context)


def summary(batch: Batch) -> tuple[int, int]:
    return len(batch.sightings), len(batch.proven)


def test_nested_suites_and_namespaces_are_read(context: Context) -> None:
    text = (
        '<testsuites xmlns="urn:x"><testsuite name="outer"><testsuite name="inner"><testcase name="a"/></testsuite>'
        '<testcase name="b"><failure/></testcase></testsuite></testsuites>'
    )
    batch = junit.read(text, context)
    assert subjects(batch) == {"outer b"}
    assert "inner a" in batch.proven
    assert summary(batch) == (1, 3)
