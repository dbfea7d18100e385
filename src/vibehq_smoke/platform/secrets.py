"""The account and tokens of a run: configured, or lent by the embedded platform's operator channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from ..errors import HarnessError, Skipped, SmokeError
from ..redact import Redactor
from .identity import Credential
from .once import Once

if TYPE_CHECKING:
    from pydantic import SecretStr

    from ..config import Target
    from .api import Api
    from .recorder import Recorder


class _Lent(BaseModel):
    """What ``GET /credentials`` of the embedded operator channel answers."""

    model_config = ConfigDict(defer_build=True)

    email: str
    password: str
    service_token: str


@dataclass(frozen=True)
class Account:
    """Who signs in."""

    email: str
    password: str


class Secrets:
    """Everything secret that a run sends. Resolved once; each secret is known to the redactor before it is used."""

    def __init__(self, target: Target, redactor: Redactor, operator: Api | None) -> None:
        self._target = target
        self._redactor = redactor
        self._operator = operator
        self._lent: _Lent | None = None
        self._trouble: str | None = None
        self._borrowing = Once(self._borrow)
        self._name_configured()

    @property
    def needs_lending(self) -> bool:
        """Whether something is missing that the embedded operator channel gives."""
        auth, service = self._target.auth, self._target.service_auth
        without_account = auth.kind == "login" and (auth.email is None or auth.password is None)
        without_token = service.kind != "none" and service.token is None
        return self._target.operator.kind == "embedded" and (without_account or without_token)

    async def prepare(self) -> None:
        """Fetch what is missing. Never raises; whoever needs it then learns why it is not there."""
        if self._lent is None and self._trouble is None and self.needs_lending:
            await self._borrowing.get()

    async def close(self) -> None:
        """Stop fetching."""
        await self._borrowing.cancel()

    def account(self) -> Account | str:
        """Who signs in, or why that is unknown."""
        auth = self._target.auth
        if auth.email is not None and auth.password is not None:
            return Account(auth.email.get_secret_value(), auth.password.get_secret_value())
        if self._lent is not None:
            return Account(self._lent.email, self._lent.password)
        return self._trouble or f"set email_env and password_env in [targets.{self._target.name}.auth]"

    def service(self) -> Credential:
        """The credential for service-to-service calls; empty when none is configured (contract 3.3).

        Raises Skipped when it should come from the operator channel and did not.
        """
        service = self._target.service_auth
        if service.kind == "none":
            return Credential()
        token = _value(service.token) or (self._lent.service_token if self._lent else None)
        if token is None:
            raise self._no_token()
        return Credential.bearer(token) if service.kind == "bearer" else Credential({service.header: token})

    def _no_token(self) -> SmokeError:
        if self._trouble is None and self.needs_lending:
            return HarnessError("the service credential is lent with the first exchange: await platform.open() first")
        hint = f"set token_env in [targets.{self._target.name}.service_auth]"
        return Skipped(f"no service credential: {self._trouble or hint}")

    def _name_configured(self) -> None:
        auth, service = self._target.auth, self._target.service_auth
        for secret, variable in (
            (_value(auth.token), auth.token_env),
            (_value(auth.cookie_value), auth.value_env),
            (_value(service.token), service.token_env),
        ):
            if secret:
                self._redactor.add(secret, variable or "TOKEN")
        for secret in self._target.secrets():
            self._redactor.add(secret)

    async def _borrow(self) -> None:
        if self._operator is None:
            self._trouble = "there is no operator channel to lend it"
            return
        try:
            lent = (await self._operator.get("/credentials")).expect(_Lent)
        except SmokeError as error:
            self._trouble = f"the operator channel did not lend it ({error})"
            return
        self._redactor.add(lent.password)
        self._redactor.add(lent.email)
        self._redactor.add(lent.service_token, "SERVICE_TOKEN")
        self._lent = lent


@dataclass(frozen=True)
class Service:
    """The identity of a service: what workers send when they call the orchestrator (contract 3.3)."""

    secrets: Secrets

    async def credential(self, recorder: Recorder) -> Credential:  # noqa: ARG002 - there is nothing to find out
        """The service credential, as :meth:`Secrets.service` gives it."""
        return self.secrets.service()


def _value(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None
