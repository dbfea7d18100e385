"""How routes say no (contract 2.0, the envelope families)."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, model_validator

from vibehq_smoke.platform.dialects import Dialect

from .fields import Name


def _reason(error: Any) -> Any:
    """The text of an error; that of controllers is an object with a message (envelope E2)."""
    if not isinstance(error, dict):
        return error
    said = error.get("message")
    if not said or not isinstance(said, str):
        raise ValueError("an error must be a text, or have one as its `message`")
    return said


class Refused(Dialect):
    """A refusal in any envelope: E1 and E4 say why in ``error``, E2 in ``error.message``, patch events in ``message``.

    Which of them a route uses is for the check of that route to say; here it is enough that one says why, and that
    none claims success.
    """

    ok: Literal[False] = False
    success: Literal[False] = False
    error: Annotated[Name | None, BeforeValidator(_reason)] = None
    message: Name | None = None

    @model_validator(mode="after")
    def _says_why(self) -> "Refused":
        if not self.why:
            raise ValueError("a refusal must say why, in `error` or in `message`")
        return self

    @property
    def why(self) -> str:
        """What it says."""
        return self.error or self.message or ""
