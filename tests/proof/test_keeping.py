"""What becomes of a proof: kept beside the reports, shown where checks are shown, and about the check as it is now."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from vibehq_smoke.errors import UsageError
from vibehq_smoke.fingerprint import fingerprint
from vibehq_smoke.host import Host
from vibehq_smoke.models import Proved
from vibehq_smoke.proof.badge import GREEN, RED, badge
from vibehq_smoke.proof.figures import page
from vibehq_smoke.proved import Entry, Proofs, load, render

from .conftest import SMOKE, Recorded

KEPT = Path("reports/proof.json")
STRONG = "STRONG-01"

DECLARED = """\
[suite]
name = "declared"
standalone = true
[[check]]
id = "D-1"
title = "it answers"
component = "orchestrator"
priority = "p1"
request = { path = "/thing" }
expect = { json = [{ path = "$.total", equals = 2 }] }
"""


@pytest.fixture
def mine(recorded: Recorded, tmp_path: Path) -> Recorded:
    """A copy of the project, of which nothing was proved yet."""
    folder = tmp_path / "mine"
    shutil.copytree(recorded.folder, folder, ignore=shutil.ignore_patterns("reports", "proof.json", "__pycache__"))
    return Recorded(folder, recorded.recording)


def smoke(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([SMOKE, *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def kept(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / KEPT).read_text())["checks"]
    return document


def listed(folder: Path, id_: str) -> str:
    """What `list` says of the proof of a check."""
    done = smoke(folder, "list", "mine.toml")
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if line.strip().startswith(f"{id_} ")]
    return line.rpartition("[")[2].rstrip("]")


def test_what_was_proved_is_listed_with_its_numbers(mine: Recorded) -> None:
    assert listed(mine.folder, STRONG) == "not proved"
    told = mine.proof()["by_check"]
    assert set(kept(mine.folder)) == set(told)
    assert listed(mine.folder, STRONG) == f"proved: {told[STRONG]['caught']} of {told[STRONG]['mutants']}"
    assert "vacuous" in listed(mine.folder, "WEAK-02")
    proofs = {one["id"]: one["proof"] for one in json.loads(smoke(mine.folder, "list", "mine.toml", "--json").stdout)}
    assert proofs[STRONG]["harmless"] == told[STRONG]["harmless"] > 0
    assert proofs["WEAK-02"]["vacuous"] is True
    assert smoke(mine.folder, "list", "mine.toml").stdout.endswith(
        f"{len(proofs)} checks, {sum(not one['vacuous'] for one in proofs.values())} of them proved\n"
    )


def test_a_proof_of_some_leaves_what_is_kept_of_the_others(mine: Recorded) -> None:
    mine.prove("-k", "WEAK-02")
    mine.prove("-k", STRONG)
    assert set(kept(mine.folder)) == {"WEAK-02", STRONG}
    assert listed(mine.folder, STRONG).endswith("by itself")


def test_a_check_that_was_changed_since_says_so(mine: Recorded) -> None:
    mine.prove("-k", STRONG)
    before = listed(mine.folder, STRONG)
    plugin = mine.folder / "plugins" / "mine.py"
    source = plugin.read_text()
    plugin.write_text(
        "\n# moved\n" + source.replace("    assert thing.id ==", "    # a remark\n    assert thing.id  ==")
    )
    assert listed(mine.folder, STRONG) == before, "layout and comments change nothing"
    for line in ("assert thing.total == len(thing.items) == 2", "total: int = Field(ge=0)"):
        assert line in source
        plugin.write_text(source.replace(line, line.replace("len(thing.items) == ", "").replace("ge=0", "")))
        assert listed(mine.folder, STRONG) == f"{before}, before it was changed", line


def test_a_declared_check_that_was_changed_since_says_so(mine: Recorded) -> None:
    suite = mine.folder / "declared.toml"
    suite.write_text(DECLARED)
    assert smoke(mine.folder, "prove", "declared.toml", "--recording", str(mine.recording)).returncode == 1
    assert kept(mine.folder)["D-1"]["unproved"] == "it was not recorded"
    before = json.loads(smoke(mine.folder, "list", "declared.toml", "--json").stdout)[0]["proof"]
    suite.write_text(f"# further down\n{DECLARED}".replace("equals = 2", "equals = 3"))
    after = json.loads(smoke(mine.folder, "list", "declared.toml", "--json").stdout)[0]["proof"]
    assert (before["changed"], after["changed"]) == (False, True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "holds no proofs"),
        ('{"mutants": 3, "by_check": {}}', "holds no proofs"),
        ('{"format": "vibehq-smoke proofs", "version": 9}', "of version 9, this harness reads 1"),
        ('{"format": "vibehq-smoke proofs", "version": 1}', "is damaged"),
        ('{"format": "vibehq-smoke proofs", "version": 1, "checks": {"A": {"caught": 3, "mutants": 2}}}', "is damaged"),
        ('{"format": "vibehq-smoke proofs", "version": 1, "checks": {"A": {"colour": 1}}}', "is damaged"),
        ('{"format": "vibehq-smoke proofs", "version": 1, "checks": [1]}', "is damaged"),
    ],
)
def test_a_file_that_is_wrong_says_in_one_line_how(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "proof.json"
    file.write_text(content)
    with pytest.raises(UsageError) as caught:
        load(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_no_obstacle_and_is_written_anew(mine: Recorded) -> None:
    (mine.folder / "reports").mkdir()
    (mine.folder / KEPT).write_text("{")
    done = smoke(mine.folder, "list", "mine.toml")
    assert done.returncode == 0
    assert done.stderr == f"vibehq-smoke: warning: {KEPT}: is not JSON; prove the checks again\n"
    done = mine.prove("-k", STRONG)
    assert done.returncode == 0
    assert done.stderr.endswith("is not JSON; prove the checks again; it is written anew\n")
    assert set(kept(mine.folder)) == {STRONG}


def test_what_fits_the_check_counts_before_what_is_about_an_older_one(tmp_path: Path) -> None:
    host = Host.load()
    try:
        check = next(iter(host.graph().checks.values()))
    finally:
        host.close()
    now = fingerprint(check.function)
    files = [tmp_path / name for name in ("own.json", "shipped.json")]

    def of(own: str | None, before: str | None) -> Proved | None:
        for file, mark, mutants in zip(files, (own, before), (1, 2), strict=True):
            file.write_text(render({check.id: Entry(mutants=mutants, fingerprint=mark)}))
        return Proofs(files).of(check)

    assert of(now, now) == of(None, now) == Proved(mutants=1)
    assert of("older", now) == Proved(mutants=2)
    assert of("older", "oldest") == Proved(mutants=1, changed=True)


def test_where_nothing_can_be_kept_the_proof_is_shown_all_the_same(mine: Recorded) -> None:
    (mine.folder / "reports").write_text("a file")
    done = mine.prove("-k", STRONG)
    assert done.returncode == 0
    assert "mutants caught" in done.stdout
    assert "warning: reports/proof.json cannot be written: " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("option", "part", "value"),
    [("--ledger", "-k", STRONG), ("--page", "--sample", "0.5"), ("--badge", "--category", "mine")],
)
def test_what_is_about_every_check_is_not_made_of_some(mine: Recorded, option: str, part: str, value: str) -> None:
    done = mine.prove(option, "file", part, value)
    assert done.returncode == 2
    assert done.stderr == f"vibehq-smoke: {option} would be about every check: leave out {part}\n"
    assert not (mine.folder / "file").exists()
    assert not (mine.folder / KEPT).exists()


def test_the_projects_own_file_is_not_overwritten_with_something_else(mine: Recorded) -> None:
    done = mine.prove("-k", STRONG, "--json", str(KEPT))
    assert done.returncode == 2
    assert "where the proofs of this project are kept" in done.stderr


def test_the_files_for_others_agree_with_the_result(mine: Recorded) -> None:
    told = mine.proof("--ledger", "a/ledger.json", "--page", "a/proof.md", "--badge", "a/proof.svg")
    folder = mine.folder / "a"
    assert (folder / "ledger.json").read_text() == (mine.folder / KEPT).read_text()
    assert (folder / "proof.md").read_text() == page(told)
    assert (folder / "proof.svg").read_text() == badge(told)


def test_a_run_shows_the_proof_beside_each_check(project: Path) -> None:
    command = ("run", "mine.toml", "--target", "stub", "--quiet")
    assert smoke(project, *command, "--record", "run.gz").returncode == 0
    proved = smoke(project, "prove", "mine.toml", "--recording", "run.gz", "--json", "proof.json", "--jobs", "1")
    assert (project / "proof.json").is_file(), proved.stderr
    told = json.loads((project / "proof.json").read_text())["by_check"]
    assert smoke(project, *command).returncode == 0
    for result in json.loads((project / "reports/latest/results.json").read_text())["checks"]:
        assert (result["proof"]["mutants"], result["proof"]["caught"]) == (
            told[result["id"]]["mutants"],
            told[result["id"]]["caught"],
        )
    shown = (project / "reports/latest/report.html").read_text()
    assert f">proved: {told['ONE-01']['caught']} of {told['ONE-01']['mutants']}<" in shown


def test_a_run_with_a_damaged_file_holds_its_gates_and_says_so(project: Path) -> None:
    (project / "reports").mkdir()
    (project / KEPT).write_text("{")
    done = smoke(project, "run", "mine.toml", "--target", "stub", "--quiet")
    assert done.returncode == 0
    assert done.stdout.count("warning: reports/proof.json: is not JSON") == 1
    assert "not proved" in (project / "reports/latest/report.html").read_text()


def _filled(text: str) -> set[str]:
    """The colours of a badge. Raises when it is not well-formed."""
    root = ElementTree.fromstring(text)  # noqa: S314 - our own
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"].startswith("proof: ")
    assert root.findtext("{http://www.w3.org/2000/svg}title")
    assert "http" not in text.replace("http://www.w3.org/2000/svg", ""), "it asks nobody for anything"
    return {one.attrib["fill"] for one in root.iter() if "fill" in one.attrib}


def test_a_badge_is_red_while_anything_is_vacuous(proof: dict[str, Any]) -> None:
    assert RED in _filled(badge(proof))
    sound: dict[str, Any] = proof | {"vacuous": [], "unproved": {}, "false_alarms": [], "mutants": 999, "caught": 998}
    assert GREEN in _filled(badge(sound))
    assert ">99.8 %<" in badge(sound), "rounded down, so that 100 % is all of them"
    assert RED in _filled(badge(sound | {"mutants": 0, "caught": 0}))


def test_a_page_has_the_figures_of_the_result_and_every_survivor(proof: dict[str, Any]) -> None:
    text = page(proof)
    assert f"| caught | {proof['caught']:,} |" in text
    for name, one in proof["by_operator"].items():
        escaped = re.sub(r"([\[\]])", r"\\\1", name)
        assert f"| {escaped} | {one['mutants']:,} | {one['caught']:,} |" in text
    survivors = [change for one in proof["by_check"].values() for change in one["survived"]]
    assert len(survivors) == text.count("\n    - `") > 0
    assert all(change["change"] in text for change in survivors)
    for rule, number in proof["equivalent_by"].items():
        assert f"| {rule} | {number} |" in text
    assert sum(proof["equivalent_by"].values()) == proof["equivalent"]


def test_whatever_an_answer_holds_stays_text_on_the_page(proof: dict[str, Any]) -> None:
    hostile = {
        "question": "GET /`a`|<b>",
        "change": "``x`` \x1b[31m\n# <script>",
        "operator": "a|b",
        "diff": ["- ```", "+ 2"],
    }
    one = proof["by_check"]["WEAK-02"] | {"survived": [hostile]}
    shown = page(proof | {"by_check": {"<i>|": one}, "weak": [], "vacuous": []})
    assert "- ``GET /`a`|<b>``\n" in shown
    assert "- ``` ``x`` \\u001b[31m # <script> ``` (a\\|b)\n" in shown
    assert "      ````diff\n      - ```\n      + 2\n      ````\n" in shown
    assert "- **&lt;i>\\|** " in shown
