"""Small edits that damages are made of. Where an earlier damage has taken the place away, nothing happens."""

import re
from collections.abc import Callable, Iterable, Mapping

from vibehq_smoke.lab.checkout.tree import Tree

Edit = Callable[[str], str]


def edit(tree: Tree, path: str, change: Edit) -> dict[str, str | None]:
    """The file at `path` after `change`; nothing when it is not there."""
    return {path: change(tree[path])} if path in tree else {}


def edit_all(tree: Tree, paths: Iterable[str], change: Edit) -> dict[str, str | None]:
    """Each of the files after `change`."""
    return {path: change(tree[path]) for path in paths if path in tree}


def replacing(old: str, new: str) -> Edit:
    """The first `old` becomes `new`."""
    return lambda text: text.replace(old, new, 1)


def appending(more: str) -> Edit:
    """`more` comes at the end."""
    return lambda text: text + more


def without_lines(*marks: str) -> Edit:
    """Lines that contain any of `marks` are gone."""
    return lambda text: "".join(
        line for line in text.splitlines(keepends=True) if not any(mark in line for mark in marks)
    )


def without_block(start: str, end: str) -> Edit:
    """Everything from the first line that contains `start` to the next that is `end` is gone."""
    pattern = re.compile(rf"^.*{re.escape(start)}.*\n(?:.*\n)*?{re.escape(end)}\n", re.MULTILINE)
    return lambda text: pattern.sub("", text, count=1)


def gone(paths: Iterable[str]) -> Mapping[str, None]:
    """None of the files is there."""
    return dict.fromkeys(paths)
