"""Failing as it was recorded."""

from __future__ import annotations

import socket as sockets
import ssl
from typing import Any, NoReturn

from ..errors import Skipped, Unreachable, Violation
from ..platform.operator import OperatorError


def fail(told: dict[str, Any]) -> NoReturn:
    """Raise the exception that was recorded."""
    message = told["message"]
    match told["type"]:
        case "Unreachable":
            raise Unreachable(message, kind=told["kind"])
        case "Skipped":
            raise Skipped(message)
        case "OperatorError":
            raise OperatorError(message, unreachable=told["unreachable"])
        case "TimeoutError":
            raise TimeoutError(message)
        case "SSLCertVerificationError":
            error = ssl.SSLCertVerificationError(message)
            error.verify_message = told["verify_message"]
            raise error
        case "gaierror":
            raise sockets.gaierror(told["errno"], told["strerror"])
        case _ if "kind" in told:
            raise Violation(message, kind=told["kind"])
        case _:
            raise OSError(told.get("errno"), told.get("strerror") or message)
