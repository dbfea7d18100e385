"""AI providers: does the router choose well, do agents really run, and is all of it recorded? (contract 2.7)

No route leads to the router, so every check calls the entrypoint through the operator channel. Checks that let a model
answer spend tokens, a few words each, and only where the target says ``ai_spending = true``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke import P1, P2, check

from ._support import agents, ai_executions, assignments, availability, clarifying
from ._support.ai_tasks import Answered, execute, refuse_to_spend
from ._support.needs import SIGNED_IN

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

    from ._support.assignments import Assigned

ROUTER = ("orchestrator", "d1-ops", "rpc-gateway")
"""What every call of the router goes through."""


@check("AIP-01", component="ai-router", priority=P1, mode="operator", writes=True, needs=["AIP-02", *ROUTER])
async def the_router_chooses_as_it_is_told(hq: Hq) -> None:
    """assignProvider takes a cheap provider for an economical task, and the one that was chosen by hand."""
    await assignments.assert_economical(hq)
    await assignments.assert_by_hand(hq)


@check("AIP-02", component="ai-workers", priority=P1, mode="operator", needs=ROUTER)
async def workers_ai_is_available(hq: Hq) -> None:
    """checkProviderStatus says that workers-ai can be used, and that it is cheap."""
    provider = await availability.workers_ai(hq)
    assert provider.available, f"workers-ai is not available: {provider.reason or 'no reason is given'}"
    assert provider.cost_tier == "low", f"workers-ai has the cost tier {provider.cost_tier!r} instead of 'low'"


@check("AIP-03", component="ai-gateway", priority=P1, mode="operator", needs=ROUTER)
async def the_ai_gateway_is_available(hq: Hq) -> None:
    """checkProviderStatus says that every gateway provider that is configured can be used."""
    await availability.assert_gateway(hq)


@check("AIP-04", component="ai-router", priority=P1, mode="operator", writes=True, needs=ROUTER)
async def an_assignment_is_recorded(hq: Hq) -> Assigned:
    """assignProvider leaves exactly one row, with its confidence and its reason, and the history shows it."""
    return await assignments.assert_recorded(hq)


@check("AIP-05", component="ai-router", priority=P2, mode="operator", writes=True, needs=["AIP-04", "AIP-02", *ROUTER])
async def an_execution_is_recorded(hq: Hq, assigned: Assigned) -> None:
    """executeTask leaves exactly one execution that has ended, and ends its assignment the same way."""
    refuse_to_spend(hq)
    answer = await execute(hq, assigned.task, "ping", provider="workers-ai", words=8)
    await ai_executions.assert_executed(hq, assigned.task, answer)


@check("AIP-06", component="cli-agents", priority=P1, mode="operator", writes=True, needs=ROUTER)
async def agents_do_what_they_are_told(hq: Hq) -> Answered:
    """executeTask returns what an agent made of the prompt: it holds a word that nobody could know before."""
    refuse_to_spend(hq)
    return await agents.assert_echo(hq)


@check("AIP-07", component="cli-agents", priority=P1, mode="operator", writes=True, needs=["AIP-06", *ROUTER])
async def agents_find_their_environment(hq: Hq, echoed: Answered) -> None:
    """An agent finds the variables that it needs, and neither its output nor the logs show the value of a secret."""
    refuse_to_spend(hq)
    await agents.assert_environment(hq, echoed.provider)


@check("AIP-08", component="cli-agents", priority=P2, mode="operator", writes=True, needs=["AIP-06", *ROUTER])
async def the_output_of_agents_is_parsed(hq: Hq, echoed: Answered) -> None:
    """An agent's JSON comes back as an object, its text as text without blanks around it."""
    refuse_to_spend(hq)
    agents.assert_trimmed(echoed)
    await agents.assert_object(hq, echoed.provider)


@check(
    "AIP-09", component="ai-router", priority=P2, mode="operator", writes=True, needs=["AIP-04", *ROUTER, *SIGNED_IN]
)
async def errors_of_the_router_are_answers(hq: Hq) -> None:
    """What names an unknown provider is answered with an error and recorded as failed; an empty question is refused."""
    await availability.assert_unknown(hq)
    await assignments.assert_failure_recorded(hq)
    await clarifying.refuses_an_empty_question(hq)
