"""A target: one deployment that checks run against, and the ways into it."""

from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, SecretStr, field_validator

from .tables import (
    Flag,
    HeaderName,
    HostName,
    HostPort,
    PositiveCount,
    Supplied,
    Table,
    TargetName,
    VariableName,
    Word,
    WorkerName,
)
from .urls import BaseUrl

Environment: TypeAlias = Literal["local", "staging", "production"]
Binding: TypeAlias = Literal["DB_OPS", "DB_PROJECTS", "DB_CHATS", "DB_HEALTH"]

FACTORIES = frozenset({"agent-factory", "data-factory", "services-factory", "ui-factory"})
"""Workers whose type is ``factory`` unless the file says otherwise (contract 1.2)."""

DATABASES: tuple[tuple[Binding, str], ...] = (
    ("DB_OPS", "vibehq-ops"),
    ("DB_PROJECTS", "vibehq-projects"),
    ("DB_CHATS", "vibehq-chat-logs"),
    ("DB_HEALTH", "vibehq-health-logs"),
)
"""Binding and database name of each D1 database (contract 1.3)."""


def worker_type(name: str) -> str:
    """The type of a worker that the file gives none for (contract 1.2, Q11)."""
    if name in FACTORIES:
        return "factory"
    return "specialist" if name.endswith("-specialist") else "application"


class WorkerTarget(Table):
    """One worker: where it answers, and the type it must report (contract Q11)."""

    url: BaseUrl
    type: Word = "application"


class Auth(Table):
    """The user session that checks sign in with (contract 3.1)."""

    kind: Literal["none", "bearer", "cookie", "login"] = "none"
    token_env: VariableName | None = None
    cookie_name: HeaderName = "session"
    value_env: VariableName | None = None
    email_env: VariableName | None = None
    password_env: VariableName | None = None
    token: Annotated[SecretStr | None, Supplied("token_env")] = None
    cookie_value: Annotated[SecretStr | None, Supplied("value_env")] = None
    email: Annotated[SecretStr | None, Supplied("email_env")] = None
    password: Annotated[SecretStr | None, Supplied("password_env")] = None


class ServiceAuth(Table):
    """The credential for calls from service to service (contract 3.3, Q17)."""

    kind: Literal["none", "bearer", "header"] = "none"
    header: HeaderName = "Authorization"
    token_env: VariableName | None = None
    token: Annotated[SecretStr | None, Supplied("token_env")] = None


class OperatorTarget(Table):
    """The operator channel: access from the inside (contract 2.0)."""

    kind: Literal["none", "embedded", "wrangler", "cloudflare"] = "none"
    url: BaseUrl | None = None
    account_id: Word | None = None
    api_token_env: VariableName | None = None
    databases: dict[Binding, Word] = Field(default_factory=lambda: dict(DATABASES))
    """Binding to database: its name for wrangler, its name or id for cloudflare. All four are always there."""
    directory: Path | None = None
    remote: Flag = False
    api_token: Annotated[SecretStr | None, Supplied("api_token_env")] = None

    @field_validator("databases")
    @classmethod
    def _add_defaults(cls, given: dict[Binding, str]) -> dict[Binding, str]:
        return dict(DATABASES) | given


def _blank_is_unset(value: Any) -> Any:
    # lets a file say "${VIBEHQ_SOURCE:-}": when there is one
    return None if value == "" else value


_Blank = BeforeValidator(_blank_is_unset)


class Target(Table):
    """One deployment of the platform, with every secret resolved."""

    name: Annotated[TargetName, Supplied()] = "unnamed"
    base_url: BaseUrl
    """Of the orchestrator: scheme, host and port, no trailing slash (contract 1.1)."""
    environment: Environment
    workers: dict[WorkerName, WorkerTarget] = Field(default_factory=dict)
    auth: Auth = Field(default_factory=Auth)
    service_auth: ServiceAuth = Field(default_factory=ServiceAuth)
    operator: OperatorTarget = Field(default_factory=OperatorTarget)
    source: Annotated[Path | None, _Blank] = None
    """A checkout of the platform, for checks of mode ``source``."""
    browser: Annotated[Word | None, _Blank] = None
    """The Chromium that shows pages: a name on PATH or the path of the program. None takes the first on PATH."""
    allowed_console_errors: tuple[Word, ...] = ()
    """Parts of error messages on the pages' console that are known and accepted (contract UI-04)."""
    allow_writes: Flag | None = None
    ai_spending: Flag = False
    """Whether checks may have models answer, which costs tokens."""
    extra_runs: Flag = False
    """Whether checks may start health runs beyond the two that a smoke run starts anywhere (contract Q25)."""
    network_probe: Annotated[HostPort | None, _Blank] = None
    """``host:port`` that answers whenever the machine running the checks has a network."""
    callback_host: Annotated[HostName | None, _Blank] = None
    """The name under which workers reach the machine that runs the checks."""
    verify_tls: Flag = True
    in_flight: PositiveCount | None = None
    """Exchanges at once; None takes the suite's."""

    @field_validator("workers", mode="before")
    @classmethod
    def _workers_by_name(cls, given: Any) -> Any:
        """Both ways of writing workers, a table and a list, as one table (contract Q10)."""
        if isinstance(given, list):
            given = _from_list(given)
        if not isinstance(given, dict):
            return given
        return {name: _with_type(name, worker) for name, worker in given.items()}

    @property
    def read_only(self) -> bool:
        """Whether checks that write stay away, when nobody asks for writes on the command line."""
        return self.is_read_only(allow_writes_flag=False)

    def is_read_only(self, allow_writes_flag: bool) -> bool:
        """Whether checks that write stay away (contract Q25, Q26).

        Production is read-only unless the file says ``allow_writes = true`` and the caller asks for it
        too; any other target is read-only when the file says ``allow_writes = false``.
        """
        if self.environment == "production":
            return not (self.allow_writes is True and allow_writes_flag)
        return self.allow_writes is False

    def secrets(self) -> tuple[str, ...]:
        """Every resolved secret, for the redactor: each once, none empty."""
        held = (
            self.auth.token,
            self.auth.cookie_value,
            self.auth.email,
            self.auth.password,
            self.service_auth.token,
            self.operator.api_token,
        )
        values = (secret.get_secret_value() for secret in held if secret is not None)
        return tuple(dict.fromkeys(value for value in values if value))


def _from_list(given: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, worker in enumerate(given, start=1):
        if not isinstance(worker, dict) or not isinstance(worker.get("name"), str):
            raise ValueError(f'entry {number} is not of the form {{ name = "…", url = "…" }}')  # noqa: TRY004 - pydantic turns only ValueError into a message
        if worker["name"] in found:
            raise ValueError(f"the worker {worker['name']!r} is listed twice")
        found[worker["name"]] = {key: value for key, value in worker.items() if key != "name"}
    return found


def _with_type(name: str, worker: Any) -> Any:
    if isinstance(worker, str):
        return {"url": worker, "type": worker_type(name)}
    return {"type": worker_type(name)} | worker if isinstance(worker, dict) else worker
