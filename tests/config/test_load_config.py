"""Targets as the rest of the harness gets them: variables, secrets, defaults, read-only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from vibehq_smoke.config import Config, Target
from vibehq_smoke.config.document import shown_path
from vibehq_smoke.errors import ConfigError

Load = Callable[..., Config]
Write = Callable[..., Path]

DATABASES = {
    "DB_OPS": "vibehq-ops",
    "DB_PROJECTS": "vibehq-projects",
    "DB_CHATS": "vibehq-chat-logs",
    "DB_HEALTH": "vibehq-health-logs",
}


def test_a_minimal_target_has_the_defaults(staging: Load) -> None:
    target = staging().target("staging")
    assert target == Target(name="staging", base_url="https://hq.example", environment="staging")
    assert (target.auth.kind, target.service_auth.kind, target.operator.kind) == ("none", "none", "none")
    assert target.operator.databases == DATABASES
    assert target.verify_tls
    assert target.secrets() == ()


def test_the_example_of_the_embedded_platform_needs_no_variables(config: Load) -> None:
    target = config(
        """
        [targets.lab]
        base_url = "http://localhost:8787"
        environment = "local"
        [targets.lab.workers]
        agent-factory = { url = "http://localhost:8788", type = "factory" }
        [targets.lab.auth]
        kind = "login"
        [targets.lab.service_auth]
        kind = "bearer"
        [targets.lab.operator]
        kind = "embedded"
        url = "http://127.0.0.1:9000"
        """
    ).target("lab")
    assert target.auth.kind == "login"
    assert target.auth.email is None
    assert target.service_auth.token is None
    assert target.operator.url == "http://127.0.0.1:9000"


def test_half_an_account_is_refused_even_on_the_embedded_platform(staging: Load) -> None:
    with pytest.raises(ConfigError, match="needs password_env, because kind is 'login'"):
        staging('auth = {kind = "login", email_env = "E"}\noperator = {kind = "embedded", url = "http://localhost"}\n')


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("https://hq.example/", "https://hq.example"),
        ("HTTPS://HQ.Example:8443", "https://hq.example:8443"),
        ("http://localhost:8787", "http://localhost:8787"),
        ("http://127.0.0.1:80/", "http://127.0.0.1:80"),
        ("http://[::1]:8787/", "http://[::1]:8787"),
    ],
)
def test_an_address_is_kept_without_slash_and_in_lower_case(config: Load, written: str, normal: str) -> None:
    found = config(f'[targets.x]\nbase_url = "{written}"\nenvironment = "local"\n').target("x")
    assert found.base_url == normal


def test_workers_are_written_as_urls_tables_or_a_list(staging: Load) -> None:
    as_table = staging(
        """
        [targets.staging.workers]
        agent-factory = "https://a.example"
        conflict-specialist = "https://b.example"
        cloud-worker-retrofit = "https://c.example"
        own = { url = "https://d.example", type = "factory" }
        """
    )
    as_list = staging(
        """
        workers = [
            { name = "agent-factory", url = "https://a.example" },
            { name = "conflict-specialist", url = "https://b.example" },
            { name = "cloud-worker-retrofit", url = "https://c.example" },
            { name = "own", url = "https://d.example", type = "factory" },
        ]
        """
    )
    workers = as_table.target("staging").workers
    assert {name: worker.type for name, worker in workers.items()} == {
        "agent-factory": "factory",
        "conflict-specialist": "specialist",
        "cloud-worker-retrofit": "application",
        "own": "factory",
    }
    assert as_list.target("staging").workers == workers


def test_databases_that_are_not_named_keep_their_defaults(staging: Load) -> None:
    target = staging('operator = { kind = "none", databases = { DB_OPS = "my-ops" } }\n').target("staging")
    assert target.operator.databases == DATABASES | {"DB_OPS": "my-ops"}


# --- variables ---------------------------------------------------------------------------------------------------


def test_variables_stand_anywhere_in_a_string(staging: Load) -> None:
    more = 'callback_host = "${A}-${B:-two}.${C:-}example"\n[targets.staging.workers]\nx = "https://${A}.example"\n'
    target = staging(more, A="one", C="").target("staging")
    assert target.callback_host == "one-two.example"
    assert target.workers["x"].url == "https://one.example"


def test_a_default_replaces_an_empty_variable_too(staging: Load) -> None:
    assert staging('callback_host = "${A:-b}"\n', A="").target("staging").callback_host == "b"


def test_what_a_variable_holds_is_not_read_as_a_variable(staging: Load) -> None:
    with pytest.raises(ConfigError, match=r'callback_host: "\$\{A\}" is no host name'):
        staging('callback_host = "${A}"\n', A="${B}", B="b").target("staging")


@pytest.mark.parametrize(("env", "state"), [({}, "not set"), ({"STAGING_HOST": ""}, "empty")])
def test_a_missing_variable_is_named_with_its_line(config: Load, env: dict[str, str], state: str) -> None:
    found = config('[targets.x]\nenvironment = "local"\nbase_url = "https://${STAGING_HOST}"\n', **env)
    assert found.file is not None
    with pytest.raises(ConfigError) as raised:
        found.target("x")
    assert str(raised.value) == (
        f"{shown_path(found.file)}:3: targets.x.base_url: the environment variable 'STAGING_HOST' is {state}"
    )


def test_a_target_without_its_variables_does_not_stop_a_run_on_another(staging: Load) -> None:
    more = """
        [targets.other]
        base_url = "${OTHER_URL}"
        environment = "${OTHER_ENVIRONMENT}"
        in_flight = 3
        workers = [{ name = "${OTHER_WORKER}", url = "${OTHER_URL}" }]
        [targets.other.auth]
        kind = "${OTHER_AUTH}"
        token_env = "OTHER_TOKEN"
        """
    found = staging(more)
    assert list(found.targets) == ["staging", "other"]
    assert found.target("staging").base_url == "https://hq.example"
    with pytest.raises(ConfigError, match="'OTHER_URL' is not set"):
        found.target("other")


def test_a_target_without_its_variables_is_still_checked_for_its_shape(staging: Load) -> None:
    with pytest.raises(ConfigError, match=r"targets\.other\.in_flight: \"3\" is a string, wanted an integer"):
        staging('[targets.other]\nbase_url = "${OTHER_URL}"\nenvironment = "local"\nin_flight = "3"\n')


def test_a_target_with_variables_is_still_checked_for_what_its_kinds_need(staging: Load) -> None:
    with pytest.raises(ConfigError, match=r"\[targets\.staging\.auth\] needs token_env"):
        staging('source = "${SOURCE}"\nauth = { kind = "bearer" }\n')


def test_a_wrong_variable_does_not_stop_a_run_on_another_either(staging: Load) -> None:
    more = '[targets.other]\nbase_url = "${OTHER_URL:-}"\nenvironment = "local"\n'
    found = staging(more, OTHER_URL="nonsense")
    assert found.target("staging").name == "staging"
    with pytest.raises(ConfigError, match=r'base_url: "\$\{OTHER_URL:-\}" has no scheme'):
        found.target("other")


def test_an_environment_may_come_from_a_variable(config: Load) -> None:
    text = '[targets.x]\nbase_url = "https://hq.example"\nenvironment = "${WHERE}"\n'
    assert config(text, WHERE="production").target("x").read_only
    found = config(text, WHERE="prod")
    with pytest.raises(ConfigError, match=r'environment: "\$\{WHERE\}" is not allowed'):
        found.target("x")


# --- secrets -----------------------------------------------------------------------------------------------------

ALL_SECRETS = """
    [targets.staging.auth]
    kind = "{auth}"
    token_env = "TOKEN"
    value_env = "VALUE"
    email_env = "EMAIL"
    password_env = "PASSWORD"
    [targets.staging.service_auth]
    kind = "header"
    header = "X-Service"
    token_env = "SERVICE"
    [targets.staging.operator]
    kind = "cloudflare"
    account_id = "1"
    api_token_env = "API"
    """


@pytest.mark.parametrize(
    ("kind", "env"),
    [
        ("none", {}),
        ("bearer", {"TOKEN": "token-1"}),
        ("cookie", {"VALUE": "value-1"}),
        ("login", {"EMAIL": "me@hq.example", "PASSWORD": "päss word"}),
    ],
)
def test_only_the_secrets_of_the_chosen_kind_are_demanded(staging: Load, kind: str, env: dict[str, str]) -> None:
    env = env | {"SERVICE": "service-1", "API": "api-1"}
    target = staging(ALL_SECRETS.format(auth=kind), **env).target("staging")
    assert sorted(target.secrets()) == sorted(env.values())
    shown = repr(target) + str(target) + target.model_dump_json()
    assert not [secret for secret in env.values() if secret in shown]


def test_secrets_go_where_they_belong(staging: Load) -> None:
    env = {"TOKEN": "t", "SERVICE": "s", "API": "a"}
    target = staging(ALL_SECRETS.format(auth="bearer"), **env).target("staging")
    assert target.auth.token is not None
    assert target.auth.token.get_secret_value() == "t"
    assert target.service_auth.token is not None
    assert target.service_auth.token.get_secret_value() == "s"
    assert target.operator.api_token is not None
    assert target.operator.api_token.get_secret_value() == "a"


def test_the_same_secret_is_listed_once(staging: Load) -> None:
    env = {"TOKEN": "same", "SERVICE": "same", "API": "same"}
    assert staging(ALL_SECRETS.format(auth="bearer"), **env).target("staging").secrets() == ("same",)


def test_a_secret_that_no_header_can_carry_is_refused_unseen(staging: Load) -> None:
    found = staging('auth = { kind = "bearer", token_env = "TOKEN" }\n', TOKEN="hunter2\n")
    with pytest.raises(ConfigError) as raised:
        found.target("staging")
    assert "auth.token_env: the value of 'TOKEN' holds a line break" in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_wrangler_may_do_without_a_token(staging: Load) -> None:
    text = 'operator = { kind = "wrangler", directory = "."%s }\n'
    without = staging(text % "").target("staging")
    assert without.operator.api_token is None
    named = staging(text % ', api_token_env = "API"', API="a").target("staging")
    assert named.secrets() == ("a",)


# --- folders -----------------------------------------------------------------------------------------------------


def test_folders_count_from_the_file(write: Write, staging: Load) -> None:
    checkout = write("", "checkout/README").parent
    more = 'source = "checkout"\noperator = { kind = "wrangler", directory = "./checkout/." }\n'
    target = staging(more).target("staging")
    assert target.source == checkout.resolve()
    assert target.operator.directory == checkout.resolve()


@pytest.mark.parametrize("key", ["source", "operator"])
def test_a_folder_that_is_not_there_is_named(staging: Load, key: str) -> None:
    value = '"gone"' if key == "source" else '{ kind = "wrangler", directory = "gone" }'
    found = staging(f"{key} = {value}\n")
    assert found.file is not None
    with pytest.raises(ConfigError) as raised:
        found.target("staging")
    assert str(raised.value).endswith(f'"gone" is no folder (looked for {str(found.file.parent.resolve() / "gone")!r})')


def test_empty_optional_texts_are_unset(staging: Load) -> None:
    target = staging('source = "${SOURCE:-}"\nnetwork_probe = ""\ncallback_host = ""\n').target("staging")
    assert (target.source, target.network_probe, target.callback_host) == (None, None, None)


# --- read-only ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "in_file", "on_command_line", "read_only"),
    [
        ("production", None, False, True),
        ("production", None, True, True),
        ("production", False, True, True),
        ("production", True, False, True),
        ("production", True, True, False),
        ("staging", None, False, False),
        ("staging", True, False, False),
        ("staging", False, False, True),
        ("staging", False, True, True),
        ("local", None, False, False),
        ("local", False, True, True),
    ],
)
def test_production_is_read_only_unless_said_otherwise_twice(
    config: Load, environment: str, in_file: bool | None, on_command_line: bool, read_only: bool
) -> None:
    line = "" if in_file is None else f"allow_writes = {str(in_file).lower()}\n"
    text = f'[targets.x]\nbase_url = "https://hq.example"\nenvironment = "{environment}"\n{line}'
    target = config(text).target("x")
    assert target.is_read_only(on_command_line) is read_only
    assert target.read_only is target.is_read_only(allow_writes_flag=False)


def test_a_target_is_frozen(staging: Load) -> None:
    target = staging().target("staging")
    with pytest.raises(ValidationError, match="frozen"):
        target.allow_writes = True  # type: ignore[misc] # the type checker knows that it is frozen, too


def test_targets_are_a_mapping(staging: Load) -> None:
    targets = staging().targets
    assert len(targets) == 1
    assert "staging" in targets
    assert targets["staging"].name == "staging"
    with pytest.raises(KeyError):
        targets["other"]
