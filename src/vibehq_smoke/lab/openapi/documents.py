"""The documents of one lab: the orchestrator's and each worker's, made when they are first asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from vibehq_smoke.lab.openapi.document import Section, document
from vibehq_smoke.lab.serving.replies import Json

Sections = Callable[[], tuple[Section, ...]]


@dataclass(frozen=True)
class Described:
    """One component: where it answers, the version of its deployment, and its routes."""

    url: str
    version: str
    sections: Sections


@dataclass(frozen=True)
class Documents:
    """Documents by component's name; each is worked out once."""

    components: Mapping[str, Described]
    made: dict[str, Json] = field(default_factory=dict)

    def of(self, name: str) -> Json | None:
        """The document of a component, None for a name that no component has. Takes up to 0.2 s the first time."""
        described = self.components.get(name)
        if described is not None and name not in self.made:
            self.made[name] = document(name, described.version, described.url, described.sections())
        return self.made.get(name)
