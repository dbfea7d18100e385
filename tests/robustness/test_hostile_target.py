"""Whatever a target sends: every check ends with an honest verdict, in little memory, and the reports are safe."""

import sys
from pathlib import Path

import pytest

from .hostile import BIDI, ESCAPES, MANY_OBJECTS, SCRIPT, TALKS, hostile_server, raw, whole
from .running import HEAD, Run, assert_safe_to_open, assert_safe_to_print, command, smoke, suite_run

EXCHANGE_S = 4
STATUS = b'{"success": true, "data": {"globalUserMessage": "", "changeLogs": "", "hasActiveMessage": false}}'

CHECKS = (
    HEAD
    + """
from pydantic import BaseModel

class Thing(BaseModel):
    value: int

def asking(name):
    async def ask(hq):
        (await hq.bare.get(f"/api/h/{name}")).expect(Thing)
    ask.__name__ = name.replace("-", "_")
    return ask

for number, name in enumerate(NAMES):
    globals()[f"ask_{number}"] = check(f"HST-{name}", component="health-api", priority=P1)(asking(name))

@check("RAW-01", component="health-api", priority=P1)
async def what_the_target_said_is_quoted(hq):
    texts = [(await hq.bare.get(f"/api/h/{name}")).text for name in ("escapes", "bidi", "html")]
    hq.note("\\n".join(texts))
    hq.log("\\n".join(texts))
    assert not texts, "\\n".join(texts)

@check("RAW-02", component="health-api", priority=P1)
async def what_the_target_said_is_compared(hq):
    assert (await hq.bare.get("/api/h/escapes")).text == (await hq.bare.get("/api/h/html")).text
"""
)


@pytest.fixture
def hostile_project(tmp_path: Path) -> Path:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "hst.py").write_text(CHECKS.replace("NAMES", repr(list(TALKS))))
    (tmp_path / "mine.toml").write_text(
        f'[suite]\nname = "hostile"\nexchange_deadline_s = {EXCHANGE_S}\ndeadline_s = 20\n'
        '[suite.select]\ncategories = ["hst"]\n'
    )
    return tmp_path


def aim(folder: Path, url: str) -> None:
    (folder / "smoke.toml").write_text(f'[targets.stub]\nbase_url = "{url}"\nenvironment = "local"\n')


def test_every_hostile_answer_is_a_failure_of_its_kind_in_bounded_time_and_memory(hostile_project: Path) -> None:
    talks = {f"/api/h/{name}": talk for name, (talk, _) in TALKS.items()} | {"/api/status": whole(STATUS)}
    with hostile_server(talks) as server:
        aim(hostile_project, server.url)
        done = suite_run(hostile_project)
    assert done.code == 1, done.said
    assert set(done.outcomes.values()) == {"failed"}
    found = {name: done.checks[f"HST-{name}"]["kind"] for name in TALKS}
    assert {name: kind for name, kind in found.items() if kind not in TALKS[name][1]} == {}
    assert max(check["duration_s"] for check in done.checks.values()) < 20 + 2
    assert 20 < done.peak_mb < 300
    assert done.record["root_causes"] == ["health-api"]
    assert done.record["preflight"][0]["status"] == "working"
    assert_safe_to_print(done.said)
    assert_safe_to_open(done.page)
    assert (done.out / "report.html").stat().st_size < 3_000_000


def test_answers_that_grow_when_they_are_parsed_fit_into_the_memory_too(hostile_project: Path) -> None:
    plugin = hostile_project / "plugins" / "hst.py"
    plugin.write_text(CHECKS.replace("NAMES", repr(list("abcd"))).partition('@check("RAW-01"')[0])
    talks = {f"/api/h/{name}": MANY_OBJECTS for name in "abcd"} | {"/api/status": whole(STATUS)}
    with hostile_server(talks) as server:
        aim(hostile_project, server.url)
        done = suite_run(hostile_project)
    assert done.code in (1, 4), done.said
    assert set(done.outcomes.values()) <= {"failed", "error"}
    assert done.peak_mb < 300


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("endless", 1),
        ("gzip-bomb", 1),
        ("drip", 3),
        ("html", 1),
        ("reset", 3),
        ("escapes", 1),
        ("no-http", 1),
    ],
)
def test_an_orchestrator_that_is_hostile_blocks_the_shipped_suite_at_once(tmp_path: Path, name: str, code: int) -> None:
    (tmp_path / "all.toml").write_text('[suite]\nname = "all"\nexchange_deadline_s = 1\n')
    with hostile_server({"*": TALKS[name][0]}) as server:
        aim(tmp_path, server.url)
        done = smoke("run", "all.toml", "--target", "stub", "--out", "out", folder=tmp_path)
    assert done.code == code, done.said
    assert set(done.outcomes.values()) <= {"blocked", "skipped"}
    assert done.record["totals"]["blocked"] >= 15
    assert done.record["root_causes"] == ["orchestrator"]
    (seen,) = done.record["preflight"]
    assert (seen["component"], seen["status"]) == ("orchestrator", "broken")
    assert done.seconds < 40
    assert_safe_to_print(done.said)
    assert_safe_to_open(done.page)


def test_pytests_own_output_and_pages_are_safe_too(hostile_project: Path) -> None:
    quoted = {"escapes": whole(ESCAPES, status=500), "bidi": whole(BIDI), "html": whole(SCRIPT), "closed": raw(b"")}
    talks = {f"/api/h/{name}": talk for name, talk in quoted.items()} | {"/api/status": whole(STATUS)}
    plugin = hostile_project / "plugins" / "hst.py"
    plugin.write_text(CHECKS.replace("NAMES", "['escapes', 'closed']").replace("assert not texts, ", "1 / 0, "))
    with hostile_server(talks) as server:
        aim(hostile_project, server.url)
        done = pytest_run(hostile_project)
    assert done.code == 1, done.said
    assert_safe_to_print(done.said.replace("Traceback", ""))
    assert "alert('owned')" in done.stdout
    page = (hostile_project / "page.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def pytest_run(folder: Path) -> Run:
    words = [sys.executable, "-m", "pytest", f"--rootdir={folder}", "mine.toml", "--target", "stub"]
    words += ["--smoke-out=out", "--junitxml=junit.xml", "--html=page.html", "--self-contained-html", "-rA"]
    return command(*words, folder=folder)
