"""What is known about a provider before anything is asked of it: names, addresses, and what it can do (apis.md 4.4)."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from app.domain.text import Text

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Capabilities:
    """Honest flags: what a button offers depends on them.

    `keeps_answers`: the answer to a paid request reaches the disk before anything else, so that it can be found there.
    `takes_ids`: a job can be found again by an id that a person knows from the provider's console.
    """

    list_jobs: bool = False
    list_shows_request: bool = False
    cancel_running: bool = False
    delete_remote: bool = False
    keeps_answers: bool = False
    takes_ids: bool = True


@dataclass(frozen=True)
class LongRunAdvice:
    """What a provider says about runs of more than `after_s` seconds that fail: the offer to send the job once more.

    `priced` names what that costs in its place `{price}`; `unpriced` is for models whose price is not known.
    """

    after_s: float
    priced: Text
    unpriced: Text

    def sentence(self, price: str) -> Text:
        """The offer with its price, which may be ""."""
        return self.priced.with_values(price=price) if price else self.unpriced


@dataclass(frozen=True)
class ProviderInfo:
    """One provider. `key_id` names its key (several providers may share one); `retention_h` is None where unpublished.

    `retired` says in one or two sentences that the hosted service has ended, when, and what still works; "" while it
    lives. `base_paths` are the API paths that the service had one after the other, the one in use first.
    `extra_origins` are further hosts of the published service that its key may go to, for links in its answers.
    """

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
    retired: Text = field(default_factory=Text)
    base_paths: tuple[str, ...] = ()
    extra_origins: tuple[str, ...] = ()
    long_run: LongRunAdvice | None = None

    def is_published_address(self, base_url: str) -> bool:
        """True for the provider's own address, False for a compatible server that a person has set."""
        return base_url.rstrip("/") == self.default_base_url.rstrip("/")

    def is_retired_at(self, base_url: str) -> bool:
        """True where the hosted service that has ended would be asked."""
        return bool(self.retired) and self.is_published_address(base_url)


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


def origin_of(url: str) -> str:
    """Scheme, host and port of an address that `is_acceptable_base_url`: what a key is bound to."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    return f"{parts.scheme}://[{host}]:{port}" if ":" in host else f"{parts.scheme}://{host}:{port}"


def is_same_origin(one: str, other: str) -> bool:
    """True where both addresses have the same scheme, host and port."""
    return origin_of(one) == origin_of(other)
