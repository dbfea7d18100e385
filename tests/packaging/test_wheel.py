"""A wheel built from the tree works in an empty environment elsewhere: same suite, from an empty folder."""

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--outdir", str(out), str(ROOT), folder=out)
    (built,) = out.glob("*.whl")
    return built


def run(*command: str, folder: Path) -> str:
    # Only what every shell has: nothing of this environment may help the other one.
    kept = ("PATH", "HOME", "PIP_INDEX_URL", "PIP_CONFIG_FILE")
    clean = {name: os.environ[name] for name in kept if name in os.environ}
    done = subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_wheel_carries_plugins_suites_and_everything_a_run_reads(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    plugins = ROOT / "plugins"
    shipped = {
        f"vibehq_smoke/_plugins/{path.relative_to(plugins)}"
        for path in (*plugins.rglob("*.py"), plugins / "proof.json")
    }
    shipped |= {f"vibehq_smoke/_suites/{path.name}" for path in (ROOT / "suites").glob("*.toml")}
    source = ROOT / "src"
    shipped |= {
        str(path.relative_to(source))
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    }
    assert shipped - names == set()
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "reports/"))]


def test_an_installed_wheel_runs_the_shipped_suite_from_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    elsewhere, empty = tmp_path / "environment", tmp_path / "empty"
    empty.mkdir()
    venv.create(elsewhere, with_pip=True)
    binary = elsewhere / "bin"
    run(str(binary / "python"), "-m", "pip", "install", "--quiet", str(wheel), folder=empty)
    shown = run(str(binary / "vibehq-smoke"), "run", folder=empty)
    assert "Gates" in shown
    record = json.loads((empty / "reports" / "latest" / "results.json").read_text())
    assert record["totals"]["collected"] > 104, "every item of the contract, some of them for each worker"
    assert record["totals"]["passed"] >= 24
    assert record["run"]["exit_code"] == 0
    assert (empty / "reports" / "latest" / "report.html").is_file()
