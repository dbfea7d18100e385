"""The double on its socket: many at once, and nothing left when it ends."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from .asking import ISSUES, asking
from .double import Double, hang, running_double


def test_two_writers_at_once_never_get_the_same_number(github: Double) -> None:
    def write(name: str) -> list[int]:
        with asking(github) as client:
            return [client.post(ISSUES, json={"title": f"{name} {index}"}).json()["number"] for index in range(20)]

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(write, ("one", "other"))
    assert sorted(one + other) == list(range(1, 41))
    assert [one == sorted(one), other == sorted(other)] == [True, True]
    assert [seen.number for seen in github.log] == list(range(1, 41))


def test_a_body_of_many_parts_arrives_whole(github: Double) -> None:
    text = "ü" * 65_000
    with asking(github) as client:
        assert client.post(ISSUES, json={"title": "long", "body": text}).json()["body"] == text


def is_cut(connection: socket.socket) -> bool:
    """Whether the other end is gone; what it had not read yet makes the end a reset."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_nothing_is_left_when_it_ends() -> None:
    before = set(threading.enumerate())
    with running_double() as github, asking(github) as client:
        assert client.get(ISSUES).status_code == 200
        where = urlsplit(github.url)
        github.faults.next(hang())
        waiting = socket.create_connection((where.hostname or "", where.port or 0))
        waiting.sendall(b"GET /rate_limit HTTP/1.1\r\nhost: x\r\nuser-agent: x\r\n\r\n")
        while github.log[-1].path != "/rate_limit":  # what was not taken in yet is not there to be left
            time.sleep(0.005)
    with waiting:
        assert is_cut(waiting)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((where.hostname or "", where.port or 0))
    assert set(threading.enumerate()) == before


def test_two_doubles_are_two_githubs() -> None:
    with running_double() as one, running_double(repository="big/corp") as other:
        one.people.open("only here")
        with asking(one) as client, asking(other) as stranger:
            assert client.get(ISSUES).json()[0]["title"] == "only here"
            assert stranger.get(ISSUES).status_code == 404
            assert stranger.get("/repos/BIG/Corp/issues").json() == []
