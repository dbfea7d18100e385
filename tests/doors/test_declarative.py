"""Checks that a suite's TOML file declares, through both front doors."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.doors.test_run import outcomes, results, smoke
from tests.stub import Answer, Stub
from vibehq_smoke.config import load_suite
from vibehq_smoke.config.declared import Assertion, DeclaredCheck, Expect, Left, Request
from vibehq_smoke.config.tables import choices, keys

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "declarative.toml"
PAGE = (ROOT / "docs" / "declarative-checks.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)

SUITE = """\
[suite]
name = "shop"
standalone = true

[[check]]
id = "SHOP-01"
title = "an item can be found"
component = "catalogue"
priority = "p0"
request = { path = "/items" }
expect.content_type = "application/json"
capture = { item = "$.items[0].id" }

[[check.expect.json]]
path = "$.items[*].price"
at_least = 0.5
at_most = 100

[[check.expect.json]]
path = "$.items"
length = 2

[[check]]
id = "SHOP-02"
title = "a found item can be read"
component = "catalogue"
priority = "p1"
needs = ["SHOP-01"]
request = { path = "/items/${SHOP-01.item}", headers = { X-Item = "no ${SHOP-01.item}" } }

[[check.expect.json]]
path = "$.id"
equals = "${SHOP-01.item}"

[[check.expect.json]]
path = "$.secret"
exists = false

