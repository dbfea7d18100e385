"""What each switch does to the checkout: pure functions from the healthy files to damaged ones.

A function gets the whole tree (path -> text) and gives those files that differ; None means the file is gone. Switches
combine: each works on what the ones before it have left.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from vibehq_smoke.lab.checkout import patch_damage, source_damage, wrangler_damage
from vibehq_smoke.lab.checkout.tree import Tree

Damage = Callable[[Tree], Mapping[str, str | None]]

# switch -> what it does; in the order in which they are carried out
DAMAGES: Mapping[str, Damage] = MappingProxyType(
    {**source_damage.DAMAGES, **wrangler_damage.DAMAGES, **patch_damage.DAMAGES}
)
# files that only a damaged checkout has
ADDED = (source_damage.UNAPPLIED,)


def damaged(tree: Tree, active: Iterable[str]) -> Tree:
    """The files of the checkout while the switches in `active` are on; ids that do not concern it are passed over."""
    on = frozenset(active)
    current = dict(tree)
    for switch, damage in DAMAGES.items():
        if switch in on:
            for path, text in damage(current).items():
                if text is None:
                    current.pop(path, None)
                else:
                    current[path] = text
    return current
