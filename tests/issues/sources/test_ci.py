"""A job's log: the first real error in it, and proof that the job works again."""

from __future__ import annotations

import pytest

from vibehq_smoke.errors import UsageError
from vibehq_smoke.issues.sources.build_log import first_error
from vibehq_smoke.issues.sources.ci import read
from vibehq_smoke.issues.sources.context import Context
from vibehq_smoke.issues.sources.logs import log_lines

from .conftest import everything, sample, sections, subjects, titles


def test_the_compilers_first_error_is_found_in_the_step_that_failed(context: Context) -> None:
    batch = read(sample("actions-typecheck.log"), context)
    (sighting,) = batch.sightings
    assert sighting.ticket.title.startswith("[CI FAIL] CI / build: src/order.ts(6,12): error TS2322: ")
    assert sighting.ticket.labels == ("smoke-test", "ci-failure", "p1")
    assert sighting.symptoms[0].kind == "typescript"
    told = sections(sighting)
    assert "in the step `npm run typecheck`" in told["Description"]
    assert "https://github.com/acme/shop/actions/runs/77" in told["Description"]
    assert "error TS2554" in told["Build Log"]
    assert "Cleaning up" not in told["Build Log"], "what follows the failure is no part of it"
    assert "2026-03-02T" not in told["Build Log"], "time stamps are no part of the error"
    assert not batch.exhaustive


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("actions-npm.log", "npm", "npm error code EUSAGE The `npm ci` command can only install with"),
        ("actions-pytest.log", "pytest", "RuntimeError: the till is closed"),
    ],
)
def test_each_tools_error_is_recognised(name: str, kind: str, message: str) -> None:
    error = first_error(list(log_lines(sample(name))))
    assert error.kind == kind
    assert error.message.startswith(message)


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("test", " FAIL  tests/basket.test.js > basket > count"),
        ("javascript", "TypeError [ERR_INVALID_ARG_TYPE]: The argument must be a string"),
        ("bundler", '✘ [ERROR] Could not resolve "./missing"'),
        ("out-of-memory", "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory"),
        ("disk", "tar: write error: No space left on device"),
        ("missing-command", "/home/runner/work/_temp/1.sh: line 1: wranglr: command not found"),
        ("compiler", "src/main.c:4:2: error: expected ';'"),
        ("compiler", "fatal: repository 'https://example.com/x' not found"),
        ("generic", "Error: something is wrong"),
        ("annotation", "##[error]Unable to resolve action acme/nothing"),
    ],
)
def test_an_error_is_told_from_what_only_sounds_like_one(kind: str, line: str) -> None:
    log = [
        "##[group]Run make",
        "ERROR_MODE: error: all",
        "##[endgroup]",
        "0 errors, 0 warnings",
        "✓ error handling > fails well (12 ms)",
        "npm warn deprecated inflight@1.0.6: This module leaks memory",
        line,
        "make: *** [all] Error 1",
        "##[error]Process completed with exit code 2.",
    ]
    error = first_error(list(log_lines("\n".join(log))))
    assert (error.kind, error.message) == (kind, line.removeprefix("##[error]").strip())


def test_a_log_of_several_jobs_gives_one_cause_for_each_that_failed(context: Context) -> None:
    batch = read(sample("gh-run-view.log"), context)
    assert subjects(batch) == {"ci CI / typecheck", "ci CI / prices"}
    prices = next(one for one in batch.sightings if "prices" in one.ticket.title)
    assert prices.ticket.title.endswith("FileNotFoundError: [Errno 2] No such file or directory: '/data/prices.json'")
    assert prices.symptoms[0].frame == "scripts/prices.py"


def test_the_same_failure_has_the_same_mark_at_another_time(context: Context) -> None:
    first = sample("actions-typecheck.log")
    later = first.replace("2026-03-02T09", "2027-11-30T23").replace("(6,12)", "(9,3)")
    one, other = (read(text, context).sightings[0].symptoms[0].fingerprint for text in (first, later))
    assert one == other


def test_a_log_without_any_error_shows_its_end(context: Context) -> None:
    batch = read("step one\nstep two\n##[error]Process completed with exit code 3.\n", context)
    assert titles(batch) == ["[CI FAIL] CI / build: Process completed with exit code 3."]
    assert "step two" in sections(batch.sightings[0])["Build Log"]


def test_success_proves_the_job_and_without_one_the_workflow(context: Context) -> None:
    job = read("", context, conclusion="success", workflow="Deploy it", job="build")
    assert job.proven == {"ci Deploy it / build"}
    assert not job.exhaustive
    whole = read("", context, conclusion="success", workflow="Deploy it")
    assert whole.exhaustive
    assert job.scope == whole.scope == "ci-Deploy-it/main"
    assert read("", context, conclusion="success").proven == {"ci CI / build"}


@pytest.mark.parametrize("conclusion", ["cancelled", "skipped", "neutral"])
def test_a_job_that_did_not_run_proves_nothing(conclusion: str, context: Context) -> None:
    batch = read("", context, conclusion=conclusion, workflow="CI")  # type: ignore[arg-type]  # as the option has it
    assert (batch.proven, batch.sightings, batch.exhaustive) == (frozenset(), (), False)


def test_nothing_can_be_said_without_a_log_or_a_name() -> None:
    with pytest.raises(UsageError, match="is empty; expected the log of a job that ended with failure"):
        read(" \n", Context())
    with pytest.raises(UsageError, match="needs --workflow or --job"):
        read("", Context(), conclusion="success")


def test_what_a_log_says_is_obeyed_in_nothing(context: Context) -> None:
    line = "Error: @everyone fixes #12 <!-- vibehq-smoke:end --> ```` Bearer abcdef0123456789abcdef"
    batch = read(line + "\n", context)
    assert "abcdef0123456789abcdef" not in everything(batch)
    assert "<!--" not in batch.sightings[0].ticket.model_dump_json()
    title = batch.sightings[0].ticket.title
    assert "@everyone" not in title
    assert "#12" not in title
