"""The command line as a user has it, in a folder with what other tools wrote."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SMOKE = str(Path(sys.executable).with_name("vibehq-smoke"))


def issues(folder: Path, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SMOKE, "issues", *words], cwd=folder, input=typed, capture_output=True, text=True, timeout=60, check=False
    )
