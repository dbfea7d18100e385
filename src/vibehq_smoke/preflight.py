"""What is seen of the components before the checks run, and once more after a failure."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .errors import HarnessError, SmokeError
from .models import Observation, Status
from .observers import Observers, told

if TYPE_CHECKING:
    from .platform import Platform


class Preflight:
    """Asks the plugins that know the components; what they saw stands in ``observations``."""

    def __init__(self, observers: Observers, platform: Platform) -> None:
        self.observations: tuple[Observation, ...] = ()
        self._observers = observers
        self._platform = platform
        self._asking: asyncio.Future[list[Any]] | None = None
        self._is_stopped = False

    async def look(self) -> None:
        """Look at all components. Raises HarnessError when a plugin cannot."""
        self.observations = await self._ask()

    async def look_again(self) -> None:
        """Add what broke since, to tell a cause that arose in mid-run from its effects. Raises HarnessError."""
        known = {seen.component for seen in self.observations if seen.status is Status.BROKEN}
        again = await self._ask()
        worse = {seen.component: seen for seen in again if seen.status is Status.BROKEN} | dict.fromkeys(known)
        fresh = [seen for seen in worse.values() if seen is not None]
        self.observations = (*(seen for seen in self.observations if worse.get(seen.component) is None), *fresh)

    def stop(self) -> None:
        """Stop asking; nothing is observed then."""
        self._is_stopped = True
        if self._asking is not None:
            self._asking.cancel()

    async def _ask(self) -> tuple[Observation, ...]:
        """Ask all plugins at once."""
        hq = self._platform.preflight_hq()
        self._asking = asyncio.gather(
            *(_observed(name, call, hq) for name, call in self._observers.each("vibehq_preflight"))
        )
        try:
            found = await self._asking
        except asyncio.CancelledError:
            if not self._is_stopped:
                raise
            return ()
        finally:
            self._asking = None
        return tuple(observation for some in found for observation in some)


async def _observed(plugin: str, call: Callable[..., list[Any]], hq: Any) -> list[Observation]:
    """What one plugin observes."""
    try:
        return [Observation.model_validate(seen) for awaitable in call(hq=hq) for seen in await awaitable]
    except SmokeError:
        raise  # it says what it has to say
    except Exception as error:
        raise HarnessError(told(plugin, "vibehq_preflight", error)) from error
