"""Certificates, made with the ``openssl`` command: the standard library cannot make any."""

import asyncio
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

NAMES = ("localhost", "127.0.0.1", "::1")
OTHER_NAME = "elsewhere.vibehq.test"
DAY = timedelta(days=1)
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
CONFIG = """\
[ca]
default_ca = lab
[lab]
new_certs_dir = .
database = index.txt
rand_serial = yes
certificate = ca.pem
private_key = ca.key
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = none
[none]
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


class NoCertificatesError(Exception):
    """Certificates cannot be made here; the text says why."""


@dataclass(frozen=True)
class Certificate:
    """A server certificate with its key: file (PEM, both) and the moment it ends."""

    file: Path
    not_after: datetime


@dataclass(frozen=True)
class Authority:
    """A certificate authority that exists only in `folder`. Nobody trusts it who has not been given `pem`."""

    folder: Path
    pem: str

    @classmethod
    async def make(cls, folder: Path) -> "Authority":
        """A new authority, valid for a year, its files in `folder`. Raises NoCertificatesError, OSError."""
        await asyncio.to_thread(_empty, folder)
        await _openssl(
            folder, "req", "-x509", "-config", "ca.cnf", "-extensions", "authority", *KEY, "-keyout", "ca.key",
            "-out", "ca.pem", "-days", "365", "-subj", "/CN=Authority of one lab",
        )  # fmt: skip
        return cls(folder, (folder / "ca.pem").read_text(encoding="ascii"))

    async def certify(self, name: str, names: tuple[str, ...], begins: datetime, ends: datetime) -> Certificate:
        """A certificate for `names` (DNS names and IP addresses) kept under `name`.

        Raises NoCertificatesError.
        """
        alternatives = ",".join(f"{'IP' if _is_address(one) else 'DNS'}:{one}" for one in names)
        (self.folder / f"{name}.cnf").write_text(f"{CONFIG}subjectAltName = {alternatives}\n", encoding="ascii")
        await _openssl(
            self.folder, "req", "-new", "-config", "ca.cnf", *KEY, "-keyout", f"{name}.key", "-out", f"{name}.csr",
            "-subj", f"/CN={names[0]}",
        )  # fmt: skip
        await _openssl(
            self.folder, "ca", "-batch", "-notext", "-config", f"{name}.cnf", "-extensions", "server",
            "-in", f"{name}.csr", "-out", f"{name}.crt", "-startdate", _stamp(begins), "-enddate", _stamp(ends),
        )  # fmt: skip
        file = self.folder / f"{name}.pem"
        file.touch(mode=0o600)
        file.write_text(
            "".join((self.folder / part).read_text(encoding="ascii") for part in (f"{name}.crt", f"{name}.key"))
        )
        return Certificate(file, ends)


def today() -> datetime:
    """The present moment in whole seconds, as certificates count."""
    return datetime.now(UTC).replace(microsecond=0)


async def _openssl(folder: Path, *arguments: str) -> None:
    try:
        process = await asyncio.create_subprocess_exec(
            "openssl", *arguments, cwd=folder,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
    except OSError as error:
        raise NoCertificatesError("https is not offered: there is no openssl command on this machine") from error
    _, said = await process.communicate()
    if process.returncode:
        last = said.decode(errors="replace").strip().rpartition("\n")[2]
        raise NoCertificatesError(f"https is not offered: openssl could not make a certificate ({last})")


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    (folder / "ca.cnf").write_text(CONFIG, encoding="ascii")
    (folder / "index.txt").touch()


def _is_address(name: str) -> bool:
    return ":" in name or name.replace(".", "").isdigit()


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%d%H%M%SZ")
