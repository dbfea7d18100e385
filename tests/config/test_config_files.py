"""Files that cannot be read at all, and how the file is found."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from vibehq_smoke.config import Config, is_suite, load_config, load_suite
from vibehq_smoke.config.document import LIMIT, shown_path
from vibehq_smoke.errors import ConfigError

Write = Callable[..., Path]

GOOD = '[targets.staging]\nbase_url = "https://hq.example"\nenvironment = "staging"\n'


def says(file: Path) -> str:
    """The message for ``file``, without its name."""
    with pytest.raises(ConfigError) as raised:
        load_config(file, env={})
    return str(raised.value).removeprefix(f"{shown_path(file)}: ")


def test_a_missing_file_is_answered_with_the_nearest_name(write: Write) -> None:
    near = write(GOOD, "smoke.toml")
    assert says(near.with_name("smok.toml")) == "no such file; did you mean 'smoke.toml'?"


def test_a_missing_file_with_nothing_near(tmp_path: Path) -> None:
    assert says(tmp_path / "smoke.toml") == "no such file"


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "nowhere"
    assert says(folder / "smoke.toml") == f"no such file: the folder {str(folder)!r} does not exist"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert says(tmp_path) == "is a folder, wanted a TOML file"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "smoke.toml"
    os.mkfifo(pipe)
    assert says(pipe) == "is not a regular file"


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs sockets in the file system")
def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("smoke.toml")
        assert says(Path("smoke.toml")) == "is not a regular file"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(write: Write) -> None:
    file = write(GOOD)
    file.chmod(0)
    assert says(file) == "cannot be read: Permission denied"


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file whose reading fails for everyone")
def test_a_file_whose_reading_fails() -> None:
    assert says(Path("/proc/self/mem")) == "cannot be read: Input/output error"


def test_a_huge_file_is_not_parsed(write: Write) -> None:
    assert says(write("#" * (LIMIT + 1))) == "is larger than 1024 KiB, wanted a small TOML file"


def test_bytes_that_are_no_text_are_located(write: Write) -> None:
    file = write(b"# fine\n# b\xe4d\n")
    with pytest.raises(ConfigError) as raised:
        load_config(file, env={})
    assert str(raised.value) == f"{shown_path(file)}:2: is not UTF-8 text (byte 0xe4)"


@pytest.mark.parametrize(
    ("text", "problem"),
    [("a = " + "[" * 5000, "values are nested too deeply"), ("a = " + "9" * 5000, "a number is too long")],
)
def test_what_the_parser_itself_gives_up_on(write: Write, text: str, problem: str) -> None:
    assert says(write(text)) == f"is not usable TOML: {problem}"


def test_a_byte_order_mark_and_windows_line_ends_are_read(write: Write) -> None:
    file = write(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load_config(file, env={}).target("staging").base_url == "https://hq.example"


def test_an_error_names_the_file_relative_to_the_working_directory(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write("x = 1\n", "sub/smoke.toml")
    monkeypatch.chdir(file.parent.parent)
    with pytest.raises(ConfigError, match=r"^sub/smoke\.toml:1: x: unknown key"):
        load_config(file, env={})


def test_smoke_toml_is_found_in_a_folder_above(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(GOOD)
    below = file.parent / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    found = load_config(None, env={})
    assert found.file is not None
    assert found.file.resolve() == file.resolve()
    assert list(found.targets) == ["staging"]


def test_the_nearest_smoke_toml_counts(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write(GOOD)
    near = write(GOOD.replace("staging]", "near]"), "a/smoke.toml")
    monkeypatch.chdir(near.parent)
    assert list(load_config(None, env={}).targets) == ["near"]


def test_without_any_file_there_are_no_targets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = load_config(None, env={})
    if found.file is not None:
        pytest.skip(f"there is a {found.file} above the temporary folder")
    assert found == Config()
    with pytest.raises(ConfigError, match=r"^no target 'x': there is no smoke\.toml here or in a folder above$"):
        found.target("x")


def test_an_empty_file_names_no_targets(write: Write) -> None:
    file = write("")
    found = load_config(file, env={})
    assert found.file == file
    with pytest.raises(ConfigError, match=r": no target 'x': the file names none$"):
        found.target("x")


@pytest.mark.parametrize(
    ("text", "name", "answer"),
    [
        ('[suite]\nname = "x"\n', "a.toml", True),
        ("[suite.select]\n", "a.toml", True),
        ("suite.name = 'x'\n", "a.toml", True),
        ("\ufeff[suite]\n", "a.toml", True),
        ("[suite]\nname = \n", "a.toml", True),  # a mistake in a suite is to be reported
        ("[suite.select\n", "a.toml", True),  # as above
        ("[suite]\n", "a.txt", False),
        ("[tool.suite]\n", "a.toml", False),
        ("suite = 1\n", "a.toml", False),
        ("# suite\n", "a.toml", False),
        ("x = '''\nsuite\n", "a.toml", False),
        ("", "a.toml", False),
    ],
)
def test_a_suite_is_told_from_other_files(write: Write, text: str, name: str, answer: bool) -> None:
    assert is_suite(write(text, name)) is answer


def test_what_cannot_be_read_is_no_suite(tmp_path: Path) -> None:
    assert not is_suite(tmp_path / "missing.toml")
    (tmp_path / "folder.toml").mkdir()
    assert not is_suite(tmp_path / "folder.toml")


def test_a_missing_suite_is_answered_with_the_nearest_name(write: Write) -> None:
    near = write("[suite]\n", "stage-smoke.toml")
    with pytest.raises(ConfigError, match=r"no such file; did you mean 'stage-smoke\.toml'\?$"):
        load_suite(near.with_name("stage-smok.toml"), env={})
