"""A short notation for switches, so that the tables read as tables."""

from vibehq_smoke.lab.faults import Switch

Pairs = tuple[tuple[str, str], ...]


def switch(
    name: str, summary: str, components: str = "", checks: str = "", *, roots: str | None = None, aliases: str = ""
) -> Switch:
    """A switch from words: `components` and `checks` are ``what=state`` separated by spaces.

    `roots` are the components to blame; when not given, the broken ones.
    """
    states = _pairs(components)
    blamed = tuple(c for c, state in states if state == "broken") if roots is None else tuple(roots.split())
    return Switch(name, summary, states, blamed, _pairs(checks), tuple(aliases.split()))


def _pairs(text: str) -> Pairs:
    found = [entry.partition("=") for entry in text.split()]
    return tuple((name, state) for name, _, state in found)
