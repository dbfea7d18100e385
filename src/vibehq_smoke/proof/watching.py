"""Notes which parts of which answers a check looks at, while it is replayed unchanged."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from ..platform.reply import Reply
from .looks import Looks, Path, Spot
from .replay import Replayed
from .tracked import EmptyList, Tracked, TrackedHeaders, plain, tracked

if TYPE_CHECKING:
    from .questions import Known

_BODY = frozenset(("content", "text", "json"))
_LOOKS = {"status": "status", "media_type": "media", "headers": "headers", **dict.fromkeys(_BODY, "bodies")}


class Watching(Replayed):
    """A replay that notes what is looked at."""

    def __init__(self, stage: Any, missing_browser: str | None = None) -> None:
        super().__init__(stage, missing_browser)
        self.looks = Looks()
        self._replies: dict[tuple[str, bytes], int] = {}
        self._texts: dict[str, Spot] = {}
        self._inside = False

    def delivered(self, found: Known, source: Any, where: Any) -> None:
        """Remember whose answer that is."""
        if isinstance(source, str):
            self._texts.setdefault(source, (found.number, where))
        else:
            self._replies[where, bytes(source.body)] = found.number

    def told(self, found: Known, path: list[str | int], value: Any) -> Any:
        """The value, watched."""
        spot, below = ((found.number, 0), tuple(path[1:]))
        return tracked(value, self, spot, below)

    def called(self, found: Known, call: str) -> None:
        """Note what was asked of a page."""
        self.looks.calls.setdefault(found.number, set()).add(call)

    def seen(self, source: Any, value: Any) -> Any:
        """The parsed JSON, watched."""
        spot = self._spot(source)
        return value if spot is None else tracked(value, self, spot, ())

    def judged(self, told: Any, model: Any = None, status: bool = False) -> Any:
        """Note that an answer was judged."""
        if isinstance(told, Reply):
            number = self.number(told)
            if number is not None and status:
                self.looks.status.add(number)
            if number is not None and model is not None:
                self.looks.models.setdefault((number, 0), []).append(((), model))
            return told
        if isinstance(told, Tracked):
            if model is not None:
                self.looks.models.setdefault(told.spot, []).append((told.path, model))
            return plain(told)
        return told

    def number(self, reply: Reply) -> int | None:
        """The question that a reply answers."""
        of = object.__getattribute__
        return self._replies.get((of(reply, "url"), of(reply, "content")))

    def look(self, spot: Spot, path: Path) -> None:
        """A place was looked up."""
        self.looks.paths.setdefault(spot, set()).add(path)

    def _spot(self, source: Any) -> Spot | None:
        if isinstance(source, str):
            return self._texts.get(source)
        number = self.number(source) if isinstance(source, Reply) else None
        return None if number is None else (number, 0)

    @contextlib.contextmanager
    def attached(self) -> Iterator[None]:
        """Note what is read of replies and models, for the length of the block."""
        reply_get, model_get, looks = Reply.__getattribute__, BaseModel.__getattribute__, self.looks

        def of_reply(reply: Reply, name: str) -> Any:
            if name not in _LOOKS or self._inside:
                return reply_get(reply, name)
            number = self.number(reply)
            if number is not None and name == "headers":
                return TrackedHeaders(reply_get(reply, name), looks.headers.setdefault(number, set()))
            if number is not None:
                getattr(looks, _LOOKS[name]).add(number)
            self._inside = True  # what a property of the reply looks up itself, the check did not
            try:
                return reply_get(reply, name)
            finally:
                self._inside = False

        def of_model(model: BaseModel, name: str) -> Any:
            if not name.startswith("_"):
                looks.fields.add((type(model), name))
            value = model_get(model, name)
            return EmptyList(looks, (type(model), name)) if value == [] and type(value) is list else value

        Reply.__getattribute__ = of_reply  # type: ignore[assignment]
        BaseModel.__getattribute__ = of_model  # type: ignore[assignment]
        try:
            yield
        finally:
            del Reply.__getattribute__
            del BaseModel.__getattribute__
