"""Faults of the patch manager: changes to its script that make it behave as the switch says."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from vibehq_smoke.lab.checkout.edits import edit, edit_all, gone, replacing
from vibehq_smoke.lab.checkout.tree import PATCH_MANAGER, PATCHCTL, Tree

Changes = Mapping[str, str | None]

_STAGED = """\
        if failed:
            operations = [withdrawn(operation) for operation in operations]
        elif"""
_AT_ONCE = "        if"
_QUIET_DRY_RUN = "    if succeeded and not options.dry_run:\n"
_LINE_CHECK = "    if not 1 <= number <= count:\n"
_OP_CHECK = "    if op not in NEEDS:\n"
_OP_TAKEN_FOR_APPEND = _OP_CHECK + '        return {**patch, "op": "append"}\n    if op is None:\n'
_BROKEN = "#!/bin/sh\necho 'patchctl: internal error' >&2\nexit 1\n"


def _as_built(tree: Tree) -> Changes:
    changes = dict(_not_atomic(tree))
    script = changes.get(PATCH_MANAGER)
    if script is not None:
        changes[PATCH_MANAGER] = script.replace(_QUIET_DRY_RUN, "    if succeeded:\n")
    return changes | edit(tree, PATCHCTL, replacing("$here/scripts/patch_manager.py", "$here/patch_manager.py"))


def _not_atomic(tree: Tree) -> Changes:
    return edit(tree, PATCH_MANAGER, replacing(_STAGED, _AT_ONCE))


def _valid_anyway(text: str) -> str:
    text = replacing(_LINE_CHECK, "    if number == 0:\n")(text)
    text = replacing("        if last < first:\n", "        if last == 0:\n")(text)
    return replacing(_OP_CHECK, _OP_TAKEN_FOR_APPEND)(text)


DAMAGES: Mapping[str, Callable[[Tree], Changes]] = MappingProxyType(
    {
        "D-28": _as_built,
        "patch-manager-not-atomic": _not_atomic,
        "patch-manager-wrong-result": lambda tree: edit(
            tree, PATCH_MANAGER, replacing("lines[: first - 1], *block", "lines[:first], *block")
        ),
        "patch-manager-accepts-invalid": lambda tree: edit(tree, PATCH_MANAGER, _valid_anyway),
        "patch-manager-missing": lambda _tree: gone([PATCH_MANAGER]),
        "patchctl-broken": lambda tree: edit_all(tree, [PATCHCTL, "scripts/patchctl"], lambda _text: _BROKEN),
    }
)
