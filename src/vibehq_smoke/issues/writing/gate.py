"""The last question before a text leaves for a tracker: is there a secret in it?"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Literal, TypeVar, get_origin

from ...models import Record
from ...redact import Redactor, names_a_secret
from .neutral import GAP

WITHHELD = "This text was withheld: it held a secret that could not be masked. The run's own report has the details."
"""What is sent instead of a text that still leaks."""

_SHORTEST = 8
"""Characters of a value of the environment that is taken for a secret because of its name."""

_MARKER = re.compile(r"(<!-- vibehq-smoke:[a-z]+(?: [\w=-]+)* -->)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")

_OPEN = frozenset({"PWD", "OLDPWD", "DESKTOP_SESSION", "XDG_SESSION_DESKTOP"})
"""Names of the environment that only look as if they named a secret."""

RecordT = TypeVar("RecordT", bound=Record)


class Gate:
    """Masks what the redactor knows, and every value of the environment whose name says that it is a secret."""

    def __init__(self, redactor: Redactor, environment: Mapping[str, str] | None = None) -> None:
        self._redactor = redactor
        for name, value in (os.environ if environment is None else environment).items():
            if names_a_secret(name) and len(value) >= _SHORTEST and not _is_open(name, value):
                redactor.add(value)

    def text(self, text: str) -> str:
        """``text`` as it may be sent; a notice in its place when a secret would get through all the same."""
        # Our markers are packed, so nothing can be masked in them, and masking what looks like a token would break
        # them: what they hold was cleaned before (clean).
        parts = _MARKER.split(text)
        sent = "".join(part if at % 2 else self._redactor.text(part) for at, part in enumerate(parts))
        if not self.leaks(sent):
            return sent
        kept = [part for part in parts[1::2] if not self.leaks(part)]
        return "\n".join([*kept[:1], WITHHELD, *kept[1:]])

    def leaks(self, text: str) -> bool:
        """Whether a known secret stands in ``text``, as it is or behind the escapes that make text harmless."""
        read = _ESCAPED.sub(r"\1", text.replace(GAP, ""))
        return any(self._redactor.leaks(one) for one in (text, read, read.replace("¦", "|"), text.replace(GAP, "")))

    def clean(self, record: RecordT) -> RecordT:
        """A copy of a record with every text in it masked: to be done before anything is written from it, since
        neutralised and clipped text may hide a secret's value from whoever looks for it."""
        fields = type(record).model_fields.items()
        free = (name for name, field in fields if get_origin(field.annotation) is not Literal)
        return record.model_copy(update={name: self._masked(getattr(record, name)) for name in free})

    def _masked(self, value: Any) -> Any:
        if isinstance(value, Record):
            return self.clean(value)
        if isinstance(value, str):
            return value if isinstance(value, Enum) else self._redactor.text(value)
        if isinstance(value, dict):
            return {self._masked(key): self._masked(child) for key, child in value.items()}
        if isinstance(value, list | tuple | frozenset | set):
            return type(value)(self._masked(child) for child in value)
        return value


def _is_open(name: str, value: str) -> bool:
    """Whether all may know it: ``PWD`` is no password, and where a key or a socket lies is not the key."""
    # pathlib fails on what is too long for a name.
    return name in _OPEN or (Path(value).is_absolute() and os.path.exists(value))  # noqa: PTH110
