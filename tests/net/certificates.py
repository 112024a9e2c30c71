"""Servers with good and bad certificates, and a process that trusts one authority and asks them."""

import asyncio
import json
import os
import socket
import ssl
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
import trustme

from tests.net.servers import Seen, Wire, json_reply

TRUSTED, STRANGER = trustme.CA(), trustme.CA()
NOW = datetime.now(UTC)
ON_LINUX = pytest.mark.skipif(
    sys.platform != "linux", reason="other systems have stores of their own, which a test must not change"
)


def served_by(leaf: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    return context


def self_signed(folder: Path) -> ssl.SSLContext:
    """Nobody but the certificate itself says that it is right."""
    STRANGER.private_key_pem.write_to_path(str(folder / "own.pem"))
    STRANGER.cert_pem.write_to_path(str(folder / "own.pem"), append=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "own.pem")
    return context


def outdated(version: ssl.TLSVersion) -> ssl.SSLContext:
    context = served_by(TRUSTED.issue_cert("localhost"))
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    return context


@contextmanager
def of_the_last_century(version: ssl.TLSVersion) -> Iterator[str]:
    """The address of a server of that version. In a thread: asyncio hangs up without the alert that says why."""
    context, ending = outdated(version), Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)

        def serve() -> None:
            while not ending.is_set():
                with suppress(OSError), listening.accept()[0] as connection:
                    connection.settimeout(5)
                    context.wrap_socket(connection, server_side=True).close()

        thread = Thread(target=serve)
        thread.start()
        try:
            yield f"https://localhost:{listening.getsockname()[1]}"
        finally:
            ending.set()
            thread.join()


def contexts(folder: Path) -> dict[str, ssl.SSLContext]:
    """What is wrong with a server -> the server's side of TLS."""
    day = timedelta(days=1)
    return {
        "": served_by(TRUSTED.issue_cert("localhost")),
        "has expired": served_by(TRUSTED.issue_cert("localhost", not_before=NOW - 2 * day, not_after=NOW - day)),
        "not valid yet": served_by(TRUSTED.issue_cert("localhost", not_before=NOW + day, not_after=NOW + 2 * day)),
        "for another name": served_by(TRUSTED.issue_cert("files.example.org")),
        "does not know": served_by(STRANGER.issue_cert("localhost")),
        "nobody but itself": self_signed(folder),
    }


async def answer(_seen: Seen, wire: Wire) -> None:
    await wire.send(json_reply({"id": "a"}))


async def probe(environment: dict[str, str], *urls: str) -> list[list[list[str]]]:
    """What a process with this environment gets from each address: by API and by result link."""
    command = [sys.executable, "-m", "tests.net.tls_probe", *urls]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, env={**os.environ, **environment}
    )
    told, _ = await process.communicate()
    assert process.returncode == 0
    return [json.loads(line) for line in told.splitlines()]


def trusting(folder: Path) -> dict[str, str]:
    TRUSTED.cert_pem.write_to_path(str(folder / "ca.pem"))
    return {"SSL_CERT_FILE": str(folder / "ca.pem"), "SSL_CERT_DIR": str(folder), "NO_PROXY": ""}
