"""Reading configuration must not pay for what only a run needs."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("httpx", "pytest", "rich", "jinja2", "starlette", "uvicorn", "websockets")


def test_importing_the_configuration_imports_nothing_heavy() -> None:
    code = f"import sys, vibehq_smoke.config; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
