"""Every mistake in a file gives one message: where, what was got, what is allowed.

``bad/targets`` and ``bad/suites`` hold one file per mistake; its first line says which message it gives.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from vibehq_smoke.config import load_config, load_suite
from vibehq_smoke.config.document import shown_path
from vibehq_smoke.errors import ConfigError

BAD = Path(__file__).parent / "bad"
TARGETS = sorted((BAD / "targets").glob("*.toml"))
SUITES = sorted((BAD / "suites").glob("*.toml"))


def expected(file: Path) -> str:
    first = file.read_text(encoding="utf-8").partition("\n")[0]
    assert first.startswith("#! ")
    return first.removeprefix("#! ")


def everything(file: Path) -> None:
    """Read a ``smoke.toml`` to the last of its values."""
    loaded = load_config(file, env={})
    _ = loaded.issues
    loaded.target("staging")


@pytest.mark.parametrize("file", TARGETS, ids=lambda file: file.stem)
def test_a_bad_smoke_toml_says_what_is_wrong(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    with pytest.raises(ConfigError) as raised:
        everything(Path(file.name))
    assert str(raised.value) == expected(file)


@pytest.mark.parametrize("file", SUITES, ids=lambda file: file.stem)
def test_a_bad_suite_says_what_is_wrong(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    with pytest.raises(ConfigError) as raised:
        load_suite(Path(file.name), env={})
    assert str(raised.value) == expected(file)


def test_there_are_bad_files_of_both_kinds() -> None:
    assert len(TARGETS) >= 40
    assert len(SUITES) >= 20


def test_no_message_repeats_a_secret() -> None:
    with_secret = [file for file in TARGETS if "hunt" in file.read_text(encoding="utf-8")]
    assert len(with_secret) >= 8
    assert not [file.name for file in with_secret if "hunt" in expected(file)]


def test_a_target_that_is_not_there_is_answered_with_the_nearest(tmp_path: Path) -> None:
    file = tmp_path / "smoke.toml"
    file.write_text('[targets.staging]\nbase_url = "https://hq.example"\nenvironment = "staging"\n')
    with pytest.raises(ConfigError) as raised:
        load_config(file, env={}).target("stagin")
    assert str(raised.value) == f"{shown_path(file)}: no target 'stagin' (allowed: staging); did you mean 'staging'?"
