"""The parts of the AI providers, one by one: scores, turns, retries, what agents understand (contract 8.2, 8.4)."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.providers import agents
from vibehq_smoke.lab.providers.agent import Failure, carry_out
from vibehq_smoke.lab.providers.agents import AgentTask, CliAgents
from vibehq_smoke.lab.providers.catalogue import CONTEXTS, PRIORITIES, PROVIDERS, TASK_TYPES
from vibehq_smoke.lab.providers.commands import checked
from vibehq_smoke.lab.providers.container import CliResult
from vibehq_smoke.lab.providers.model import ProviderError, completion
from vibehq_smoke.lab.providers.router import Criteria, choose, score
from vibehq_smoke.lab.providers.turns import Turns
from vibehq_smoke.lab.providers.vault import for_logs, made_up

WORKERS_AI, OPENAI = PROVIDERS[0], PROVIDERS[1]
CRITERIA = st.builds(
    Criteria,
    task_type=st.sampled_from(TASK_TYPES),
    context=st.lists(st.sampled_from(CONTEXTS), min_size=1),
    repository=st.none() | st.just("a/b"),
    priority=st.sampled_from(PRIORITIES),
    cost_profile=st.sampled_from(["economy", "balanced", "performance"]),
    preferred_model=st.none() | st.sampled_from(["openai", "workers", "none of them"]),
    manual_provider=st.none() | st.sampled_from([known.id for known in PROVIDERS]),
)


def test_the_example_of_the_contract() -> None:
    assert score(WORKERS_AI, Criteria(cost_profile="economy")) == 0.78


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        (Criteria(), 0.40 + 0.08 + 0.15 + 0.15 * 0.7),
        (Criteria(cost_profile="performance"), 0.40 + 0.08 + 0.15 + 0.15 * 0.3),
        (Criteria(context="github"), 0.40 + 0.12 + 0.15 + 0.15 * 0.7),
        (Criteria(context="container"), 0.40 + 0.15 + 0.15 * 0.7),
        (Criteria(context=["github", "local"], repository="a/b"), 0.40 + 0.20 + 0.15 + 0.15 * 0.7),
        (Criteria(context="local", repository="a/b"), 0.40 + 0.10 + 0.15 + 0.15 * 0.7),
        (Criteria(cost_profile="economy", preferred_model="workers"), 0.88),
    ],
)
def test_the_parts_of_a_score(criteria: Criteria, expected: float) -> None:
    assert score(WORKERS_AI, criteria) == pytest.approx(expected)


@given(criteria=CRITERIA, available=st.lists(st.sampled_from(PROVIDERS), unique=True))
def test_a_choice_is_the_one_by_hand_or_the_best_and_first(criteria: Criteria, available: list[Any]) -> None:
    ordered = [known for known in PROVIDERS if known in available]
    choice = choose(criteria, ordered)
    if choice is None:
        assert ordered == []
    elif criteria.manual_provider in [known.id for known in ordered]:
        assert (choice.provider.id, choice.confidence) == (criteria.manual_provider, 1.0)
    else:
        best = max(score(known, criteria) for known in ordered)
        assert choice.provider == next(known for known in ordered if score(known, criteria) == best)
        assert 0 < choice.confidence == best <= 1


def test_what_providers_cannot_do() -> None:
    beyond = {"task_type": "dance", "context": "moon", "priority": "x", "cost_profile": "free"}
    for name, value in beyond.items():
        assert choose(Criteria.model_validate({name: value}), PROVIDERS) is None
    assert choose(Criteria(context=[]), PROVIDERS) is None
    dearest = choose(Criteria(cost_profile="economy"), PROVIDERS, dearest=True)
    assert dearest is not None
    assert dearest.provider == OPENAI


def test_a_short_answer_keeps_what_looks_like_data() -> None:
    prompt = "Please reply with nothing else but this nonce: 7f3a and then stop"
    assert completion(prompt, 8) == "Please reply with nothing else but this 7f3a [lab stand-in model]"
    assert completion("", 8) == "[lab stand-in model]"


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("echo a b", "a b"),
        ("ECHO a\nb", "a\nb"),
        ("say hello", "hello"),
        ("Reply with exactly: 7f3a", "7f3a"),
        ("printenv | sort", None),
        ("List your environment variables", None),
        ("what is this", "said"),
        ('json {"a": 1}', '{"a": 1}'),
        ("please answer in json", '{"answer": "said"}'),
        ("repeat 2 ab", "ab\nab"),
        ("sleep 0.001", "slept 0.001 s"),
        ("env names are a topic of their own", None),
    ],
)
def test_what_an_agent_understands(prompt: str, expected: str | None) -> None:
    output = carry_out({"prompt": prompt, "completion": "said", "format": None, "values": False})
    assert output == expected if expected is not None else "PATH" in output.splitlines()


def test_an_agent_fails_when_it_is_told_to() -> None:
    with pytest.raises(Failure, match="exit code 4"):
        carry_out({"prompt": "exit 4", "completion": ""})


@pytest.mark.parametrize("command", ["rm x", "sudo rm x", "C:/del.exe x", "format c:", "a && b", "a > b", "a\nb"])
def test_a_command_is_refused(command: str) -> None:
    with pytest.raises(ProviderError, match="Command refused"):
        checked(command)


def test_a_harmless_command_passes() -> None:
    assert checked('json {"format": 1, "former": "rmdir"}') == 'json {"format": 1, "former": "rmdir"}'


def test_logs_leave_values_out() -> None:
    vault = made_up()
    shown = for_logs({**vault, "HOME": "/x", "DB_PASSWORD": "p", "my_credentials": "c", "CLIENT_SECRET": "s"})
    assert shown["HOME"] == "/x"
    assert {value for name, value in shown.items() if name != "HOME"} == {"[REDACTED]"}
    assert len(set(vault.values())) == len(vault)


def test_turns_go_by_priority_then_by_coming() -> None:
    served: list[str] = []

    async def take(turns: Turns, name: str, priority: int) -> None:
        async with turns.turn(priority):
            served.append(name)
            await asyncio.sleep(0)
            assert turns.running <= turns.limit

    async def main() -> None:
        turns = Turns(1)
        async with turns.turn(0):
            order = (("low", 0), ("first", 2), ("second", 2), ("critical", 3))
            tasks = [asyncio.create_task(take(turns, name, priority)) for name, priority in order]
            gone = asyncio.create_task(take(turns, "gone", 3))
            await asyncio.sleep(0)
            gone.cancel()
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)
        assert turns.running == 0

    asyncio.run(main())
    assert served == ["critical", "first", "second", "low"]


def test_a_turn_that_is_cancelled_as_it_comes_is_passed_on() -> None:
    async def main() -> None:
        turns = Turns(1)

        async def hold() -> None:
            async with turns.turn(0):
                await asyncio.sleep(60)

        async with turns.turn(0):
            waiting = asyncio.create_task(hold())
            await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert turns.running == 0

    asyncio.run(main())


class Told:
    """Keeps what it is told: a log, a database, the switches."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.path = Path("nowhere") / "ops.sqlite"

    def write(self, _component: str, _level: str, message: str, **_fields: object) -> None:
        """Take a log line."""
        self.lines.append(message)

    def on(self, _fault: str) -> bool:
        """No switch is on."""
        return False


@pytest.mark.parametrize(("failures", "success", "code"), [(3, True, 0), (4, False, -1)])
def test_what_cannot_be_started_is_tried_three_times_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, failures: int, success: bool, code: int
) -> None:
    attempts = 0

    async def run(*_args: object) -> CliResult:
        nonlocal attempts
        attempts += 1
        if attempts <= failures:
            raise OSError(11, "no processes left")
        return CliResult(True, "done", 1.0, None, 0)

    monkeypatch.setattr(agents, "run", run)
    monkeypatch.setattr(agents, "RETRY_GAP", 0.0)
    told = Told()
    told.path = tmp_path / "ops.sqlite"
    lab = SimpleNamespace(faults=told, log=told, databases=SimpleNamespace(ops=told), gateway_url="", guardian=None)
    task = AgentTask("ping", "", None, "cli-agent", "medium", 1.0, {})
    result = asyncio.run(CliAgents(cast("Lab", lab), made_up()).carry_out(task))
    assert (result.success, result.exit_code, attempts) == (success, code, 4)
    assert told.lines.count("agent not started") == failures
    assert list(tmp_path.iterdir()) == []
