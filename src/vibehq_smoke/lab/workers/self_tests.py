"""Tests that a worker runs on itself, and how any test of a worker is run (contract part 4, "Built-in tests")."""

import hashlib
import json
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import datetime

import httpx

from vibehq_smoke.lab.clock import parse_iso
from vibehq_smoke.lab.serving.replies import Json

if sys.platform != "win32":
    import resource

Test = tuple[str, Callable[[], Awaitable[None]]]


def unit_tests(name: str, kind: str, orchestrator_url: str) -> list[Test]:
    """The unit tests of the worker `name` of type `kind`."""

    async def environment() -> None:
        require(bool(name and kind and orchestrator_url), "WORKER_NAME, WORKER_TYPE or orchestrator URL missing")

    return [
        ("Environment Variables", environment),
        ("JSON Serialization", json_survives),
        ("Crypto Functions", digest_is_right),
        ("Date/Time Functions", dates_survive),
    ]


async def run_tests(tests: list[Test]) -> list[Json]:
    """Run each test; its ``TestResult``. A test fails by raising."""
    results: list[Json] = []
    for name, test in tests:
        began = time.perf_counter()
        try:
            await test()
        except (httpx.HTTPError, ValueError) as error:
            outcome: Json = {"status": "failed", "error": f"{type(error).__name__}: {error}"}
        else:
            outcome = {"status": "passed"}
        results.append({"name": name, "duration_ms": milliseconds_since(began)} | outcome)
    return results


def passed_fraction(results: list[Json]) -> float | None:
    """Passed / total (0..1) of `results`; None when no test ran."""
    return sum(result["status"] == "passed" for result in results) / len(results) if results else None


def require(condition: bool, otherwise: str) -> None:
    """Fail the running test with `otherwise` unless `condition`. Raises ValueError."""
    if not condition:
        raise ValueError(otherwise)


def milliseconds_since(began: float) -> float:
    """Milliseconds since the moment `began` of ``time.perf_counter``."""
    return round((time.perf_counter() - began) * 1000, 3)


def memory_mb() -> float:
    """Peak memory of this process; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0.0
    peak: float = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return round(peak / unit, 1)


async def json_survives() -> None:
    """A value is the same after writing and reading it."""
    value = {"text": 'ü\n"', "numbers": [1, 2.5, -3], "nothing": None, "nested": {"yes": True}}
    require(json.loads(json.dumps(value)) == value, "JSON changed on the way")


async def digest_is_right() -> None:
    """SHA-256 of a known text is known."""
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    require(hashlib.sha256(b"abc").hexdigest() == known, "SHA-256 of 'abc' is wrong")


async def dates_survive() -> None:
    """A date from text compares with the clock."""
    require(parse_iso("2025-01-02T03:04:05.678Z") < datetime.now().astimezone(), "dates do not compare")
