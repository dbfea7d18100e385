"""Certificates of the addresses that a target is reached at (EDGE-01)."""

from __future__ import annotations

import asyncio
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from vibehq_smoke import Blocked, Skipped, Violation

from .addresses import Address, addresses

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

ENOUGH_DAYS = 21
"""Certificates are commonly renewed 30 days before they end: with fewer than 21 left, that has failed for a week."""

HANDSHAKE_S = 10.0


@dataclass(frozen=True)
class _Door:
    """An https address, and whom to trust there: the system's authorities without ``ca_pem``."""

    address: Address
    ca_pem: str | None = None


async def assert_certificates(hq: Hq) -> None:
    """Judge every https address; raises one Violation for all that is wrong, about the first, Skipped without any."""
    insecure = [violation for address in addresses(hq) if (violation := _plain(hq, address))]
    doors = await _doors(hq)
    judged = await hq.gather(*(_judged(hq, door) for door in doors))
    wrong = [*insecure, *(violation for violation in judged if violation)]
    if wrong:
        raise Violation("\n".join(map(str, wrong)), kind=wrong[0].kind, about=wrong[0].about)
    if not doors and not hq.recorder.drifts:
        where = f"base_url in [targets.{hq.target.name}]"
        raise Skipped(f"there is no certificate to judge on {hq.target.base_url}: set {where} to an https address")


async def _doors(hq: Hq) -> list[_Door]:
    found = [_Door(address) for address in addresses(hq) if address.is_https]
    entry = addresses(hq)[0]
    if entry.is_https or not entry.is_here or not hq.has_operator:
        return found
    try:
        lent = await hq.operator.https()
    except Skipped as skipped:
        hq.note(str(skipped))
        return found
    return [_Door(Address(entry.component, lent.url), lent.ca_pem), *found]


def _plain(hq: Hq, address: Address) -> Violation | None:
    """What is to be said of an address without a certificate: nothing where it never leaves this machine."""
    if address.is_https or address.is_here:
        return None
    said = f"{address.url} is plain http: whoever stands between reads and changes what is said"
    if hq.target.environment == "production":
        return Violation(said, kind="plain-http", about=address.component)
    if hq.target.environment == "staging":
        hq.degraded(said, about=address.component)
    else:
        hq.note(said)
    return None


async def _judged(hq: Hq, door: _Door) -> Violation | None:
    """What is wrong with the certificate. Raises Blocked when nobody shows one."""
    url, component = door.address.url, door.address.component

    async def shown() -> str:
        return (await _end_of(door, verify=hq.target.verify_tls)).isoformat()

    try:
        async with asyncio.timeout(HANDSHAKE_S):
            ends = datetime.fromisoformat(await hq.ask("certificate", url, shown))
    except ssl.SSLCertVerificationError as error:
        return Violation(f"{url}: {error.verify_message}", kind="tls", about=component)
    except ssl.SSLError as error:
        return Violation(f"{url}: no secure connection: {error.reason or error}", kind="tls", about=component)
    except OSError as error:  # a TimeoutError is one
        raise Blocked(
            f"{url} shows no certificate: {str(error) or 'no answer in time'}", component=component
        ) from error
    days = (ends - datetime.fromtimestamp(time.time(), UTC)).total_seconds() / 86400
    hq.recorder.add(
        "note", f"the certificate of {url} ends in {days:.1f} days", f"it ends on {ends:%Y-%m-%d %H:%M} UTC"
    )
    if not hq.target.verify_tls:
        hq.note(f"verify_tls is off, so whom the certificate of {url} is for, and who vouches for it, was not judged")
    if days < ENOUGH_DAYS:
        hq.degraded(
            f"the certificate of {url} ends in {days:.0f} days, on {ends:%Y-%m-%d}; {ENOUGH_DAYS} should be left",
            about=component,
        )
    return None


async def _end_of(door: _Door, *, verify: bool) -> datetime:
    """When the certificate ends. Raises SSLError for one that is not to be trusted, OSError without any."""
    if verify or door.ca_pem:
        context = await asyncio.to_thread(_trusting, door.ca_pem)
    else:
        context = _trusting_only(await _bytes_of(door.address))
    shown = (await _handshake(door.address, context)).getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)


def _trusting(ca_pem: str | None) -> ssl.SSLContext:
    """Reading the system's authorities takes a while; an authority of one's own is all there is to trust."""
    if ca_pem is None:
        return ssl.create_default_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=ca_pem)
    return context


def _trusting_only(certificate: bytes) -> ssl.SSLContext:
    """Nothing but that certificate is trusted, whoever signed it: Python parses none that was not verified."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(cadata=certificate)
    return context


async def _bytes_of(address: Address) -> bytes:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return (await _handshake(address, context)).getpeercert(binary_form=True) or b""


async def _handshake(address: Address, context: ssl.SSLContext) -> ssl.SSLObject:
    _, writer = await asyncio.open_connection(address.host, address.port, ssl=context, server_hostname=address.host)
    shown: ssl.SSLObject = writer.get_extra_info("ssl_object")
    writer.transport.abort()
    return shown
