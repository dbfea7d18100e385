"""The compiler's output: plain and in colours, whole and in part."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vibehq_smoke.errors import UsageError
from vibehq_smoke.issues.batch import BugType
from vibehq_smoke.issues.sources.context import Context
from vibehq_smoke.issues.sources.typescript import read
from vibehq_smoke.models import Priority

from .conftest import sample, sections, subjects, titles

CAUSES = {
    "src/order.ts TS2322",
    "src/order.ts TS2551",
    "src/order.ts TS7006",
    "src/order.ts TS2554",
    "src/price.ts TS2322",
}


def test_plain_and_coloured_output_tell_the_same(context: Context) -> None:
    plain, pretty = (read(sample(f"tsc-{form}.txt"), context) for form in ("plain", "pretty"))
    assert subjects(plain) == subjects(pretty) == CAUSES
    marks = [{s.symptoms[0].fingerprint for s in batch.sightings} for batch in (plain, pretty)]
    assert marks[0] == marks[1], "one error has two marks"
    assert plain.exhaustive, "all of the compiler's output was read"
    assert pretty.exhaustive, "all of the compiler's output was read"


def test_errors_of_one_kind_in_one_file_are_one_cause(context: Context) -> None:
    price = next(s for s in read(sample("tsc-pretty.txt"), context).sightings if "price.ts" in s.ticket.title)
    assert price.ticket.title == "[TYPE ERROR] price.ts: 2 errors TS2322"
    assert price.ticket.bug_type is BugType.TYPE
    assert price.ticket.labels[:4] == ("smoke-test", "type-error", "bug", "p2")
    assert price.certain, "a compiler says the same every time"
    told = sections(price)
    assert told["File"].startswith("[`src/price.ts`](https://github.com/acme/shop/blob/4c1e7a2")
    assert told["File"].endswith("/src/price.ts)")
    assert "price.ts#L9" in told["Line"]
    assert told["Error Code"] == "`TS2322`"
    assert "Type 'string' is not assignable to type 'number'." in told["Message"]
    assert "Type '\"GBP\"' is not assignable" in told["Further Errors of This Kind"]
    assert '>    9 |   return { amount, currency: "GBP" }' in told["Code Context"]
    assert "**Branch**: `main`" in told["Environment"]
    assert {"Impact", "Root Cause", "Fix Options"} <= set(told)


def test_the_mark_stays_when_lines_move_and_one_of_two_errors_is_mended(context: Context) -> None:
    before = read(
        "src/a.ts(9,12): error TS2322: Type 'A' is wrong.\nsrc/a.ts(9,20): error TS2322: Type 'B' is wrong.\n", context
    )
    after = read("src/a.ts(40,1): error TS2322: Type 'B' is wrong.\n", context)
    assert before.sightings[0].symptoms == after.sightings[0].symptoms


def test_code_is_shown_from_the_checkout_only(context: Context, checkout: object) -> None:
    batch = read("../../etc/passwd(1,1): error TS2322: no\n/etc/hostname.ts(1,1): error TS2322: no\n", context)
    assert all("Code Context" not in sections(one) for one in batch.sightings)


def test_silence_is_proof_only_when_the_compiler_says_that_it_ended_well(context: Context) -> None:
    with pytest.raises(UsageError, match=r"is empty; expected the output of tsc, or --exit-code 0"):
        read("", context)
    with pytest.raises(UsageError, match="tsc ended with 2, but there is no error"):
        read("", context, exit_code=2)
    clean = read("", context, exit_code=0)
    assert clean.exhaustive
    assert not clean.sightings
    assert read("Found 0 errors. Watching for file changes.\n", context).exhaustive


@pytest.mark.parametrize(
    "text",
    [
        "src/a.ts(1,5): error TS1005: ';' expected.\n",
        "error TS5023: Unknown compiler option 'strct'.\n",
        "src/a.ts:1:5 - error TS2322: Type 'A' is wrong.\n\nFound 7 errors in 2 files.\n",
    ],
    ids=["syntax", "configuration", "cut off"],
)
def test_where_other_errors_may_be_hidden_nothing_else_is_proven(text: str, context: Context) -> None:
    batch = read(text, context)
    assert len(batch.sightings) == 1
    assert not batch.exhaustive


def test_a_killed_compiler_proves_nothing(context: Context) -> None:
    assert not read("src/a.ts(1,5): error TS2322: no\n", context, exit_code=137).exhaustive


@pytest.mark.parametrize(
    ("line", "subject"),
    [
        ("apps/hub typecheck: src/a.ts(1,2): error TS2322: no", "apps/hub/src/a.ts TS2322"),
        ("@acme/hub:typecheck: src/a.ts(1,2): error TS2322: no", "@acme/hub/src/a.ts TS2322"),
        ("apps/hub typecheck: apps/hub/src/a.ts(1,2): error TS2322: no", "apps/hub/src/a.ts TS2322"),
        ("2026-03-02T09:00:01.1234567Z ##[error]src/a.ts(1,2): error TS2322: no", "src/a.ts TS2322"),
        (r"src\lib\a.ts(1,2): error TS2322: no", "src/lib/a.ts TS2322"),
        ("/home/runner/work/shop/shop/src/a.ts(1,2): error TS2322: no", "src/a.ts TS2322"),
        ("error TS5023: Unknown compiler option 'x'.", "configuration TS5023"),
    ],
)
def test_prefixes_of_runners_are_no_part_of_the_file(line: str, subject: str, context: Context) -> None:
    assert subjects(read(f"{line}\n", context)) == {subject}


def test_what_cannot_be_compiled_at_all_is_urgent_and_tests_are_not(context: Context) -> None:
    text = "src/a.ts(1,5): error TS1005: no\nsrc/b.ts(1,5): error TS2322: no\ntests/c.test.ts(1,5): error TS2322: no\n"
    assert [s.ticket.priority for s in read(text, context).sightings] == [Priority.P1, Priority.P2, Priority.P3]
    assert {s.ticket.priority for s in read(text, replace(context, priority=Priority.P0)).sightings} == {Priority.P0}


def test_parts_of_a_repository_do_not_speak_for_each_other(context: Context) -> None:
    hub, ui = (read("", replace(context, part=part), exit_code=0) for part in ("hub", "ui"))
    assert (hub.scope, ui.scope) == ("typescript-hub/main", "typescript-ui/main")


def test_the_worker_is_blamed_that_the_file_is_of(context: Context) -> None:
    batch = read("apps/agent-factory/worker/index.ts(1,2): error TS2322: no\n", context)
    assert batch.sightings[0].component == "agent-factory"
    assert "factory" in batch.sightings[0].ticket.labels
    assert titles(batch) == ["[TYPE ERROR] index.ts: TS2322: no"]
