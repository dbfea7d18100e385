"""Files as they come: missing, empty, binary, endless, in another encoding."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from vibehq_smoke.errors import UsageError
from vibehq_smoke.issues.sources import reading
from vibehq_smoke.issues.sources.reading import read_text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfabc", "abc"),
        ("änderung".encode("utf-16"), "änderung"),
        (b"caf\xe9", "caf\ufffd"),
        (b"a\r\nb", "a\r\nb"),
    ],
    ids=["mark", "powershell", "latin", "windows"],
)
def test_text_is_read_in_what_encodings_tools_write(data: bytes, text: str, tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(data)
    assert read_text(str(tmp_path / "out")) == text


def test_what_cannot_be_read_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "picture").write_bytes(b"\x89PNG\0\0")
    for path, problem in {"gone": "there is no such file", "": "cannot be read", "picture": "is binary"}.items():
        with pytest.raises(UsageError, match=problem) as raised:
            read_text(str(tmp_path / path))
        assert str(raised.value).startswith(f"{tmp_path / path}: ")


def test_a_file_that_is_too_long_is_refused_and_a_log_read_from_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", 1_000_000)
    log = tmp_path / "log"
    log.write_bytes(b"begin\n" + b"x" * 2_500_000 + b"\nthe end")
    with pytest.raises(UsageError, match="is longer than 1 MB, the most that is read"):
        read_text(str(log))
    text = read_text(str(log), from_end=True)
    assert len(text) == 1_000_000
    assert text.endswith("\nthe end")


def test_standard_input_is_a_file_like_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("was gesagt wird: ä".encode())))
    assert read_text("-") == "was gesagt wird: ä"
