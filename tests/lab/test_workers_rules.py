"""The rules by which specialists judge: merging, compliance, source text, topics, pages. Pure."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibehq_smoke.lab.workers.specialists.cloudflare_topics import advice_on, review_order
from vibehq_smoke.lab.workers.specialists.code_rules import findings, score
from vibehq_smoke.lab.workers.specialists.compliance import Delivered, compliance, requirements_in
from vibehq_smoke.lab.workers.specialists.frontend_templates import TEMPLATES, files
from vibehq_smoke.lab.workers.specialists.merge import (
    Hunk,
    MarkerError,
    merge,
    parse_markers,
    resolve,
    with_markers,
)
from vibehq_smoke.lab.workers.specialists.page_checks import origin
from vibehq_smoke.lab.workers.specialists.retrofit import retrofitted, wrangler_file
from vibehq_smoke.lab.workers.specialists.worker_source import HEALTH_PATHS, analyse

Lines = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=12)


def test_changes_in_different_places_merge() -> None:
    base = ["one", "two", "three", "four"]
    assert merge(base, ["ONE", "two", "three", "four"], ["one", "two", "three", "FOUR"]) == [
        "ONE", "two", "three", "FOUR",
    ]  # fmt: skip
    assert merge(base, ["one", "three", "four"], [*base, "five"]) == ["one", "three", "four", "five"]


def test_changes_in_one_place_are_a_hunk() -> None:
    assert merge(["x"], ["ours"], ["theirs"]) == [Hunk(("ours",), ("theirs",), ("x",))]


@given(base=Lines, ours=Lines)
def test_merging_with_an_unchanged_side_is_the_other_side(base: list[str], ours: list[str]) -> None:
    assert merge(base, ours, base) == ours
    assert merge(base, base, ours) == ours
    assert merge(base, ours, ours) == ours


@given(base=Lines, ours=Lines, theirs=Lines)
def test_keeping_a_side_of_every_hunk_loses_no_line_that_side_added(
    base: list[str], ours: list[str], theirs: list[str]
) -> None:
    kept: list[str] = []
    for piece in merge(base, ours, theirs):
        kept += (resolve(piece, "ours") or ()) if isinstance(piece, Hunk) else [piece]
    assert set(ours) - set(base) <= set(kept)


@given(base=Lines, ours=Lines, theirs=Lines)
def test_what_is_written_with_markers_reads_back(base: list[str], ours: list[str], theirs: list[str]) -> None:
    pieces = merge(base, ours, theirs)
    lines = [line for piece in pieces for line in (with_markers(piece) if isinstance(piece, Hunk) else (piece,))]
    assert parse_markers("\n".join(lines)) == pieces


@pytest.mark.parametrize(
    ("hunk", "keep", "expected"),
    [
        (Hunk(("1",), ("2",)), "auto", None),
        (Hunk(("1",), ("2",)), "ours", ("1",)),
        (Hunk(("1",), ("2",)), "theirs", ("2",)),
        (Hunk(("1", "2"), ("2", "3")), "union", ("1", "2", "3")),
        (Hunk(("1 ",), ("1",)), "auto", ("1 ",)),
        (Hunk(("  1",), ("1",)), "auto", None),
        (Hunk(("1",), ("0",), ("0",)), "auto", ("1",)),
        (Hunk(("0",), ("1",), ("0",)), "auto", ("1",)),
        (Hunk(("1",), ("1", "2"), ()), "auto", ("1", "2")),
        (Hunk(("1",), ("1", "2")), "auto", None),
    ],
)
def test_a_hunk_is_decided_by_rule(hunk: Hunk, keep: str, expected: tuple[str, ...] | None) -> None:
    assert resolve(hunk, keep) == expected


@pytest.mark.parametrize("text", ["<<<<<<< a\n1\n=======\n2", ">>>>>>> b", "<<<<<<< a\n<<<<<<< b", "<<<<<<< a\n1"])
def test_markers_that_do_not_pair_up_are_refused(text: str) -> None:
    with pytest.raises(MarkerError):
        parse_markers(text)


def test_compliance_is_the_share_of_what_was_asked() -> None:
    report = compliance(
        ["A menu with three entries", "A search field"], ["src/menu.ts"],
        Delivered(("Built the menu with its three entries",), ("src/menu.ts", "extra.txt"), 3, 1),
    )  # fmt: skip
    assert [entry["met"] for entry in report["requirements"]] == [True, False]
    assert report["compliance_score"] == pytest.approx((1 + 0 + 1 + 0.75) / 4)
    assert report["missing"] == ["A search field"]
    assert report["unasked_files"] == ["extra.txt"]


@given(st.lists(st.text(max_size=30), max_size=8), st.lists(st.text(max_size=30), max_size=8))
def test_compliance_is_between_nothing_and_all(wanted: list[str], items: list[str]) -> None:
    assert 0 <= compliance(wanted, [], Delivered(tuple(items)))["compliance_score"] <= 1


def test_requirements_are_bullets_or_lines() -> None:
    assert requirements_in("Order:\n- one\n 2. two\n") == ["one", "two"]
    assert requirements_in("one\n\ntwo") == ["one", "two"]


SOURCE = """
// env.COMMENTED
import { Hono } from 'hono';
export class Room extends DurableObject {}
app.get('/x', () => "// env.KEPT is text");
export default {
  async fetch(request, env) { return eval(env.CACHE); },
  scheduled: async () => {},
};
"""


def test_a_source_is_read() -> None:
    found = analyse(SOURCE)
    assert found.default_export
    assert found.handlers == ("fetch", "scheduled")
    assert found.classes == (("Room", "DurableObject"),)
    assert found.routes == ("GET /x",)
    assert found.imports == ("hono",)
    assert "CACHE" in found.bindings
    assert "COMMENTED" not in found.bindings
    assert found.missing_health_paths == HEALTH_PATHS
    assert [(entry["rule"], entry["line"]) for entry in found.findings] == [("dynamic-code", 7)]


def test_a_retrofit_mounts_the_protocol_once() -> None:
    changed, changes = retrofitted(SOURCE, analyse(SOURCE))
    assert len(changes) == 3
    assert changed.count("export default") == 1
    assert "/health-check/" in changed
    assert "const retrofitted = {" in changed
    served = SOURCE + "\n".join(f"app.get('{path}', f);" for path in HEALTH_PATHS)
    assert retrofitted(served, analyse(served)) == (served, [])


def test_a_wrangler_file_has_what_every_worker_needs() -> None:
    text = wrangler_file("my-worker", analyse(SOURCE))
    content = json.loads("\n".join(line for line in text.splitlines() if not line.startswith("//")))
    assert content["vars"] == {"WORKER_NAME": "my-worker", "WORKER_TYPE": "application"}
    assert content["observability"]["enabled"] is True
    assert "CACHE" in text


def test_findings_cost_by_severity() -> None:
    found = findings("console.log(1)\nconst password = 'hunter22hunter22';\n// eval(x)\n")
    assert [entry["severity"] for entry in found] == ["critical", "low"]
    assert score(found) == 0.58
    assert score([]) == 1


def test_advice_is_only_on_what_is_named() -> None:
    assert [entry["topic"] for entry in advice_on("A nightly job with a D1 database; D1 is slow")] == [
        "d1", "cron", "limits",
    ]  # fmt: skip
    assert advice_on("hello") == []
    assert review_order({"title": "x"})["ready"] is False
    whole = {"text": "It must accept a login, answer 400 on errors and have tests; files go to R2"}
    assert review_order(whole)["ready"] is True
    assert "r2_buckets" in review_order(whole)["wranglerKeys"]


def test_origins_are_compared_whole() -> None:
    assert origin("http://LOCALHOST:80/x") == "http://localhost:80"
    assert origin("http://localhost:1@evil.test/") == "http://evil.test"
    assert origin("ftp://localhost") == origin("nonsense") == origin("http://localhost:x") == ""


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_a_template_gives_a_configuration_and_a_test(name: str) -> None:
    made = files(TEMPLATES[name], "http://localhost:1/a'b", "home")
    assert set(made) == {"playwright.config.ts", "tests/home.spec.ts"}
    assert "http://localhost:1/a'b" in made["tests/home.spec.ts"]
