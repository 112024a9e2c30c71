"""One TLS context for the whole program, with the system's trusted certificates, and words for what fails in it."""

import asyncio
import ssl
import sys
import threading
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import truststore

from app.domain.text import Text, text

_lock = threading.Lock()
_LINUX_BUNDLES = (  # where distributions keep theirs, for a Python whose OpenSSL was built to look elsewhere
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
    Path("/etc/ssl/cert.pem"),
    Path("/etc/ssl/ca-bundle.pem"),
)


_CERTIFICATE: Mapping[int, Text] = {  # X509_V_ERR_ of OpenSSL
    2: text("its certificate comes from an authority that this computer does not know"),
    9: text("its certificate is not valid yet, or the clock of this computer is wrong"),
    10: text("its certificate has expired, or the clock of this computer is wrong"),
    18: text("its certificate is signed by nobody but itself"),
    19: text("its certificate comes from an authority that this computer does not know"),
    20: text("its certificate comes from an authority that this computer does not know"),
    21: text("its certificate comes from an authority that this computer does not know"),
    62: text("its certificate is for another name"),
    64: text("its certificate is for another address"),
}
_OTHER_CERTIFICATE = text("its certificate was not accepted")
_OUTDATED = text("it speaks only an outdated form of TLS")
_OUTDATED_REASONS = frozenset({"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION"})


def tls_trouble(error: BaseException) -> Text | None:
    """What is wrong with the other side, when TLS is what failed behind `error`; else None."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return _CERTIFICATE.get(seen.verify_code, _OTHER_CERTIFICATE)
        if isinstance(seen, ssl.SSLError) and seen.reason in _OUTDATED_REASONS:
            return _OUTDATED
        seen = seen.__cause__ or seen.__context__
    return None


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
        system = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        system.minimum_version = ssl.TLSVersion.TLSv1_2
        return system
    context = ssl.create_default_context()
    # Debian builds its Python to leave this to OpenSSL, which still begins to speak TLS 1.0
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if context.cert_store_stats()["x509_ca"] == 0:
        for bundle in filter(Path.is_file, _LINUX_BUNDLES):
            context.load_verify_locations(cafile=bundle)
            break
    return context
