"""The checkout's patch manager and patchctl, run as a user does (contract 9.1, PAT-01, 02, 05)."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lab.running import RunningLab, listener
from vibehq_smoke.lab.checkout.templates.scripts.patch_manager import PatchError, edited, split_lines
from vibehq_smoke.lab.checkout.writer import Checkout

NOWHERE = "http://localhost:9"
CODE = "def f():\n    a = 1\n    b = 2\n    return a + b\n"
Patch = dict[str, Any]


@dataclass
class Bench:
    """A checkout with the patch manager, and a scratch project to patch."""

    checkout: Path
    project: Path

    def run(self, *command: str, env: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        """A command of the checkout, in the project, for whatever Python runs the tests."""
        return subprocess.run(
            command, cwd=self.project, capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHON": sys.executable, "PATH": "/usr/bin:/bin", **(env or {})},
        )  # fmt: skip

    def manager(self, *options: str, env: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        """The script itself."""
        script = str(self.checkout / "scripts/patch_manager.py")
        return self.run(sys.executable, script, "--orchestrator-url", NOWHERE, *options, env=env)

    def ctl(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """patchctl of the checkout's root."""
        return self.run(str(self.checkout / "patchctl"), *arguments)

    def batch(self, *patches: object, **more: object) -> str:
        """A batch file."""
        file = self.project / "batch.json"
        file.write_text(json.dumps({"patches": patches, **more}))
        return str(file)

    def apply(self, *patches: object, **more: object) -> tuple[int, dict[str, Any]]:
        """Exit code and JSON of applying patches."""
        done = self.manager("--apply", self.batch(*patches, **more))
        return done.returncode, json.loads(done.stdout)

    def file(self, name: str, text: str = CODE) -> Path:
        """A file of the project."""
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path


