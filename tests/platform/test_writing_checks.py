"""The page on writing checks: its blocks run, and no member is missing from it."""

import asyncio
import dataclasses
import inspect
import re
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from vibehq_smoke.cases import made_for
from vibehq_smoke.checks import Check, scan
from vibehq_smoke.config import load_config
from vibehq_smoke.embedded import EmbeddedPlatform
from vibehq_smoke.platform import Api, Hq, Platform, Reply, Worker
from vibehq_smoke.redact import Redactor

PAGE = Path(__file__).parents[2] / "docs" / "writing-checks.md"


def blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def checks_of(block: str, number: int) -> list[Check]:
    module = ModuleType(f"page_{number}")
    exec(compile(block, f"{PAGE.name}, block {number}", "exec"), module.__dict__)  # noqa: S102 - the page's own code
    return list(scan(module))


@pytest.fixture(scope="module")
def config() -> Iterator[Path]:
    """The configuration of a running embedded platform."""
    embedded = EmbeddedPlatform()
    embedded.start()
    try:
        yield embedded.config()
    finally:
        embedded.stop()


@pytest.mark.parametrize("number", range(len(blocks())))
def test_every_block_holds_checks_that_pass_on_the_embedded_platform(number: int, config: Path) -> None:
    target = load_config(config).target("lab")

    async def main() -> None:
        opened = Platform(target, run_id="doc", started=time.monotonic(), redactor=Redactor(target.secrets()))
        await opened.open()
        returned: dict[str, Any] = {}
        try:
            workers = {name: worker.type for name, worker in target.workers.items()}
            for check in made_for(checks_of(blocks()[number], number), workers):
                hq = opened.hq(check.spec)
                needed = [returned[need] for need in check.spec.needs if need in returned]
                returned[check.id] = await check.function(hq, *needed)
                assert hq.recorder.drifts == []
                assert hq.recorder.evidence
        finally:
            await opened.close()
        assert returned

    asyncio.run(main())


def test_ids_on_the_page_are_used_once() -> None:
    ids = [check.id for number, block in enumerate(blocks()) for check in checks_of(block, number)]
    assert len(ids) == len(set(ids))


def members(kind: type[object]) -> set[str]:
    fields = {field.name for field in dataclasses.fields(kind)} if dataclasses.is_dataclass(kind) else set()
    return {name for name in {*dir(kind), *fields} if not name.startswith("_")}


def test_every_public_member_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    hq_attributes = set(re.findall(r"self\.([a-z]\w*) = ", inspect.getsource(Hq)))
    assert {"tag", "target"} <= hq_attributes
    wanted = {f"hq.{name}" for name in members(Hq) | hq_attributes}
    missing = {name for name in wanted if not re.search(rf"{re.escape(name)}\b", page)}
    wanted_words = members(Api) | members(Worker) | members(Reply) | {"name", "url", "type"}
    missing |= {name for name in wanted_words if not re.search(rf"\b{name}\b", page)}
    assert missing == set()
