"""Host names of a target, as this machine's resolver knows them (EDGE-02)."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING

from vibehq_smoke import Violation
from vibehq_smoke.errors import RunnerOffline

from .addresses import addresses

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

TIMES = 3
"""How often each name is looked up: one of several name servers may be the one that is wrong."""

LOOKUP_S = 5.0


@dataclass
class Lookups:
    """What came of looking one name up: the addresses of each answer, and what was said instead of one."""

    host: str
    component: str
    answers: list[frozenset[str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    unsure: bool = True
    """Whether every error may be this machine's own."""

    @property
    def reaches(self) -> set[str]:
        """Where the addresses lead: to this machine or network, or anywhere."""
        found = (ip_address(address.partition("%")[0]) for answer in self.answers for address in answer)
        return {"private" if address.is_private else "public" for address in found}


async def assert_names_resolve(hq: Hq) -> None:
    """Every name resolves at every time of asking. Raises one Violation for all that do not, about the first."""
    wanted: dict[str, str] = {}
    for address in addresses(hq):
        wanted.setdefault(address.host, address.component)
    foreign = {address.host for address in addresses(hq) if not address.is_here}
    found = await hq.gather(*(_look_up(hq, host, component) for host, component in wanted.items()))
    for seen in found:
        said = sorted({address for answer in seen.answers for address in answer})
        hq.recorder.add("note", f"{seen.host}: {len(seen.answers)} of {TIMES} lookups answered", said or seen.errors)
    lost = [seen for seen in found if not seen.answers]
    if lost and all(seen.unsure for seen in lost) and not any(seen.answers for seen in found if seen.host in foreign):
        raise RunnerOffline(f"the resolver of this machine does not answer: {lost[0].host}: {lost[0].errors[-1]}")
    if lost:
        lines = [f"the name {seen.host} ({seen.component}) does not resolve: {seen.errors[-1]}" for seen in lost]
        raise Violation("\n".join(lines), kind="dns", about=lost[0].component)
    for seen in found:
        _judge_answers(hq, seen)


def _judge_answers(hq: Hq, seen: Lookups) -> None:
    if seen.errors:
        often = f"{len(seen.errors)} of {TIMES} lookups"
        hq.degraded(f"{often} of {seen.host} failed: {seen.errors[-1]}", about=seen.component)
    if len(seen.reaches) > 1:
        said = ", ".join(sorted({address for answer in seen.answers for address in answer}))
        hq.degraded(f"{seen.host} leads into a private network and out of it: {said}", about=seen.component)


async def _look_up(hq: Hq, host: str, component: str) -> Lookups:
    seen = Lookups(host, component)

    async def resolve() -> dict[str, str]:
        """Each address once, with its family: a resolver that reads two lists may name one twice."""
        rows = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
        return {str(row[4][0]): socket.AddressFamily(row[0]).name for row in rows}

    for _ in range(TIMES):
        try:
            async with asyncio.timeout(LOOKUP_S):
                found = await hq.ask("dns", host, resolve)
        except TimeoutError:
            seen.errors.append(f"no answer within {LOOKUP_S:g} s")
        except (OSError, UnicodeError) as error:  # a name may be none that could be asked for
            seen.errors.append(str(getattr(error, "strerror", None) or error))
            seen.unsure = seen.unsure and getattr(error, "errno", None) == socket.EAI_AGAIN
        else:
            if found:
                seen.answers.append(frozenset(found))
            else:
                seen.errors.append("the answer names no address")
                seen.unsure = False
    return seen
