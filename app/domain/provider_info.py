"""What is known about a provider before anything is asked of it: names, addresses, and what it can do (apis.md 4.4)."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from app.domain.text import Text

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Capabilities:
    """Honest flags: what a button offers depends on them."""

    list_jobs: bool = False
    list_shows_request: bool = False
    cancel_running: bool = False
    delete_remote: bool = False


@dataclass(frozen=True)
class ProviderInfo:
    """One provider. `key_id` names its key (several providers may share one); `retention_h` is None where unpublished."""

    provider_id: str
    title: str
    default_base_url: str
    key_id: str
    key_environment: str = ""
    key_page: str = ""
    summary: Text = field(default_factory=Text)
    capabilities: Capabilities = field(default_factory=Capabilities)
    retention_h: float | None = None
    is_demo: bool = False


def is_acceptable_base_url(url: str) -> bool:
    """https anywhere, http for this computer's loopback only; no user name, query or fragment (product.md)."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        _ = parts.port
    except ValueError:
        return False
    if parts.username or parts.password or parts.query or parts.fragment or not host:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK_HOSTS)