@pytest.fixture(scope="module")
def damaged_checkout(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Writes a checkout with the given switches on."""

    def write(*switches: str) -> Path:
        folder = tmp_path_factory.mktemp("checkout")
        Checkout(folder).align(switches)
        return folder

    return write


@pytest.fixture(scope="module")
def healthy(damaged_checkout: Callable[..., Path]) -> Path:
    """A healthy checkout."""
    return damaged_checkout()


@pytest.fixture
def bench(healthy: Path, tmp_path: Path) -> Bench:
    """A healthy patch manager and an empty project."""
    return Bench(healthy, tmp_path)


def replace(first: int, last: int, block: str, **more: object) -> Patch:
    """A replace-block of f.py."""
    return {"op": "replace-block", "file": "f.py", "start": first, "end": last, "block": block, **more}


def test_help_and_no_arguments(bench: Bench) -> None:
    assert bench.manager("--help").returncode == 0
    bare = bench.run(sys.executable, str(bench.checkout / "scripts/patch_manager.py"))
    assert (bare.returncode, bare.stdout) == (1, "")
    assert "usage" in bare.stderr


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        (replace(2, 3, "a = 3"), "def f():\n    a = 3\n    return a + b\n"),
        (replace(2, 2, "if x:\n        a = 3\n"), CODE.replace("    a = 1", "    if x:\n        a = 3")),
        (replace(2, 2, "a = 3", openSpace=True), CODE.replace("    a = 1", "a = 3")),
        (replace(4, 4, "        return 0"), CODE.replace("return a + b", "return 0")),
        (replace(1, 4, ""), ""),
        ({"op": "insert-before", "line": 2, "block": "c = 0"}, CODE.replace("    a", "    c = 0\n    a", 1)),
        ({"op": "insert-after", "line": 4, "block": "# end"}, f"{CODE}    # end\n"),
        ({"op": "insert-after", "line": 1, "block": "\n# first\n"}, CODE.replace("():\n", "():\n\n# first\n")),
        ({"op": "append", "block": "f()"}, f"{CODE}f()\n"),
        ({"op": "prepend", "block": "import os"}, f"import os\n{CODE}"),
    ],
)
def test_each_operation(bench: Bench, patch: Patch, expected: str) -> None:
    file = bench.file("f.py")
    code, told = bench.apply({"file": "f.py", **patch}, requester="smoke", reason="test")
    assert (code, file.read_text()) == (0, expected)
    (operation,) = told["operations"]
    assert {key: told[key] for key in ("success", "total", "succeeded", "failed")} == {
        "success": True, "total": 1, "succeeded": 1, "failed": 0,
    }  # fmt: skip
    assert operation.keys() == {"success", "file", "op", "diff", "ts_check_ok"}
    assert (operation["op"], operation["ts_check_ok"]) == (patch["op"], None)
    assert operation["diff"].startswith("--- a/f.py\n+++ b/f.py\n@@")


@pytest.mark.parametrize(
    ("text", "patch", "expected"),
    [
        ("a\r\nb\r\n", replace(2, 2, "x\ny"), "a\r\nx\r\ny\r\n"),
        ("a\nb", {"op": "append", "block": "c"}, "a\nb\nc\n"),
        ("a\nb", {"op": "insert-after", "line": 2, "block": "c"}, "a\nb\nc"),
        ("a\nb", replace(2, 2, "c\n"), "a\nc"),
        ("a\u2028b\x0cc\nd\n", replace(2, 2, "é"), "a\u2028b\x0cc\né\n"),
    ],
)
def test_line_ends_stay_as_they_are(bench: Bench, text: str, patch: Patch, expected: str) -> None:
    file = bench.file("f.py", text)
    assert bench.apply({"file": "f.py", **patch})[0] == 0
    assert file.read_bytes() == expected.encode()


def test_operations_build_on_each_other_and_read_block_files(bench: Bench) -> None:
    file, other = bench.file("f.py"), bench.file("g.py", "x\n")
    bench.file("block.txt", "y\nz\n")
    file.chmod(0o755)
    code, told = bench.apply(
        {"op": "prepend", "file": "f.py", "block": "import os"},
        replace(1, 1, "import sys"),
        {"op": "append", "file": "g.py", "blockFile": "block.txt"},
    )
    assert (code, told["succeeded"]) == (0, 3)
    assert file.read_text() == f"import sys\n{CODE}"
    assert other.read_text() == "x\ny\nz\n"
    assert file.stat().st_mode & 0o777 == 0o755


BAD = [
    (replace(2, 9, "x"), "out of range"),
    (replace(0, 1, "x"), "out of range"),
    (replace(3, 2, "x"), "before start"),
    ({"op": "insert-before", "file": "f.py", "line": 6, "block": "x"}, "out of range"),
    ({"op": "frobnicate", "file": "f.py", "block": "x"}, "unknown op"),
    ({"op": "append", "file": "f.py", "block": "x", "path": "/f"}, "unknown key"),
    ({"op": "append", "file": "gone.py", "block": "x"}, "cannot read gone.py"),
    ({"op": "append", "file": "f.py"}, "block"),
    ({"op": "append", "file": "f.py", "block": "x", "blockFile": "b"}, "block"),
    ({"op": "append", "file": "f.py", "blockFile": "gone.txt"}, "cannot read gone.txt"),
    ({"op": "append", "file": "../f.py", "block": "x"}, "not inside"),
    ({"op": "append", "file": "/etc/hostname", "block": "x"}, "not inside"),
    ({"op": "append", "file": "link.py", "block": "x"}, "not inside"),
    ({"op": "append", "file": "f.py", "blockFile": "../secret"}, "not inside"),
    ({"op": "append", "file": ".patches/patch-1.json", "block": "x"}, "not inside"),
    ({"op": "append", "file": "latin.py", "block": "x"}, "UTF-8"),
    (replace(True, 1, "x"), "type int"),
    ("append", "must be an object"),
]


@pytest.mark.parametrize(("patch", "error"), BAD)
def test_a_bad_operation_changes_nothing(bench: Bench, tmp_path: Path, patch: object, error: str) -> None:
    bench.project = tmp_path / "project"
    file, outside = bench.file("f.py"), tmp_path / "f.py"
    outside.write_text("outside")
    (tmp_path / "secret").write_text("secret")
    (bench.project / "link.py").symlink_to(outside)
    (bench.project / "latin.py").write_bytes(b"\xe9\n")
    code, told = bench.apply({"op": "prepend", "file": "f.py", "block": "first"}, patch)
    assert (code, told["success"], told["failed"], told["succeeded"]) == (1, False, 2, 0)
    assert error in told["operations"][1]["error"]
    assert "another operation" in told["operations"][0]["error"]
    assert (file.read_text(), outside.read_text()) == (CODE, "outside")
    assert not (bench.project / ".patches").exists()


@pytest.mark.parametrize("text", [None, "{", "[]", "{}", '{"patches": []}', '{"patches": [], "extra": 1}'])
def test_a_bad_batch_is_told_as_json(bench: Bench, text: str | None) -> None:
    batch = bench.project / "batch.json"
    if text is not None:
        batch.write_text(text)
    done = bench.manager("--apply", str(batch))
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert (told["success"], told["operations"]) == (False, [])
    assert told["error"] in done.stderr


FAILING_RENAME = """
import pathlib, sys
sys.path.insert(0, sys.argv.pop(1))
import patch_manager
rename = pathlib.Path.replace
def failing(source, target):
    if pathlib.Path(target).name == "g.py":
        raise PermissionError(13, "refused", str(target))
    return rename(source, target)
pathlib.Path.replace = failing
sys.exit(patch_manager.main())
"""


@pytest.mark.parametrize("name", ["g.py", f"{'g' * 246}.py"])
def test_several_files_change_together_or_not_at_all(bench: Bench, name: str) -> None:
    # Replacing the one fails after the first file was replaced; the name of the other is too long for staging it.
    first, second = bench.file("f.py"), bench.file(name)
    batch = bench.batch(*({"op": "append", "file": file.name, "block": "x"} for file in (first, second)))
    scripts = str(bench.checkout / "scripts")
    done = bench.run(sys.executable, "-c", FAILING_RENAME, scripts, "--orchestrator-url", NOWHERE, "--apply", batch)
    assert (done.returncode, json.loads(done.stdout)["success"]) == (1, False)
    assert (first.read_text(), second.read_text()) == (CODE, CODE)
    assert sorted(file.name for file in bench.project.rglob("*")) == [".patches", "batch.json", "f.py", name]


def test_an_interrupted_batch_is_taken_back(bench: Bench) -> None:
    file = bench.file("f.py", "half done\n")
    entry = {
        "patch_id": "patch-1", "state": "pending", "applied_at": "2025-01-01T00:00:00Z",
        "files": [{"file": "f.py", "before": CODE, "after_sha256": ""}],
    }  # fmt: skip
    bench.file(".patches/patch-1.json", json.dumps(entry))
    assert bench.apply({"op": "append", "file": "f.py", "block": "f()"})[0] == 0
    assert file.read_text() == f"{CODE}f()\n"


def test_runs_at_the_same_time_wait_for_each_other(bench: Bench) -> None:
    file = bench.file("f.py", "")
    for number in range(6):
        batch = {"patches": [{"op": "append", "file": "f.py", "block": f"{number}"}]}
        bench.file(f"{number}.json", json.dumps(batch))
    with ThreadPoolExecutor(6) as pool:
        runs = list(pool.map(lambda number: bench.manager("--apply", f"{number}.json"), range(6)))
    assert [done.returncode for done in runs] == [0] * 6
    assert sorted(file.read_text().split()) == list("012345")


def test_tasks_restrict_files_and_operations(bench: Bench) -> None:
    bench.file("f.py")
    bench.file("g.py")
    guard = {"tasks": [{"id": "t1", "files": ["f.py"], "allowedOperations": ["append"]}]}
    bench.file(".mission_control/tasks.json", json.dumps(guard))
    append = {"op": "append", "file": "f.py", "block": "x"}
    assert bench.apply(append | {"taskId": "t1"})[0] == 0
    assert bench.apply(append | {"file": "g.py", "taskId": "t1"})[0] == 1
    assert bench.apply(append | {"op": "prepend", "taskId": "t1"})[0] == 1
    assert bench.apply(append | {"file": "g.py"})[0] == 0
    bench.file(".mission_control/tasks.json", "{")
    assert bench.apply(append | {"taskId": "t1"})[0] == 1


def test_typescript_is_checked_where_there_is_a_compiler(bench: Bench) -> None:
    bench.file("f.ts", "export const a: number = 1;\n")
    tsc = bench.file("node_modules/.bin/tsc", '#!/bin/sh\ngrep -q string "$2" && exit 2\nexit 0\n')
    tsc.chmod(0o755)
    good = bench.apply({"op": "append", "file": "f.ts", "block": "export const b = 2;"})[1]
    bad = bench.apply({"op": "append", "file": "f.ts", "block": "export const c: string = 3;"})[1]
    assert [told["operations"][0]["ts_check_ok"] for told in (good, bad)] == [True, False]
    assert bad["success"] is True


def test_the_real_compiler_judges_the_patched_file_alone(bench: Bench) -> None:
    tsc = shutil.which("tsc")
    if tsc is None:
        pytest.skip("no TypeScript compiler on PATH")
    bench.file("f.ts", "export const a: number = 1;\n")
    bench.file("tsconfig.json", "{}")  # newer compilers refuse to check single files beside one unless told to
    verdicts = []
    for block in ("export const b = 2;", "export const c: string = 3;"):
        batch = bench.batch({"op": "append", "file": "f.ts", "block": block})
        done = bench.manager("--apply", batch, env={"PATH": os.environ["PATH"]})
        verdicts.append(json.loads(done.stdout)["operations"][0]["ts_check_ok"])
    assert verdicts == [True, False]


LINES = st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])), min_size=1, max_size=6)


@given(LINES, LINES, st.data())
def test_editing_leaves_all_other_lines_alone(old: list[str], block: list[str], data: st.DataObject) -> None:
    lines = [f"{line}\n" for line in old]
    text, new = "".join(lines), "".join(f"{line}\n" for line in block)
    first = data.draw(st.integers(1, len(lines)))
    last = data.draw(st.integers(first, len(lines)))
    assert split_lines(text) == lines

    patch: Patch = {"op": "replace-block", "start": first, "end": last, "openSpace": True}
    assert edited(text, patch, new) == "".join([*lines[: first - 1], new, *lines[last:]])
    assert edited(text, patch, "".join(lines[first - 1 : last])) == text
    for op, place in (("insert-before", first - 1), ("insert-after", first)):
        inserted = edited(text, {"op": op, "line": first, "openSpace": True}, new)
        assert inserted == "".join([*lines[:place], new, *lines[place:]])
    with pytest.raises(PatchError, match="out of range"):
        edited(text, patch | {"end": len(lines) + 1}, new)


def test_an_applied_batch_is_notified(bench: Bench) -> None:
    bench.file("f.py")
    batch = bench.batch({"op": "append", "file": "f.py", "block": "x"}, orderId="smoke-1")
    env = {"ORCHESTRATOR_TOKEN": "smoke-token", "no_proxy": "*"}
    script = str(bench.checkout / "scripts/patch_manager.py")
    with listener(200) as heard:
        url = heard.url.removesuffix("/health-check/result")
        done = bench.run(sys.executable, script, "--apply", batch, "--orchestrator-url", url, env=env)
    assert "notified" in done.stderr
    (event,) = heard.posts
    assert heard.headers[0]["authorization"] == "Bearer smoke-token"
    assert event["patchId"] == json.loads(done.stdout)["patch_id"]
    assert (event["eventType"], event["status"]) == ("PATCH_APPLIED", "success")
    assert event["metadata"]["operations"] == [{"file": "f.py", "op": "append", "task_id": None, "ts_check_ok": None}]


def test_the_lab_stores_what_is_notified(bench: Bench, lab: RunningLab) -> None:
    bench.file("f.py")
    batch = bench.batch({"op": "append", "file": "f.py", "block": "x"})
    env = {"ORCHESTRATOR_TOKEN": lab.account["service_token"], "no_proxy": "*"}
    done = bench.manager("--apply", batch, "--orchestrator-url", lab.base, env=env)
    assert "notified" in done.stderr
    patch = json.loads(done.stdout)["patch_id"]
    stored = lab.sql("DB_OPS", "select event_type, status from patch_events where patch_id = ?", patch)
    assert stored == [{"event_type": "PATCH_APPLIED", "status": "success"}]
    refused = bench.manager("--apply", batch, "--orchestrator-url", lab.base, env=env | {"ORCHESTRATOR_TOKEN": "no"})
    assert (refused.returncode, "warning" in refused.stderr) == (0, True)


def test_a_dry_run_writes_nothing_and_tells_nobody(bench: Bench) -> None:
    file = bench.file("f.py")
    batch = bench.batch({"op": "append", "file": "f.py", "block": "x"})
    with listener(200) as heard:
        url = heard.url.removesuffix("/health-check/result")
        done = bench.manager("--apply", batch, "--dry-run", "--orchestrator-url", url, env={"no_proxy": "*"})
    assert (done.returncode, heard.posts, file.read_text()) == (0, [], CODE)
    assert sorted(found.name for found in bench.project.iterdir()) == ["batch.json", "f.py"]
    assert "+x" in json.loads(done.stdout)["operations"][0]["diff"]


def test_patchctl_applies_validates_lists_and_reverts(bench: Bench) -> None:
    file = bench.file("f.py")
    batch = bench.batch(replace(2, 2, "a = 9"))
    assert bench.ctl("validate", batch).returncode == 0
    assert file.read_text() == CODE
    applied = bench.ctl("apply", batch, "--orchestrator-url", NOWHERE)
    assert (applied.returncode, file.read_text()) == (0, CODE.replace("1", "9"))
    patch = json.loads(applied.stdout)["patch_id"]
    assert bench.ctl("notify", patch, "--orchestrator-url", NOWHERE).returncode == 0
    assert [(entry["patch_id"], entry["state"], entry["files"]) for entry in journal(bench)] == [
        (patch, "applied", ["f.py"])
    ]
    file.write_text("changed by hand\n")
    assert bench.ctl("revert", patch).returncode == 1
    file.write_text(CODE.replace("1", "9"))
    assert bench.ctl("revert", patch, "--orchestrator-url", NOWHERE).returncode == 0
    assert (file.read_text(), journal(bench)[0]["state"]) == (CODE, "reverted")
    assert bench.ctl("revert", patch).returncode == 1
    assert bench.ctl("revert", "../batch").returncode == 1


def journal(bench: Bench) -> list[dict[str, Any]]:
    """What patchctl lists."""
    entries: list[dict[str, Any]] = json.loads(bench.ctl("list").stdout)["patches"]
    return entries


def test_patchctl_needs_a_command_that_it_knows(bench: Bench) -> None:
    assert bench.ctl("--help").returncode == 0
    assert "usage" in bench.ctl("--help").stdout
    for arguments in ((), ("frobnicate",), ("apply",), ("revert",)):
        assert bench.ctl(*arguments).returncode == 1


@pytest.mark.parametrize("switch", ["patch-manager-not-atomic", "D-28"])
def test_a_patch_manager_that_is_not_atomic(damaged_checkout: Callable[..., Path], tmp_path: Path, switch: str) -> None:
    bench = Bench(damaged_checkout(switch), tmp_path)
    file = bench.file("f.py")
    code, told = bench.apply({"op": "append", "file": "f.py", "block": "x"}, replace(99, 99, "y"))
    assert (code, told["succeeded"], told["failed"]) == (1, 1, 1)
    assert file.read_text() == f"{CODE}x\n"


def test_as_built_dry_runs_notify_and_patchctl_finds_nothing(
    damaged_checkout: Callable[..., Path], tmp_path: Path
) -> None:
    bench = Bench(damaged_checkout("D-28"), tmp_path)
    bench.file("f.py")
    batch = bench.batch({"op": "append", "file": "f.py", "block": "x"})
    with listener(200) as heard:
        url = heard.url.removesuffix("/health-check/result")
        assert bench.manager("--apply", batch, "--dry-run", "--orchestrator-url", url, env={"no_proxy": "*"}).stdout
    assert len(heard.posts) == 1
    found = bench.ctl("--help")
    assert (found.returncode, found.stderr) == (1, "patchctl: patch_manager.py not found\n")


def test_other_faults_of_the_patch_manager(damaged_checkout: Callable[..., Path], tmp_path: Path) -> None:
    wrong, careless = (
        Bench(damaged_checkout(f"patch-manager-{name}"), tmp_path) for name in ("wrong-result", "accepts-invalid")
    )
    file = wrong.file("f.py")
    assert wrong.apply(replace(2, 2, "a = 9"))[0] == 0
    assert file.read_text() not in (CODE, CODE.replace("1", "9"))
    for patch in (replace(7, 9, "x"), {"op": "frobnicate", "file": "f.py", "block": "x"}):
        assert careless.ctl("validate", careless.batch(patch)).returncode == 0
    assert Bench(damaged_checkout("patchctl-broken"), tmp_path).ctl("--help").returncode == 1
    assert not (damaged_checkout("patch-manager-missing") / "scripts/patch_manager.py").exists()
