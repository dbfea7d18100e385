"""What the local record knows of the causes of one tracker, read and kept as causes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import ValidationError

from ..history import History, unusable
from .batch import Batch
from .cause import Cause
from .reconcile import SETTLES_AFTER


class Ledger:
    """The record, as far as it is about ``place``."""

    def __init__(self, history: History, place: str) -> None:
        self.history = history
        self.place = place

    def causes(self) -> dict[str, Cause]:
        """All of them, by id. Raises UsageError."""
        told = self.history.causes(self.place)
        try:
            return {id_: Cause.model_validate_json(text) for id_, text in told.items()}
        except ValidationError:
            why = "it tells of a cause in a way that this harness does not know, perhaps a newer one's"
            raise unusable(self.history.path, why) from None

    def numbers(self) -> set[int]:
        """The issues that it knows of."""
        # Most of thousands have no issue, and reading each to see that takes a while.
        told = self.history.causes(self.place).values()
        some = (Cause.model_validate_json(text) for text in told if '"number"' in text)
        return {cause.number for cause in some if cause.number is not None}

    def keep(self, causes: Mapping[str, Cause], batch: Batch) -> None:
        """Keep these, and no others, as they are after this batch."""
        dropped: dict[str, str | None] = {id_: None for id_ in self.history.causes(self.place) if id_ not in causes}
        kept = {id_: _text(cause) for id_, cause in causes.items()}
        self.history.keep(self.place, dropped | kept)
        self.history.note_held(batch.scope, batch.proven, batch.at, batch.id, batch.commit)

    def keep_one(self, cause: Cause) -> None:
        """Keep what became of one cause; what another process counted of it meanwhile stays."""
        told = self.history.cause(self.place, cause.id)
        now = Cause.model_validate_json(told) if told is not None else None
        if now is not None and now.runs > cause.runs:
            written = {name: getattr(cause, name) for name in ("number", "url", "news", "commented_at")}
            cause = now.model_copy(update=written)
        self.history.keep(self.place, {cause.id: _text(cause)})

    def settle(self, causes: Mapping[str, Cause], now: datetime) -> None:
        """Writes whose fate a look-up tells: an issue that is there was opened."""
        for write in self.history.unsettled(self.place):
            cause = causes.get(write.cause)
            if cause is not None and cause.number is not None:
                self.history.settle(write.id, "done", cause.number)
            elif now - write.sent_at >= SETTLES_AFTER:
                self.history.settle(write.id, "not done")

    def forget(self, now: datetime, reopen_within: timedelta) -> None:
        """Drop what nobody will ask about: what recovered and has no issue, or one that was closed long ago."""
        told = self.history.causes(self.place).values()
        # Nearly all of them are live, and reading each to see that takes a while where thousands fail.
        maybe = (Cause.model_validate_json(text) for text in told if '"recovered"' in text)
        over = [
            cause
            for cause in maybe
            if cause.state == "recovered" and (cause.number is None or cause.counted_at < now - reopen_within)
        ]
        self.history.keep(self.place, {cause.id: None for cause in over})
        self.history.forget(now)


def _text(cause: Cause) -> str:
    return cause.model_dump_json(exclude_defaults=True)
