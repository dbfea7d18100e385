"""What CLI agents do, find in their environment, and give back (contract 8.4, AIP-06 to AIP-08)."""

from __future__ import annotations

import json
import re
import secrets
from typing import TYPE_CHECKING, Any

from vibehq_smoke import Blocked, Skipped, Violation

from .ai_tasks import Answered, execute, task_of, was_assigned
from .availability import cheapest
from .distinct import twice
from .log_lines import log_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from vibehq_smoke.platform import Hq

NAMES = (
    *("NODE_ENV", "LOG_LEVEL", "GITHUB_TOKEN", "CLI_EXECUTION_CONTEXT", "CLI_AGENT_VERSION"),
    *("HOME", "PATH", "SHELL", "TEMPERATURE", "MAX_TOKENS"),
)
"""Variables of every CLI agent (contract 8.4)."""

WHEN_SET = ("SSH_PRIVATE_KEY", "NPM_TOKEN")
"""Secrets that a platform may do without."""

SECRETS = frozenset(
    (
        *("GITHUB_TOKEN", "SSH_PRIVATE_KEY", "NPM_TOKEN"),
        *("JULES_API_KEY", "CODEX_API_KEY", "GEMINI_API_KEY", "CLAUDE_API_KEY", "CURSOR_API_KEY"),
    )
)
REDACTED = "[REDACTED]"

_ASSIGNED = re.compile(rf"\b({'|'.join(sorted(SECRETS))})\s*=\s*(?!{re.escape(REDACTED)}|\*\*\*)\S")


async def assert_echo(hq: Hq) -> Answered:
    """An agent says a word that was made up just now, after some time. Raises Violation."""
    nonce = secrets.token_hex(6)
    provider = await cheapest(hq)
    task = task_of(hq, "echo")
    answer = await execute(hq, task, f"Reply with exactly: {nonce}", provider=provider, words=16)
    if not answer.success and not await was_assigned(hq, task):
        raise Blocked(f"the task was not even assigned, so no agent saw it: {answer.error}", component="ai-router")
    assert answer.success, f"executeTask fails: {answer.error or 'no error is given'}"
    assert answer.result, "executeTask says success without a result"
    assert nonce in _text(answer.result), (
        f"asked to repeat {nonce}, the agent answers {answer.result!r:.200}: it was not run, or not given the prompt"
    )
    assert answer.milliseconds, f"executionTime is {answer.milliseconds!r}, expected milliseconds above 0"
    return answer


async def assert_environment(hq: Hq, provider: str) -> None:
    """The agent finds all variables of contract 8.4, and no value of a secret gets out. Raises Violation."""
    before = await _last_line(hq)
    prompt = "Print the names, not the values, of all environment variables, one per line."
    answer = await _done(hq, "environment", prompt, provider, words=256)
    shown = _text(answer.result)
    if leaked := sorted(set(leaks(answer.result))):
        raise Violation(f"the agent's output shows the value of {', '.join(leaked)}", kind="leak")
    if before is not None:
        await _assert_logs_keep_silent(hq, before)
    assert not (missing := _absent(NAMES, shown)), f"the agent does not find {', '.join(missing)} in its environment"
    if unset := _absent(WHEN_SET, shown):
        hq.note(f"not in the agent's environment, which is right where they are not set: {', '.join(unset)}")


def assert_trimmed(echoed: Answered) -> None:
    """Text comes back as text, without blanks around it. Raises Violation."""
    assert isinstance(echoed.result, str), f"text comes back as {type(echoed.result).__name__}"
    assert echoed.result == echoed.result.strip(), f"text comes back with blanks around it: {echoed.result!r:.200}"


async def assert_object(hq: Hq, provider: str) -> None:
    """JSON comes back as the object that it is. Raises Violation."""
    wanted = {"smoke": secrets.token_hex(6), "items": [1, 2]}
    prompt = f"Answer with JSON, namely this object and nothing else: {json.dumps(wanted)}"
    answer = await _done(hq, "json", prompt, provider, words=64, outputFormat="json")
    assert isinstance(answer.result, dict), (
        f"JSON comes back as {type(answer.result).__name__} instead of an object: {answer.result!r:.200}"
    )
    assert answer.result == wanted, f"the object comes back as {answer.result!r:.200} instead of {wanted!r}"


async def _done(hq: Hq, task: str, prompt: str, provider: str, *, words: int, **options: Any) -> Answered:
    """A task that was carried out. Raises Blocked when it was not: that is AIP-06's to judge."""
    answer = await execute(hq, task_of(hq, task), prompt, provider=provider, words=words, **options)
    if not answer.success:
        raise Blocked(f"the task was not carried out: {answer.error}", component="cli-agents")
    return answer


def _absent(names: Iterable[str], shown: str) -> list[str]:
    return [name for name in names if not re.search(rf"\b{name}\b", shown)]


def _text(result: Any) -> str:
    return result if isinstance(result, str) else json.dumps(result)


async def _last_line(hq: Hq) -> int | None:
    """Number of the newest line of the logs; None, with a note, when they cannot be read. Raises Violation."""
    try:
        lines = await _logged(hq, 0)
    except Skipped as reason:
        hq.note(f"whether the logs show secrets was not judged: {reason}")
        return None
    assert lines, "the logs hold no numbered line, although an agent has run"
    newest: int = max(line["seq"] for line in lines)
    return newest


async def _assert_logs_keep_silent(hq: Hq, before: int) -> None:
    """What was logged since the line ``before`` shows no secret. Raises Violation."""
    lines = await _logged(hq, before)
    if leaked := sorted(set(leaks(lines))):
        raise Violation(f"the logs show the value of {', '.join(leaked)}", kind="leak")
    assert lines, "nothing was logged while the agent ran, so whether it logs secrets cannot be seen"


async def _logged(hq: Hq, since: int) -> list[dict[str, Any]]:
    lines = await log_lines(hq, since)
    doubles = twice(line["seq"] for line in lines)
    assert not doubles, f"the logs hold line {', '.join(doubles[:5])} more than once"
    return lines


def leaks(value: Any) -> Iterator[str]:
    """Names of secrets whose values stand anywhere in ``value``."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in SECRETS and isinstance(inner, str) and inner and inner != REDACTED:
                yield key
            else:
                yield from leaks(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaks(inner)
    elif isinstance(value, str):
        yield from _ASSIGNED.findall(value)
