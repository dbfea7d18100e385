"""One response from bytes: any cut of them reads the same, and nothing but WireFailure comes out of garbage."""

import gzip
import json
import zlib
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibehq_smoke.platform.incoming import Incoming
from vibehq_smoke.platform.wire import Limits, Transit, WireFailure

BODY = json.dumps({"ok": True, "text": "ä" * 50}).encode()
CHUNKED = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (BODY[:7], BODY[7:])) + b"0\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
PACKED = HEAD + b"Content-Encoding: gzip\r\n"
ANSWERS = [
    HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY,
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED,
    b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY,
    HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(gzip.compress(BODY)) + gzip.compress(BODY),
]


def read(pieces: list[bytes], *, head_only: bool = False, limits: Limits | None = None) -> tuple[Incoming, Transit]:
    transit = Transit()
    incoming = Incoming(transit, limits or Limits(), head_only=head_only)
    for piece in pieces:
        incoming.feed(piece)
    return incoming, transit


@dataclass(frozen=True)
class Closed:
    """The connection ends after the bytes, by an error or in peace."""

    error: Exception | None = None


def failure(pieces: list[bytes], *, limits: Limits | None = None, closed: Closed | None = None) -> WireFailure:
    incoming = Incoming(Transit(), limits or Limits())

    def read_on() -> None:
        for piece in pieces:
            incoming.feed(piece)
        if closed is not None:
            incoming.close(closed.error)

    with pytest.raises(WireFailure) as caught:
        read_on()
    return caught.value


@given(st.sampled_from(ANSWERS), st.lists(st.integers(1, 400), max_size=12))
def test_an_answer_reads_the_same_however_it_is_cut(answer: bytes, cuts: list[int]) -> None:
    edges = [0, *sorted({cut for cut in cuts if cut < len(answer)}), len(answer)]
    incoming, transit = read([answer[start:end] for start, end in pairwise(edges)])
    assert incoming.complete
    assert incoming.reusable
    assert transit.status == 200
    assert bytes(transit.body) == BODY
    assert transit.headers["content-type"] == "application/json"
    assert "link" not in transit.headers


@given(st.binary(max_size=400), st.booleans())
def test_garbage_is_a_wire_failure_or_an_answer(garbage: bytes, prefixed: bool) -> None:
    transit = Transit()
    incoming = Incoming(transit, Limits())
    kind = None
    try:
        incoming.feed((HEAD if prefixed else b"") + garbage)
        incoming.close(None)
    except WireFailure as broken:
        kind = broken.kind
    assert kind in (None, "protocol", "truncated", "unreachable")
    assert kind is not None or transit.status is not None


@given(st.binary(min_size=1, max_size=2000), st.sampled_from(["gzip", "deflate", "raw"]), st.integers(1, 50))
def test_compressed_bodies_decode_in_pieces(plain: bytes, encoding: str, step: int) -> None:
    window = {"gzip": 31, "deflate": 15, "raw": -15}[encoding]
    packer = zlib.compressobj(9, zlib.DEFLATED, window)
    packed = packer.compress(plain) + packer.flush()
    name = b"gzip" if encoding == "gzip" else b"deflate"
    head = HEAD + b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (name, len(packed))
    pieces = [packed[start : start + step] for start in range(0, len(packed), step)]
    incoming, transit = read([head, *pieces])
    assert incoming.complete
    assert bytes(transit.body) == plain


def test_a_body_without_length_ends_with_the_connection() -> None:
    incoming, transit = read([HEAD + b"\r\n" + BODY])
    complete = [incoming.complete]
    incoming.close(None)
    complete.append(incoming.complete)
    assert complete == [False, True]
    assert not incoming.reusable
    assert bytes(transit.body) == BODY


def test_no_content_and_not_modified_have_no_body() -> None:
    for status in (204, 304):
        incoming, transit = read([b"HTTP/1.1 %d X\r\nServer: x\r\n\r\n" % status])
        assert incoming.complete
        assert incoming.reusable
        assert transit.status == status


