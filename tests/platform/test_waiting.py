"""Polling and gathering."""

import asyncio

import pytest

from vibehq_smoke.errors import Violation

from .helpers import checking


def test_polling_ends_when_the_condition_holds() -> None:
    async def main() -> None:
        values = iter([1, 2, 3, 4])

        async def probe() -> int:
            return next(values)

        async with checking("http://localhost:1") as hq:
            found = await hq.poll(probe, lambda value: value == 3, what="three", first=0.0, every=0.0)
            assert found == 3
            assert hq.recorder.waiting_for is None

    asyncio.run(main())


def test_polling_gives_up_and_quotes_what_it_waited_for_and_saw() -> None:
    async def main() -> None:
        async with checking("http://localhost:1") as hq:

            async def probe() -> dict[str, str]:
                assert hq.recorder.waiting_for == "the run to complete"
                return {"status": "running", "token": "abc"}

            with pytest.raises(Violation) as caught:
                await hq.poll(probe, lambda _: False, what="the run to complete", timeout=0.1, first=0.0, every=0.02)
            assert caught.value.kind == "timeout"
            assert str(caught.value) == (
                'the run to complete: not within 0.1 s; last seen: {"status": "running", "token": "[REDACTED]"}'
            )

    asyncio.run(main())


def test_polling_probes_at_least_once_and_passes_on_what_the_probe_raises() -> None:
    async def main() -> None:
        async with checking("http://localhost:1") as hq:

            async def probe() -> None:
                raise Violation("wrong", kind="status")

            with pytest.raises(Violation, match="wrong"):
                await hq.poll(probe, lambda _: True, what="x", timeout=0.0, first=5.0)

    asyncio.run(main())


def test_gather_gives_results_in_order() -> None:
    async def main() -> None:
        async def after(seconds: float, value: str) -> str:
            await asyncio.sleep(seconds)
            return value

        async with checking("http://localhost:1") as hq:
            assert await hq.gather(after(0.02, "a"), after(0.0, "b")) == ("a", "b")
            assert await hq.gather() == ()

    asyncio.run(main())


def test_gather_cancels_the_others_on_the_first_failure_and_raises_it_plainly() -> None:
    async def main() -> None:
        ended: list[str] = []

        async def waits() -> None:
            try:
                await asyncio.sleep(60)
            finally:
                ended.append("cancelled")

        async def fails() -> None:
            await asyncio.sleep(0)
            raise Violation("wrong")

        async with checking("http://localhost:1") as hq:
            with pytest.raises(Violation, match="wrong"):
                await hq.gather(waits(), fails(), waits())
            assert ended == ["cancelled"] * 2

    asyncio.run(main())


def test_gather_that_is_cancelled_leaves_nothing_running() -> None:
    async def main() -> None:
        ended: list[str] = []

        async def waits() -> None:
            try:
                await asyncio.sleep(60)
            finally:
                ended.append("cancelled")

        async with checking("http://localhost:1") as hq:
            task = asyncio.create_task(hq.gather(waits(), waits()))
            await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert ended == ["cancelled"] * 2

    asyncio.run(main())
