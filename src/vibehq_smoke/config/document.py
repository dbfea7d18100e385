"""A TOML file as read from disk, able to say where in it something is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import tomli

from ..errors import ConfigError, nearest
from . import toml_lines

LIMIT = 1024 * 1024
"""Bytes; more is taken for a file named by mistake."""

MISSING = object()
"""What ``Document.at`` gives for a place where nothing stands."""


@dataclass(frozen=True)
class Document:
    """A parsed TOML file."""

    file: Path
    text: str
    data: dict[str, Any]

    def at(self, path: toml_lines.KeyPath) -> Any:
        """The value as it stands at ``path``, variables included; ``MISSING`` when there is none."""
        value: Any = self.data
        for part in self.as_written(path):
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return MISSING
        return value

    def line(self, path: toml_lines.KeyPath) -> int | None:
        """The line of ``path`` or of what encloses it."""
        return self._lines.line(self.as_written(path))

    def error(
        self, problem: str, path: toml_lines.KeyPath, *, got: str | None = None, allowed: Iterable[str] = ()
    ) -> ConfigError:
        """A ConfigError about what stands at ``path``."""
        return ConfigError(problem, file=shown_path(self.file), line=self.line(path), got=got, allowed=allowed)

    @cached_property
    def _lines(self) -> toml_lines.TomlLines:
        return toml_lines.scan(self.text)

    def as_written(self, path: toml_lines.KeyPath) -> toml_lines.KeyPath:
        """``path`` with the names of list entries (contract Q10: workers as a list) as their positions."""
        written: list[str | int] = []
        value: Any = self.data
        for part in path:
            place: str | int = part
            if isinstance(value, list) and isinstance(part, str):
                named = (n for n, entry in enumerate(value) if isinstance(entry, dict) and entry.get("name") == part)
                place = next(named, part)
            written.append(place)
            try:
                value = value[place]
            except (KeyError, IndexError, TypeError):
                value = None
        return tuple(written)


def read(file: Path) -> Document:
    """Read and parse ``file``. Raises ConfigError when it is not there, not readable, or not TOML."""
    text = _decode(file, read_bytes(file))
    try:
        return Document(file, text, tomli.loads(text))
    except tomli.TOMLDecodeError as error:
        raise _syntax_error(file, text, error) from None
    except (RecursionError, ValueError) as error:
        # tomli lets these through: tables nested hundreds deep, integers of thousands of digits
        problem = "values are nested too deeply" if isinstance(error, RecursionError) else "a number is too long"
        raise ConfigError(f"is not usable TOML: {problem}", file=shown_path(file)) from None


def read_bytes(file: Path) -> bytes:
    """The bytes of a regular file of sensible size. Raises ConfigError."""
    shown = shown_path(file)
    try:
        if file.is_dir():
            raise ConfigError("is a folder, wanted a TOML file", file=shown)
        if not file.exists():
            raise ConfigError(_not_there(file), file=shown)
        if not file.is_file():
            # reading a pipe or a device might never end
            raise ConfigError("is not a regular file", file=shown)
        with file.open("rb") as stream:
            content = stream.read(LIMIT + 1)
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror or error}", file=shown) from None
    if len(content) > LIMIT:
        raise ConfigError(f"is larger than {LIMIT // 1024} KiB, wanted a small TOML file", file=shown)
    return content


def shown_path(file: Path) -> Path:
    """``file`` for a message: relative when it is below the working directory."""
    return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file


def shown_key(path: toml_lines.KeyPath) -> str:
    """``path`` as one would write it: ``targets.staging.workers[0].url``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            quoted = part if re.fullmatch(r"[A-Za-z0-9_-]+", part, re.ASCII) else shown_value(part)
            text += f".{quoted}" if text else quoted
    return text


def shown_value(value: object) -> str:
    """``value`` for a message: short, on one line, and without what in a URL may be a secret."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return str(value)
    text = re.sub(r"//.*@", "//…@", value, flags=re.DOTALL)
    text = re.sub(r"(//[^?]*\?).+", r"\1…", text, flags=re.DOTALL)
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return f'"{text[:57]}…"' if len(text) > 60 else f'"{text}"'


def _decode(file: Path, content: bytes) -> str:
    try:
        # some editors put a byte order mark first
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = f"is not UTF-8 text (byte 0x{content[error.start]:02x})"
        raise ConfigError(problem, file=shown_path(file), line=line) from None


def _not_there(file: Path) -> str:
    if not file.parent.is_dir():
        return f"no such file: the folder {str(file.parent)!r} does not exist"
    near = nearest(file.name, sorted(entry.name for entry in file.parent.iterdir() if entry.is_file()))
    return "no such file" + (f"; did you mean {near!r}?" if near else "")


def _syntax_error(file: Path, text: str, error: tomli.TOMLDecodeError) -> ConfigError:
    """The parser's complaint; for a key that stands twice, with both places."""
    try:
        repeated = toml_lines.scan(text).repeated
    except (tomli.TOMLDecodeError, ValueError, RecursionError):
        repeated = ()
    if repeated and error.msg.startswith("Cannot"):
        path, first, second = repeated[0]
        in_list = len(path) > 1 and isinstance(path[1], int)
        hint = f"; the next {path[0]} begins with [[{path[0]}]]" if in_list else ""
        problem = f"{shown_key(path)}: stands twice, first in line {first}{hint}"
        return ConfigError(problem, file=shown_path(file), line=second)
    last = text.rstrip().count("\n") + 1
    problem = f"is not valid TOML: {error.msg[0].lower()}{error.msg[1:]} (column {error.colno})"
    return ConfigError(problem, file=shown_path(file), line=min(error.lineno, last))
