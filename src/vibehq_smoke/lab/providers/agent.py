"""The CLI agent: a program of its own, started for one task and gone with it (contract 8.4, AIP-06..08).

It reads ``{prompt, completion, format, values}`` as JSON from standard input and does what the prompt says within a
tiny vocabulary; for any other prompt its answer is `completion`, what the provider's model said. Standard library only.
"""

import json
import os
import re
import sys
import time
from collections.abc import Callable
from typing import Any

Task = dict[str, Any]
LONGEST = 10_000_000


class Failure(Exception):  # noqa: N818 - it is what was asked for
    """The task asked for an exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"asked to fail with exit code {code}")
        self.code = code


def echo(_task: Task, words: "re.Match[str]") -> str:
    """The text, unchanged."""
    return words["text"]


def names(task: Task, _words: "re.Match[str]") -> str:
    """The names of all variables, a line each; as an object when JSON is asked for."""
    found = sorted(os.environ)
    if task.get("values"):
        found = [f"{name}={os.environ[name]}" for name in found]
    return json.dumps({"env": found}) if _wants_json(task) else "\n".join(found)


def as_json(_task: Task, words: "re.Match[str]") -> str:
    """The object in the prompt."""
    return words["object"]


def fail(_task: Task, words: "re.Match[str]") -> str:
    """Nothing: the process ends with the code."""
    raise Failure(int(words["code"]))


def sleep(_task: Task, words: "re.Match[str]") -> str:
    """After that many seconds, that it is so."""
    time.sleep(float(words["seconds"]))
    return f"slept {words['seconds']} s"


def repeat(_task: Task, words: "re.Match[str]") -> str:
    """The text, that many times, or until it is ten million characters."""
    enough = LONGEST // len(words["text"]) + 1
    return "\n".join([words["text"]] * min(int(words["times"]), enough))


VOCABULARY: tuple[tuple[str, Callable[[Task, "re.Match[str]"], str]], ...] = (
    (r"((echo|say)|(print|reply with|answer with) exactly:?)\s+(?P<text>.+)", echo),
    (r"((env|printenv)(\s.*)?|(?=.*\benv(ironment)?\b)(?=.*\b(names?|variables?)\b).*)", names),
    (r".*?\bjson\b[^{]*(?P<object>\{.*\}).*", as_json),
    (r"(exit|fail)( with)?( exit code)?\s+(?P<code>\d{1,3})", fail),
    (r"sleep\s+(?P<seconds>\d{1,4}(\.\d{1,3})?)( seconds?| s)?", sleep),
    (r"repeat\s+(?P<times>\d{1,6})( times)?\s+(?P<text>.+)", repeat),
)


def carry_out(task: Task) -> str:
    """What to print. Raises Failure."""
    prompt = task["prompt"].strip()
    for pattern, action in VOCABULARY:
        words = re.fullmatch(pattern, prompt, re.IGNORECASE | re.DOTALL)
        if words:
            return action(task, words)
    completion: str = task["completion"]
    return json.dumps({"answer": completion}) if _wants_json(task) else completion


def _wants_json(task: Task) -> bool:
    return task.get("format") == "json" or bool(re.search(r"\bjson\b", task["prompt"], re.IGNORECASE))


def main() -> int:
    """Carry out the task on standard input; the exit code."""
    try:
        output = carry_out(json.loads(sys.stdin.buffer.read()))
    except Failure as failure:
        sys.stderr.write(f"{failure}\n")
        return failure.code
    sys.stdout.buffer.write(output.encode() + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