def test_an_answer_to_head_announces_a_body_and_has_none() -> None:
    incoming, transit = read([HEAD + b"Content-Length: 500\r\nContent-Encoding: gzip\r\n\r\n"], head_only=True)
    assert incoming.complete
    assert not incoming.reusable
    assert transit.status == 200


def test_an_upgrade_ends_the_answer() -> None:
    incoming, transit = read([b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nraw bytes"])
    assert incoming.complete
    assert not incoming.reusable
    assert transit.status == 101


def test_bytes_after_the_answer_spoil_the_connection_but_not_the_answer() -> None:
    answer = HEAD + b"Content-Length: 2\r\n\r\n{}"
    for pieces in ([answer + b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"], [answer, b"more"]):
        incoming, transit = read(pieces)
        assert incoming.complete
        assert not incoming.reusable
        assert bytes(transit.body) == b"{}"


def test_connection_close_is_heeded() -> None:
    incoming, _ = read([HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}"])
    assert incoming.complete
    assert not incoming.reusable


def test_repeated_headers_are_all_kept() -> None:
    _, transit = read([HEAD + b"Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n"])
    assert transit.headers.every("Set-Cookie") == ("a=1", "b=2")


@pytest.mark.parametrize(
    ("pieces", "closed", "kind", "text"),
    [
        ([b"SSH-2.0-OpenSSH\r\n"], None, "protocol", "not HTTP"),
        ([HEAD + b"X: " + b"y" * 70_000], None, "protocol", "headers are larger"),
        ([HEAD + b"".join(b"X%d: yyyyyyyy\r\n" % i for i in range(9000))], None, "protocol", "headers are larger"),
        ([HEAD + b"Content-Length: 104857600\r\n\r\n"], None, "body-too-large", "104857600"),
        ([HEAD + b"Content-Length: 9\r\nContent-Length: 8\r\n\r\n"], None, "protocol", "not HTTP"),
        ([HEAD + b"Content-Encoding: br\r\nContent-Length: 1\r\n\r\nx"], None, "protocol", "'br' was not asked for"),
        ([HEAD + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope"], None, "protocol", "not gzip"),
        (
            [HEAD + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\n\x1f\x8b\x08\0\0"],
            None,
            "truncated",
            "too early",
        ),
        ([HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"], None, "protocol", "not HTTP"),
        ([HEAD + b"Content-Length: 10\r\n\r\n{}"], Closed(), "truncated", "before the body was complete"),
        (
            [HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"],
            Closed(),
            "truncated",
            "before the body was complete",
        ),
        ([HEAD], Closed(), "truncated", "inside the headers"),
        ([], Closed(), "unreachable", "before an answer came"),
        ([HEAD + b"\r\n{}"], Closed(ConnectionResetError()), "truncated", "before the body was complete"),
    ],
)
def test_what_is_wrong_with_an_answer_is_said(pieces: list[bytes], closed: Closed | None, kind: str, text: str) -> None:
    broken = failure(pieces, closed=closed)
    assert broken.kind == kind
    assert text in broken.reason


def test_a_bomb_never_expands_beyond_the_limit() -> None:
    packed = gzip.compress(b"\0" * 5_000_000)
    transit = Transit()
    incoming = Incoming(transit, Limits(body_bytes=10_000))
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    with pytest.raises(WireFailure) as caught:
        incoming.feed(head + packed)
    assert caught.value.kind == "body-too-large"
    assert len(transit.body) <= 10_001


def test_an_endless_body_stops_at_the_limit() -> None:
    pieces = [HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *([b"3e8\r\n" + b"x" * 1000 + b"\r\n"] * 20)]
    assert failure(pieces, limits=Limits(body_bytes=10_000)).kind == "body-too-large"


def test_two_gzip_members_are_refused() -> None:
    packed = gzip.compress(b"{}") * 2
    broken = failure([HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed])
    assert broken.kind == "protocol"
    assert "something follows" in broken.reason
