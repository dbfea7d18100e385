"""What differs from one repository to the next: where the action comes from, and which workflows are watched."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ...errors import UsageError

WORKFLOWS = Path(".github/workflows")
OURS = frozenset({"smoke", "create-issues-on-failure", "fixit-notifications"})
"""Names and stems of the workflows that are written here."""

_ACTION_KEPT = re.compile(r"^ +uses: (\S+) # vibehq-smoke$", re.MULTILINE)
_WATCHED_KEPT = re.compile(r"^ +workflows: (\[.*\]) # watched$", re.MULTILINE)
_ACTION = re.compile(r"\./[\w./-]*|[\w.-]+/[\w.-]+(?:/[\w.-]+)*@[\w./-]+", re.ASCII)
_NAME = re.compile(r"^name:[ \t]+(\S.*)$", re.MULTILINE)
_UNSAFE = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff]")
_OWN = re.compile(r"^name: vibehq-smoke$", re.MULTILINE)
_MOST = 1_000_000


@dataclass(frozen=True)
class Choices:
    """All that is filled into the files."""

    action: str
    """What stands behind ``uses:``: ``./`` in this project, ``OWNER/vibehq-smoke@REF`` elsewhere."""
    watched: tuple[str, ...]
    """Workflows whose failures become issues, by name."""


def choose(folder: Path, action: str | None, repo: str | None) -> Choices:
    """What to fill in for the checkout ``folder``: what was asked for, else what its files already have.

    Raises UsageError when nobody can know where the action comes from.
    """
    if action is not None and not _ACTION.fullmatch(action):
        raise UsageError(f"--action {action[:200]!r}: is no action (allowed: OWNER/NAME@REF, ./FOLDER)")
    kept = _kept(folder)
    return Choices(
        action=action or kept.get("action") or _action_for(folder, repo),
        watched=tuple(json.loads(kept["watched"])) if "watched" in kept else _others(folder),
    )


def listed(names: Iterable[str]) -> str:
    """A list as it stands in a workflow, on one line: JSON, which YAML reads alike but for a few characters."""
    text = json.dumps(list(names), ensure_ascii=False)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def unwatched(folder: Path, choices: Choices) -> tuple[str, ...]:
    """Workflows of the checkout whose failures do not become issues."""
    return tuple(name for name in _names(folder) if name not in choices.watched)


def _kept(folder: Path) -> Mapping[str, str]:
    kept = {}
    for path in (folder / WORKFLOWS / f"{name}.yml" for name in sorted(OURS)):
        text = _text(path)
        if found := _ACTION_KEPT.search(text):
            kept["action"] = found[1]
        if (found := _WATCHED_KEPT.search(text)) and _is_list(found[1]):
            kept["watched"] = found[1]
    return kept


def _is_list(text: str) -> bool:
    try:
        names = json.loads(text)
    except ValueError:
        return False
    return bool(names) and all(isinstance(name, str) for name in names)


def _action_for(folder: Path, repo: str | None) -> str:
    if _OWN.search(_text(folder / "action.yml")):
        return "./"
    if repo is None:
        raise UsageError(
            "the workflows use this harness as an action: say where it lives with --action OWNER/vibehq-smoke@REF, "
            "or name the repository with --repo OWNER/NAME to take its owner's"
        )
    return f"{repo.partition('/')[0]}/vibehq-smoke@v1"


def _others(folder: Path) -> tuple[str, ...]:
    return tuple(_names(folder)) or ("CI",)


def _names(folder: Path) -> Iterator[str]:
    """The names of the checkout's own workflows; one without a name is called by its path, as GitHub does."""
    for path in sorted((folder / WORKFLOWS).glob("*.y*ml")):
        found = _NAME.search(_text(path))
        name = (found and _scalar(found[1])) or (WORKFLOWS / path.name).as_posix()
        if name not in OURS and path.stem not in OURS:
            yield name


def _scalar(text: str) -> str:
    """What a value of YAML on one line means."""
    if quoted := re.match(r'"(?:[^"\\]|\\.)*"', text):
        try:
            return str(json.loads(quoted[0]))
        except ValueError:
            return quoted[0][1:-1]
    if quoted := re.match(r"'((?:[^']|'')*)'", text):
        return quoted[1].replace("''", "'")
    return re.split(r"(?:^|\s+)#", text, maxsplit=1)[0].strip()


def _text(path: Path) -> str:
    try:
        return path.read_bytes()[:_MOST].decode(errors="replace").replace("\r\n", "\n")
    except OSError:
        return ""
