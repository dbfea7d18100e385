"""What is known before any tracker is asked: rules, secrets, and where this runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..config import load_config
from ..config.issues import IssuePolicy
from ..redact import Redactor
from .writing.gate import Gate, RecordT
from .writing.surroundings import Surroundings


@dataclass(frozen=True)
class Settings:
    """All that a batch is made with. Nothing is opened or made for it."""

    policy: IssuePolicy
    surroundings: Surroundings
    gate: Gate
    environment: Mapping[str, str]
    beside: Path | None
    """The folder of ``smoke.toml``, when there is one."""
    notes: list[str] = field(default_factory=list)
    """What people should know of the settings, besides what the tracker has to say."""

    @classmethod
    def gathered(cls, config: Path | None, environment: Mapping[str, str]) -> Settings:
        """As ``smoke.toml`` and the environment say. Raises UsageError."""
        loaded = load_config(config)
        surroundings = Surroundings.gathered(Path.cwd(), environment)
        gate = Gate(Redactor(loaded.secrets()), environment)
        return cls(loaded.issues, surroundings, gate, environment, loaded.file.parent if loaded.file else None)

    def clean(self, record: RecordT) -> RecordT:
        """A record without any secret that is known here, to be worded from."""
        return self.gate.clean(record)
