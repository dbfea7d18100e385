"""The reports of a run: every format that plugins offer, written into the output folder, without any known secret."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..models import RunRecord
from .ground import Ground

if TYPE_CHECKING:
    from ..redact import Redactor
    from ..sinks import ReportFormat


class Publisher:
    """A format that fails is a trouble of its plugin, and the others are written all the same."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def warm_up(self) -> None:
        """Get ready what the formats will need."""
        for plugin, format_ in self._ground.host.report_formats():
            with self._ground.host.observers.guard(plugin, f"preparing the report {format_.name}"):
                format_.prepare()

    def publish(self, record: RunRecord) -> tuple[Path, ...]:
        """Tell the plugins, write every report; gives those that were written."""
        observers = self._ground.host.observers
        observers.tell("vibehq_run_finish", record=record)
        written: list[Path] = []
        for plugin, format_ in self._ground.host.report_formats():
            with observers.guard(plugin, f"writing the report {format_.name}"):
                written.append(self._write(format_, record))
        return tuple(written)

    def _write(self, format_: ReportFormat, record: RunRecord) -> Path:
        from ..reports.json import write_atomically

        path = self._ground.options.out / format_.filename
        text = format_.render(record)
        if self._ground.redactor.leaks(text):
            text = format_.render(masked(record, self._ground.redactor))
        write_atomically(path, text)
        return path


def masked(record: RunRecord, redactor: Redactor) -> RunRecord:
    """The record without any known secret. Masking the rendered text could break its syntax instead."""
    return RunRecord.model_validate(_each_text(record.model_dump(mode="json"), redactor.text))


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    """A copy of parsed JSON with every string in it, keys aside, changed."""
    if isinstance(value, dict):
        return {key: _each_text(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [_each_text(inner, change) for inner in value]
    return change(value) if isinstance(value, str) else value
