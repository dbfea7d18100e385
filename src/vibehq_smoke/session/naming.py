"""Names: the file that a suite's name means, the command that repeats a run, the versions of what took part."""

from __future__ import annotations

import os
import platform as machine
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path

from .. import __version__
from ..config import FILE_NAME
from ..errors import UsageError, nearest
from ..host import shipped
from .options import Options


def find_suite(name: str, beside: Path | None = None) -> Path:
    """The file of a suite given as a path or as a name: here, beside ``smoke.toml``, or shipped. Raises UsageError."""
    folders = [Path("suites"), *([beside / "suites"] if beside else []), shipped("suites")]
    candidates = [Path(name), *(folder / f"{name.removesuffix('.toml')}.toml" for folder in folders)]
    for path in candidates:
        if path.is_file():
            return path
    known = sorted({path.stem for folder in folders for path in folder.glob("*.toml")})
    files = [str(path) for path in Path(name).parent.glob("*.toml") if path.name != FILE_NAME]
    near = nearest(name, [*known, *files]) or nearest(f"{name}.toml", files)
    hint = f"; did you mean {near!r}?" if near else ""
    raise UsageError(f"there is no suite {name!r} (known: {', '.join(known)}, or a path to a TOML file){hint}")


def rerun_command(suites: Iterable[Path], options: Options) -> str:
    """The shortest command that repeats a run on the same target."""
    words = ["vibehq-smoke", "run", *(_suite_name(path) for path in suites)]
    if options.target:
        words += ["--target", options.target]
    if options.config:
        words += ["--config", str(options.config)]
    for fault in options.faults:
        words += ["--fault", fault]
    return shlex.join(words)


def only(command: str, id_: str) -> str:
    """The command, for one check and what it needs."""
    return f"{command} -k {shlex.quote(id_)}"


def _suite_name(path: Path) -> str:
    """As short as it can be said here: a command is copied, also from an issue, by whoever has a checkout elsewhere."""
    if path.resolve().parent == shipped("suites").resolve():
        return path.stem
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def versions() -> dict[str, str]:
    """The versions that matter when a result has to be explained."""
    return {
        "vibehq-smoke": __version__,
        "python": machine.python_version(),
        "system": f"{machine.system()} {machine.release()}",
        "ci": "true" if os.environ.get("CI") else "false",
        "implementation": sys.implementation.name,
    }
