"""The ``smoke.toml`` that points a harness at a running lab."""

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from vibehq_smoke.lab.context import Lab


def config_text(lab: Lab, operator_url: str, source: Path) -> str:
    """The whole file."""
    workers = "\n".join(
        f"{worker.name} = {{ url = {_quoted(worker.url)}, type = {_quoted(worker.type)} }}" for worker in lab.workers
    )
    return f"""\
# Written by the lab for the platform that is running right now; it is of no use once the lab has stopped.
# It holds no secret: account and service token come from the operator channel.
[targets.lab]
base_url = {_quoted(lab.base_url)}
environment = "local"
source = {_quoted(str(source))}
ai_spending = true
extra_runs = true

[targets.lab.workers]
{workers}

[targets.lab.auth]
kind = "login"

[targets.lab.service_auth]
kind = "bearer"

[targets.lab.operator]
kind = "embedded"
url = {_quoted(operator_url)}
"""


def write_atomically(path: Path, text: str) -> None:
    """Write `text` so that a reader sees the old file or the whole new one. Raises OSError."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise


def _quoted(text: str) -> str:
    # JSON strings are TOML basic strings, except that TOML wants DEL escaped too.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
