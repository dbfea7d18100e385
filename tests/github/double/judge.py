"""Whether what was asked and what is answered are what GitHub's published description says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from .described import operation
from .messages import Answer, Request


@dataclass
class Judge:
    """Keeps what it found wrong."""

    violations: list[str] = field(default_factory=list)

    def request(self, name: str, version: str, request: Request) -> bool:
        """Whether query and body are as described."""
        described = operation(name, version)
        right = self._holds(described.query, request.query, f"{request}: query")
        if described.body is None:
            return right and self._without_body(request)
        return self._holds(described.body, request.body, f"{request}: body") and right

    def answer(self, name: str, version: str, request: Request, answer: Answer) -> bool:
        """Whether the double's own answer is as described."""
        described = operation(name, version)
        if answer.status < 300:
            kind = described.answer
        else:
            code = str(answer.status)
            kind = described.errors.get(code) or operation("issues.create").errors["422" if code == "422" else "403"]
        if kind is None or answer.status == 204:
            return answer.content is None or self.violates(f"{request}: {answer.status} with a body, none is described")
        return self._holds(kind, answer.body, f"{request}: answer {answer.status}")

    def violates(self, what: str) -> bool:
        """Note it."""
        self.violations.append(what)
        return False

    def _without_body(self, request: Request) -> bool:
        return not request.body or self.violates(f"{request}: a body, none is described")

    def _holds(self, kind: TypeAdapter[Any], value: Any, where: str) -> bool:
        try:
            kind.validate_json(value) if isinstance(value, bytes) else kind.validate_strings(value)
        except ValidationError as error:
            said = [f"{'.'.join(map(str, one['loc'])) or 'all'}: {one['msg']}" for one in error.errors()]
            return self.violates(f"{where}: {'; '.join(said)}")
        return True
