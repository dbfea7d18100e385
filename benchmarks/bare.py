"""The least that Starlette on uvicorn can do: one JSON page. Prints its port, serves until standard input ends."""

from __future__ import annotations

import asyncio
import socket
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from benchmarks.server import STATUS


async def status(_request: Request) -> JSONResponse:
    """The page."""
    return JSONResponse(STATUS)


async def main() -> None:
    """Listen on a free port, print it, serve."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        Starlette(routes=[Route("/api/status", status)]), http="httptools", lifespan="off", access_log=False,
        log_config=None, log_level="critical", server_header=False,
    )  # fmt: skip
    server = uvicorn.Server(config)
    serving = asyncio.ensure_future(server.serve(sockets=[bound]))
    print(bound.getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.should_exit = True
    await serving


if __name__ == "__main__":
    asyncio.run(main())
