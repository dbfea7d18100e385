"""The ``filters`` of a subscription (contract part 6): which frames a listener wants to hear."""

from collections.abc import Mapping

Filters = Mapping[str, object]


def wanted(filters: Filters, kind: str, content: object) -> bool:
    """Whether a frame of type `kind` about `content` passes.

    Each filter names a field of the content, or ``type``/``types`` for the frame's type; its value is one wanted
    value or a list of them. A frame that has no such field passes: a filter for one worker keeps the run's own frames.
    """
    fields: Mapping[str, object] = content if isinstance(content, Mapping) else {}
    known = {**fields, "type": kind, "types": kind}
    return all(_agrees(value, known[name]) for name, value in filters.items() if name in known)


def as_filters(value: object) -> Filters:
    """What a client sent as filters; anything but an object filters nothing."""
    return value if isinstance(value, dict) else {}


def _agrees(asked: object, found: object) -> bool:
    return found in asked if isinstance(asked, list) else found == asked
