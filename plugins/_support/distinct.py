"""Lists that name a thing once, and rows that there is one of."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from pydantic import AfterValidator

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def distinct(key: str | None = None) -> AfterValidator:
    """For ``Annotated[list[Row], distinct("id")]``: no two elements have the same ``key``, or are equal without one."""

    def once(several: list[Any]) -> list[Any]:
        doubles = twice(several if key is None else [getattr(one, key) for one in several])
        if doubles:
            raise ValueError(f"{key or 'element'} {', '.join(doubles)} more than once")
        return several

    return AfterValidator(once)


def twice(several: Iterable[Any]) -> list[str]:
    """What stands in ``several`` more than once, in words."""
    return [text for text, times in Counter(map(str, several)).items() if times > 1]


def sole(rows: list[Any], what: str) -> Mapping[str, Any]:
    """The only one of ``rows``. Raises AssertionError, which names ``what`` should be there once."""
    assert len(rows) == 1, f"{len(rows)} row(s) instead of one: {what}"
    only: Mapping[str, Any] = rows[0]
    return only
