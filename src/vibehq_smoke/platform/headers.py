"""Header fields as HTTP means them: names in any case, some of them more than once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping


class Headers(Mapping[str, str]):
    """Response headers by lower-case name. A field sent more than once reads joined by commas; see :meth:`every`."""

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._fields: dict[str, list[str]] = {}
        for name, value in fields:
            self.append(name, value)

    def append(self, name: str, value: str) -> None:
        """Add one field after those that are there."""
        self._fields.setdefault(name.lower(), []).append(value)

    def every(self, name: str) -> tuple[str, ...]:
        """All values of ``name``, one per field (``Set-Cookie`` cannot be joined)."""
        return tuple(self._fields.get(name.lower(), ()))

    def __getitem__(self, name: str) -> str:
        return ", ".join(self._fields[name.lower()])

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return f"Headers({dict(self)!r})"
