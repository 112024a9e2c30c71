"""One TLS context for the whole program, with the system's trusted certificates, made off the event loop's thread."""

import asyncio
import ssl
import sys
import threading
from functools import lru_cache
from pathlib import Path

import truststore

_lock = threading.Lock()
_LINUX_BUNDLES = (  # where distributions keep theirs, for a Python whose OpenSSL was built to look elsewhere
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
    Path("/etc/ssl/cert.pem"),
    Path("/etc/ssl/ca-bundle.pem"),
)


async def tls_context() -> ssl.SSLContext:
    """The shared context. Reading the certificates takes about 25 ms, too long for the thread that paints."""
    return await asyncio.to_thread(_shared)


def _shared() -> ssl.SSLContext:
    with _lock:
        return _made()


@lru_cache(maxsize=1)
def _made() -> ssl.SSLContext:
    """truststore asks the system itself on Windows and macOS.

    On Linux it would read the whole bundle again for each connection (measured: 23 ms each), so there the bundle is
    loaded once, from the same places.
    """
    if sys.platform in ("win32", "darwin"):
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = ssl.create_default_context()
    if context.cert_store_stats()["x509_ca"] == 0:
        for bundle in filter(Path.is_file, _LINUX_BUNDLES):
            context.load_verify_locations(cafile=bundle)
            break
    return context
