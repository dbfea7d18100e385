"""How far a delivery does what its order asked for: requirement by requirement, file by file. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vibehq_smoke.lab.serving.replies import Json

MATCH = 0.6
_WORD = re.compile(r"[a-z0-9][a-z0-9_.-]*")
_BULLET = re.compile(r"^\s*(?:[-*+•]|\d+[.)])\s+")
# Words that say nothing about what is to be delivered.
_FILLERS = re.compile(
    r"a|an|and|are|as|at|be|by|for|from|has|have|in|is|it|must|needs?|of|on|or|shall|should|that|the|their|there|this"
    r"|to|we|will|with"
)


@dataclass(frozen=True)
class Delivered:
    """What came: descriptions of the things done, paths of files, tests passed and failed."""

    items: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    tests_passed: int = 0
    tests_failed: int = 0


def requirements_in(text: str) -> list[str]:
    """The requirements of a text: its bulleted lines, or all its lines when none is bulleted."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    bulleted = [_BULLET.sub("", line) for line in lines if _BULLET.match(line)]
    return bulleted or lines


def compliance(requirements: Sequence[str], files: Sequence[str], delivered: Delivered) -> Json:
    """The report: each requirement and file with whether it is met, and the score 0..1.

    A requirement is met when 60 % of its words are in one thing delivered; a file when it came under this path.
    The score is the mean over requirements, files and, if tests ran, their pass rate as one more entry.
    """
    items = [(_words(item), item) for item in delivered.items]
    checked = [_requirement(text, items) for text in requirements]
    present = [{"path": path, "met": path in delivered.files} for path in files]
    marks = [1.0 if entry["met"] else 0.0 for entry in (*checked, *present)]
    ran = delivered.tests_passed + delivered.tests_failed
    if ran:
        marks.append(delivered.tests_passed / ran)
    score = round(sum(marks) / len(marks), 4) if marks else 0.0
    missing = [entry["requirement"] for entry in checked if not entry["met"]]
    missing += [entry["path"] for entry in present if not entry["met"]]
    return {
        "compliance_score": score,
        "requirements": checked,
        "files": present,
        "tests": {"passed": delivered.tests_passed, "failed": delivered.tests_failed} if ran else None,
        "missing": missing,
        "unasked_files": sorted(set(delivered.files) - set(files)) if files else [],
    }


def _requirement(text: str, items: Iterable[tuple[set[str], str]]) -> Json:
    wanted = _words(text)
    shares = [(len(wanted & words) / len(wanted), item) for words, item in items] if wanted else []
    share, evidence = max(shares, default=(0.0, ""))
    met = share >= MATCH
    return {"requirement": text, "met": met, "match": round(share, 4), "evidence": evidence if met else None}


def _words(text: str) -> set[str]:
    words = {word.strip(".-") for word in _WORD.findall(text.lower())}
    return {word for word in words if word and not _FILLERS.fullmatch(word)}
