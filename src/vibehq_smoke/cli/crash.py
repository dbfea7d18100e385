"""What is said when the harness itself breaks: where it did, and no secret."""

from __future__ import annotations

import os
import traceback

from .secrets import configured


def told(error: BaseException) -> str:
    """The traceback, without what the environment and the targets of ``smoke.toml`` hold of secrets."""
    from ..issues.writing.gate import Gate
    from ..redact import Redactor

    trace = "".join(traceback.format_exception(error)).rstrip()
    redactor = Redactor(configured(None))
    Gate(redactor, os.environ)  # teaches it the secrets of the environment
    return f"{redactor.body(trace)}\nvibehq-smoke: this is a defect of the harness; please report it with these lines"
