"""A hostile target: whatever it sends, a check ends with a verdict, in time and in bounded memory."""

import asyncio
import json
import subprocess
import sys
import time

import pytest

from vibehq_smoke.errors import Violation

from .helpers import SPEC, checking
from .servers import Talk, bomb, closes, drips, endless, says, says_text, sends, serve

JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

HOSTILE: dict[str, tuple[Talk, str]] = {
    "endless body": (endless(), "body-too-large"),
    "endless body of JSON": (endless(b'{"a":1},' * 8192), "body-too-large"),
    "100 MB announced": (sends(JSON_HEAD + b"Content-Length: 104857600\r\n\r\n" + b"x" * 65536), "body-too-large"),
    "slow drip": (drips(), "timeout"),
    "truncated JSON": (says_text(b'{"ok": tr', content_type="application/json"), "json"),
    "truncated body": (sends(JSON_HEAD + b"Content-Length: 50\r\n\r\n{"), "truncated"),
    "invalid JSON": (says_text(b"{'ok': true}", content_type="application/json"), "json"),
    "deep JSON": (says_text(b'{"a":' * 200_000, content_type="application/json"), "json"),
    "not a number": (says_text(b'{"ok": NaN}', content_type="application/json"), "json"),
    "HTML with script": (says_text(b"<script>alert(1)</script>", content_type="text/html"), "spa-fallback"),
    "redirect loop": (says_text(b"", status=302, content_type="", Location="/api/x"), "status"),
    "wrong charset": (says_text(b'{"a": "\xe4"}', content_type="application/json; charset=utf-8"), "json"),
    "another charset": (says_text('{"a":1}'.encode("utf-16"), content_type="application/json; charset=utf-16"), "json"),
    "closed socket": (closes(), "unreachable"),
    "closed in the headers": (sends(b"HTTP/1.1 200 OK\r\nContent-Ty"), "truncated"),
    "gzip bomb": (bomb(), "body-too-large"),
    "deflate bomb": (bomb(encoding="deflate"), "body-too-large"),
    "endless headers": (sends(JSON_HEAD + b"X-Y: zzzzzzzz\r\n" * 50_000), "protocol"),
    "endless interim answers": (sends(b"HTTP/1.1 103 Early\r\nX: y\r\n\r\n" * 50_000), "protocol"),
    "no HTTP": (sends(b"\x16\x03\x01\x00\xa5"), "protocol"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_every_hostile_answer_is_a_violation_with_evidence(name: str) -> None:
    talk, kind = HOSTILE[name]

    async def main() -> None:
        async with serve({"*": talk}) as server, checking(server.url, deadline_s=0.6) as hq:
            with pytest.raises(Violation) as caught:
                (await hq.bare.get("/api/x")).expect()
            assert caught.value.kind == kind
            assert len(str(caught.value)) < 1200
            (evidence,) = hq.recorder.evidence
            assert len(evidence.model_dump_json()) < 100_000
            json.loads(evidence.model_dump_json())
            assert len(server.received) == 1

    asyncio.run(main())


def test_text_from_a_hostile_target_can_be_written_anywhere() -> None:
    body = {"error": "\ud800\x1b]0;x\x07\u202e<script>"}

    async def main() -> None:
        async with serve({"*": says(body, status=500)}) as server, checking(server.url) as hq:
            reply = await hq.bare.get("/api/x")
            with pytest.raises(Violation) as caught:
                reply.expect()
            (evidence,) = hq.recorder.evidence
            for text in (str(caught.value), evidence.model_dump_json()):
                assert text.encode()
                assert "\x1b" not in text
                assert "\u202e" not in text

    asyncio.run(main())


def test_the_deadline_ends_the_exchange_and_not_much_later() -> None:
    async def main() -> None:
        async with serve({"*": drips(0.001)}) as server, checking(server.url, deadline_s=0.3) as hq:
            began = time.monotonic()
            with pytest.raises(Violation):
                await hq.bare.get("/api/x")
            assert time.monotonic() - began < 10

    asyncio.run(main())


MEMORY = """
import asyncio, pathlib, re, sys, time
from vibehq_smoke.config import Target
from vibehq_smoke.models import CheckSpec
from vibehq_smoke.platform import Platform
from vibehq_smoke.redact import Redactor

async def ask(platform):
    hq = platform.hq(CheckSpec.model_validate_json(sys.argv[2]))
    try:
        await hq.bare.get("/api/x")
    except AssertionError as error:
        return hq, error.kind

async def main():
    target = Target(name="t", base_url=sys.argv[1], environment="local")
    platform = Platform(target, run_id="1", started=time.monotonic(), redactor=Redactor(), exchange_deadline_s=60)
    asked = await asyncio.gather(*(ask(platform) for _ in range(100)))
    kinds = {kind for _, kind in asked}
    await platform.close()
    # Not ru_maxrss: that begins with the size of the process that started this one.
    print(kinds, int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) // 1024)

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
@pytest.mark.parametrize("talk", [endless(), bomb()], ids=["endless", "bomb"])
def test_a_hundred_hostile_bodies_at_once_fit_into_little_memory(talk: Talk) -> None:
    async def main() -> str:
        async with serve({"*": talk}) as server:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", MEMORY, server.url, SPEC.model_dump_json(), stdout=subprocess.PIPE
            )
            output, _ = await process.communicate()
            return output.decode()

    kinds, _, megabytes = asyncio.run(main()).strip().rpartition(" ")
    assert kinds == "{'body-too-large'}"
    assert int(megabytes) < 200