[[check]]
id = "SHOP-03"
title = "an unknown item is missed"
component = "catalogue"
priority = "p2"
request = { path = "/items/none" }
expect.status = [404, 410]
"""

GOOD: dict[str, Answer] = {
    "/items": Answer({"items": [{"id": 7, "price": 1}, {"id": "b/c d", "price": 99.5}]}),
    "/items/7": Answer({"id": 7}),
    "/items/none": Answer({"error": "no such item"}, 404),
}


@pytest.fixture
def shop(project: Path, stub: Stub) -> Path:
    """A service that has nothing of Core Vibe HQ, and a suite for it."""
    stub.answers.clear()
    stub.answers |= GOOD
    (project / "shop.toml").write_text(SUITE)
    return project


def run(folder: Path, *arguments: str, suite: str = "shop.toml") -> subprocess.CompletedProcess[str]:
    return smoke("run", suite, "--target", "stub", "--out", "out", *arguments, folder=folder)


def reason(folder: Path, id_: str) -> str:
    return str(next(check["reason"] for check in results(folder)["checks"] if check["id"] == id_))


def test_a_file_of_its_own_checks_any_http_service(shop: Path, stub: Stub) -> None:
    done = run(shop)
    assert done.returncode == 0, done.stdout + done.stderr
    assert outcomes(shop) == {"SHOP-01": "passed", "SHOP-02": "passed", "SHOP-03": "passed"}
    assert sorted(set(stub.asked)) == ["/items", "/items/7", "/items/none"], "nothing else is asked"
    first, second, _ = results(shop)["checks"]
    assert (first["category"], first["location"], first["component"]) == ("declared", "shop.toml:5", "catalogue")
    sent = second["evidence"][0]["exchange"]
    assert "X-Item" in sent["request_headers"]
    assert [line["id"] for line in results(shop)["components"]] == ["catalogue"]


def test_a_capture_is_one_part_of_a_path_whatever_it_holds(shop: Path, stub: Stub) -> None:
    stub.answers["/items"] = Answer({"items": [{"id": "b/c?d", "price": 1}, {"id": 2, "price": 2}]})
    stub.answers["/items/b%2Fc%3Fd"] = Answer({"id": "b/c?d"})
    assert run(shop).returncode == 0
    assert "/items/b%2Fc%3Fd" in stub.asked


@pytest.mark.parametrize(
    ("path", "answer", "id_", "said"),
    [
        ("/items", Answer({}, 500), "SHOP-01", "expected 200, got 500"),
        ("/items", Answer(b"hello", content_type="text/plain"), "SHOP-01", "expected application/json, got text/plain"),
        ("/items", Answer(b"{"), "SHOP-01", "the body is not JSON"),
        ("/items", Answer({"items": []}), "SHOP-01", "$.items[*].price finds nothing"),
        (
            "/items",
            Answer({"items": [{"id": 7, "price": 0}, {"id": 8, "price": 101}]}),
            "SHOP-01",
            "$.items[0].price is 0, wanted at least 0.5\n$.items[1].price is 101, wanted at most 100",
        ),
        ("/items", Answer({"items": [{"id": 7, "price": 1}]}), "SHOP-01", "wanted a length of 2, not 1"),
        (
            "/items",
            Answer({"items": [{"price": 1}, {"price": 1}]}),
            "SHOP-01",
            "nothing to capture as item: $.items[0].id finds nothing, wanted one",
        ),
        (
            "/items",
            Answer({"items": [{"id": "a\nb", "price": 1}] * 2}),
            "SHOP-02",
            "cannot be sent as the header X-Item",
        ),
        ("/items/7", Answer({"id": "7"}), "SHOP-02", '$.id is "7", wanted 7'),
        ("/items/7", Answer({"id": True}), "SHOP-02", "$.id is true, wanted 7"),
        ("/items/7", Answer({"id": 7, "secret": 1}), "SHOP-02", "$.secret is there: 1"),
        ("/items/none", Answer({}, 200), "SHOP-03", "expected 404 or 410, got 200"),
    ],
)
def test_a_wrong_answer_fails_with_what_came_and_what_was_wanted(
    shop: Path, stub: Stub, path: str, answer: Answer, id_: str, said: str
) -> None:
    stub.answers[path] = answer
    assert run(shop).returncode == 1
    assert outcomes(shop)[id_] == "failed"
    assert said in reason(shop, id_)


def test_what_needs_a_failed_check_is_blocked(shop: Path, stub: Stub) -> None:
    stub.answers["/items"] = Answer({}, 500)
    assert run(shop).returncode == 1
    assert outcomes(shop) == {"SHOP-01": "failed", "SHOP-02": "blocked", "SHOP-03": "passed"}
    assert "needs SHOP-01, which failed" in reason(shop, "SHOP-02")


def test_a_single_check_runs_with_what_it_needs(shop: Path) -> None:
    assert run(shop, "-k", "found_item_can_be_read").returncode == 0
    assert {check["id"]: check["hidden"] for check in results(shop)["checks"]} == {"SHOP-01": True, "SHOP-02": False}


def test_they_are_ordinary_pytest_items(shop: Path, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop)
    call = (f"--rootdir={shop}", str(shop / "shop.toml"), "--target", "stub", "-v", "-m", "declared and not p2")
    done = pytester.runpytest_subprocess(*call, timeout=60)
    done.assert_outcomes(passed=2, deselected=1)
    done.stdout.fnmatch_lines(["shop.toml::SHOP-01 PASSED*", "shop.toml::SHOP-02 PASSED*"])


def test_they_stand_beside_the_plugins_checks_and_belong_to_their_file_alone(project: Path, stub: Stub) -> None:
    own = '[[check]]\nid = "ONE-04"\ntitle = "t"\ncomponent = "orchestrator"\npriority = "p2"\ncategory = "mine"\n'
    (project / "more.toml").write_text(
        '[suite]\n[suite.select]\ncategories = ["mine"]\n' + own + 'needs = ["ONE-01"]\nrequest = { path = "/two" }\n'
    )
    assert run(project, "mine.toml", suite="more.toml").returncode == 0
    assert sorted(outcomes(project)) == ["ONE-01", "ONE-02", "ONE-03", "ONE-04"]
    assert run(project, suite="mine.toml").returncode == 0
    assert sorted(outcomes(project)) == ["ONE-01", "ONE-02", "ONE-03"]


def test_a_file_that_is_refused_leaves_no_check_to_the_next(
    project: Path, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    refused = SUITE.replace("standalone = true", "standalone = true\noverride = { NONE-01 = { deadline_s = 1 } }")
    (project / "first.toml").write_text(refused)
    (project / "second.toml").write_text('[suite]\n[suite.select]\ncategories = ["declared", "mine"]\n')
    call = (f"--rootdir={project}", str(project), "--target", "stub", "--collect-only", "-q")
    done = pytester.runpytest_subprocess(*call, timeout=60)
    done.stdout.fnmatch_lines(["first.toml:*there is no check 'NONE-01'*"])
    collected = [line for line in done.outlines if line.startswith("second.toml::")]
    assert collected == [f"second.toml::ONE-0{number}" for number in (1, 2, 3)]


def test_writes_stay_away_from_a_target_that_is_read_only(shop: Path, stub: Stub) -> None:
    text = SUITE.replace('request = { path = "/items" }', 'request = { path = "/items", method = "POST", json = {} }')
    (shop / "shop.toml").write_text(text)
    (shop / "smoke.toml").write_text((shop / "smoke.toml").read_text() + "allow_writes = false\n")
    run(shop)
    assert outcomes(shop) == {"SHOP-01": "skipped", "SHOP-02": "skipped", "SHOP-03": "passed"}
    assert stub.asked == ["/items/none"]


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        ("at_leest = 0.5", "at_least = 0.5", "shop.toml:16: check[0].expect.json[0].at_leest: unknown key"),
        ("${SHOP-01.itm}", "${SHOP-01.item}", "check[1].request.path: ${SHOP-01.itm}: SHOP-01 captures no 'itm'"),
        ('needs = ["SHOP-01", "SHOP-O3"]', 'needs = ["SHOP-01"]', "needs 'SHOP-O3', which is neither a check nor a"),
        ('id = "ONE-01"', 'id = "SHOP-03"', "the check id 'ONE-01' is used twice"),
        ('id = "SHOP-03"\nneeds = ["SHOP-03"]', 'id = "SHOP-03"', "need each other in a circle"),
    ],
)
def test_a_mistake_is_one_message_that_says_where(shop: Path, wrong: str, right: str, message: str) -> None:
    (shop / "shop.toml").write_text(SUITE.replace(right, wrong))
    done = run(shop)
    assert done.returncode == 2, done.stdout + done.stderr
    assert message in done.stderr
    assert "shop.toml:" in done.stderr
    assert done.stderr.count("\n") == 1


# -- the example, and the page ---------------------------------------------------------------


def test_the_example_passes_on_the_embedded_platform(tmp_path: Path) -> None:
    done = smoke("run", str(EXAMPLE), "--out", "out", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(outcomes(tmp_path).values()) == {"passed"}
    (left,) = results(tmp_path)["created"]
    assert (left["check"], left["cleanup_sql"]) == ("DEMO-02", "DELETE FROM delivery_reports WHERE id = 1;")


def test_the_example_fails_where_the_embedded_platform_is_broken(tmp_path: Path) -> None:
    done = smoke("run", str(EXAMPLE), "--out", "out", "--fault", "delivery-not-stored", folder=tmp_path)
    assert done.returncode == 1
    assert outcomes(tmp_path)["DEMO-03"] == "failed"
    assert "expected 200, got 404" in reason(tmp_path, "DEMO-03")


def test_the_example_says_what_another_service_lacks(project: Path, stub: Stub) -> None:
    assert run(project, suite=str(EXAMPLE)).returncode == 1
    seen = outcomes(project)
    assert seen.pop("DEMO-01") == "passed"
    assert seen.pop("DEMO-02") != "passed", "the stub stores nothing"
    assert set(seen.values()) <= {"blocked", "skipped"}


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_every_example_of_the_page_passes_on_the_embedded_platform(block: str, tmp_path: Path) -> None:
    (tmp_path / "page.toml").write_text(block)
    declared = load_suite(tmp_path / "page.toml").declared
    done = smoke("run", "page.toml", "--out", "out", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {one.id for one in declared} <= outcomes(tmp_path).keys()
    assert set(outcomes(tmp_path).values()) == {"passed"}


@pytest.mark.parametrize(
    ("table", "model"),
    [
        ("[check]", DeclaredCheck),
        ("check.request", Request),
        ("check.expect", Expect),
        ("[check.expect.json]", Assertion),
        ("check.created", Left),
    ],
)
def test_every_key_is_described(table: str, model: Any) -> None:
    section = PAGE.partition(f"\n## `[{table}]`\n")[2].partition("\n## ")[0]
    described = re.findall(r"^\| `(\w+)` \| (.+?) \|", section, re.MULTILINE)
    assert [key for key, _ in described] == list(keys(model))
    for (_, words), inner in zip(described, keys(model).values(), strict=True):
        assert all(f"`{word}`" in words for word in choices(inner))
