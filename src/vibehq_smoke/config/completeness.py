"""What a target needs beyond the shape of its tables: keys that go with a kind, secrets, folders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import SecretStr

from . import toml_lines
from .document import Document, shown_key, shown_value
from .tables import choices, keys, supplied
from .targets import Auth, OperatorTarget, ServiceAuth, Target
from .variables import lookup

_Access: TypeAlias = Literal["auth", "service_auth", "operator"]

_ACCESS: tuple[_Access, ...] = ("auth", "service_auth", "operator")

_NEEDED: Mapping[tuple[_Access, str], tuple[str, ...]] = {
    ("auth", "bearer"): ("token_env",),
    ("auth", "cookie"): ("value_env",),
    ("auth", "login"): ("email_env", "password_env"),
    ("service_auth", "bearer"): ("token_env",),
    ("service_auth", "header"): ("token_env",),
    ("operator", "embedded"): ("url",),
    ("operator", "wrangler"): ("directory",),
    ("operator", "cloudflare"): ("account_id", "api_token_env"),
}
_ALSO_READ: Mapping[tuple[_Access, str], tuple[str, ...]] = {("operator", "wrangler"): ("api_token_env",)}
"""Variables that are read when they are named, without being needed."""

_IN_A_HEADER = frozenset({"token", "cookie_value", "api_token"})


def complain(document: Document, target: Target, prefix: toml_lines.KeyPath) -> None:
    """Raise ConfigError for the first key that ``target``, read from ``prefix``, lacks."""
    for name in _ACCESS:
        table = _table(target, name)
        path = (*prefix, name)
        if table.model_fields_set and "kind" not in table.model_fields_set:
            allowed = choices(keys(type(table))["kind"])
            raise document.error(f"[{shown_key(path)}] needs kind", path, allowed=allowed)
        for key in _lacking(target, name):
            raise document.error(f"[{shown_key(path)}] needs {key}, because kind is {table.kind!r}", path)


def with_secrets(document: Document, target: Target, prefix: toml_lines.KeyPath, env: Mapping[str, str]) -> Target:
    """``target`` with its secrets from ``env``. Raises ConfigError for a variable that is missing."""
    changed: dict[str, object] = {}
    for name in _ACCESS:
        table = _table(target, name)
        wanted = {*_NEEDED.get((name, table.kind), ()), *_ALSO_READ.get((name, table.kind), ())}
        secrets: dict[str, SecretStr] = {}
        for field, mark in supplied(type(table)).items():
            if mark.variable in wanted and (variable := getattr(table, mark.variable or "")) is not None:
                secrets[field] = _secret(document, (*prefix, name, mark.variable), field, variable, env)
        changed[name] = table.model_copy(update=secrets)
    return target.model_copy(update=changed)


def with_folders(document: Document, target: Target, prefix: toml_lines.KeyPath) -> Target:
    """``target`` with its folders as absolute paths, relative ones counted from the file's folder.

    Raises ConfigError for a folder that does not exist.
    """
    operator = target.operator
    if operator.kind == "wrangler" and operator.directory is not None:
        found = _folder(document, (*prefix, "operator", "directory"), operator.directory)
        operator = operator.model_copy(update={"directory": found})
    source = target.source and _folder(document, (*prefix, "source"), target.source)
    return target.model_copy(update={"operator": operator, "source": source})


def _table(target: Target, name: _Access) -> Auth | ServiceAuth | OperatorTarget:
    if name == "auth":
        return target.auth
    return target.service_auth if name == "service_auth" else target.operator


def _lacking(target: Target, name: _Access) -> Iterator[str]:
    table = _table(target, name)
    # the embedded platform makes its account and its service token itself and tells them by its operator channel
    told = target.operator.kind == "embedded" and (name == "service_auth" or (name, table.kind) == ("auth", "login"))
    needed = _NEEDED.get((name, table.kind), ())
    given = [key for key in needed if getattr(table, key) is not None]
    if not (told and not given):
        yield from (key for key in needed if key not in given)


def _secret(
    document: Document, path: toml_lines.KeyPath, field: str, variable: str, env: Mapping[str, str]
) -> SecretStr:
    value, problem = lookup(variable, env)
    if problem is None and field in _IN_A_HEADER and not all(" " <= c <= "~" for c in value):
        problem = f"the value of {variable!r} holds a line break or another character that no header may carry"
    if problem is not None:
        raise document.error(f"{shown_key(path)}: {problem}", path)
    return SecretStr(value)


def _folder(document: Document, path: toml_lines.KeyPath, given: Path) -> Path:
    folder = (document.file.parent / given).resolve()
    if not folder.is_dir():
        written = shown_value(document.at(path))
        raise document.error(f"{shown_key(path)}: {written} is no folder (looked for {str(folder)!r})", path)
    return folder
