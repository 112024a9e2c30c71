"""Who may come in: the Authorization header of the two published spellings, and only this computer."""

import hashlib
import hmac
import ipaddress
from dataclasses import replace

from app.sandbox.settings import AuthStyle, SandboxSettings


def owner_of(authorization: str | None, settings: SandboxSettings) -> str | None:
    """The user_id (32 hex letters, made from the key) behind a header value; None when it is refused."""
    words = (authorization or "").split()
    style = AuthStyle.BEARER if len(words) == 2 and words[0].lower() == "bearer" else AuthStyle.BARE
    if not words or len(words) > 2 or (style is AuthStyle.BARE and len(words) != 1):
        return None
    if settings.auth_style not in (AuthStyle.BOTH, style):
        return None
    key = words[-1].encode()
    if not settings.any_key and not any(hmac.compare_digest(key, good.encode()) for good in settings.keys):
        return None
    return hashlib.sha256(b"slowlight demo user " + key).hexdigest()[:32]


def bearer(authorization: str | None, settings: SandboxSettings) -> tuple[str, str] | None:
    """The user_id and the key itself, where only `Bearer KEY` counts (seeds 002 and 004); None when it is refused."""
    owner = owner_of(authorization, replace(settings, auth_style=AuthStyle.BEARER))
    return None if owner is None else (owner, (authorization or "").split()[-1])


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only mean this computer."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def host_of(header: str) -> str:
    """The name in a Host header, without its port."""
    if header.startswith("["):
        return header.partition("]")[0] + "]"
    return header.partition(":")[0]
