"""Where requests may go: API paths that never leave their origin, and result links that never point inside.

The rules are reliability.md S13 to S15; nothing here resolves names or opens connections: `network` does, and judges by
`is_public_address` what a name turned out to be.
"""

import ipaddress
import socket
import unicodedata
from collections.abc import Collection, Mapping
from urllib.parse import SplitResult, quote, unquote_to_bytes, urlencode, urljoin, urlsplit

from app.domain.errors import InsecureAddressError
from app.domain.provider_info import LOOPBACK_HOSTS, is_acceptable_base_url

MAX_URL_CHARS = 16 * 1024

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_PROTOCOL_ASSIGNMENTS = ipaddress.IPv4Network("192.0.0.0/24")  # Python counts only a part of it as private


def path_of(*segments: str) -> str:
    """An API path from its parts; each is percent-encoded whole, so an id with a slash stays one part."""
    return "/" + "/".join(quote(segment, safe="", errors="replace") for segment in segments)


def api_url(base_url: str, path: str, query: Mapping[str, str | int] | None = None) -> str:
    """The address of an API path below a provider's base URL, with the query encoded behind it.

    Raises InsecureAddressError for a base URL that keys must not travel to, and for a path that climbs.
    """
    if not is_acceptable_base_url(base_url):
        raise InsecureAddressError(address=base_url[:200])
    segments = [unquote_to_bytes(segment.encode("utf-8", "replace")) for segment in path.strip("/").split("/")]
    if any(segment in (b"", b".", b"..") for segment in segments):
        raise InsecureAddressError(address=path[:200])
    address = base_url.rstrip("/") + "/" + "/".join(quote(segment, safe=":@") for segment in segments)
    return f"{address}?{urlencode(query)}" if query else address


def follow_up_url(base_url: str, link: str, extra_origins: Collection[str] = ()) -> str:
    """Where a link in a service's answer leads that is asked for with the key; without a host it lies at the base URL.

    Only the base URL's own origin and `extra_origins` are taken (apis.md cases 50 and 51), compared as scheme, host and
    port. Raises InsecureAddressError for everything else.
    """
    try:
        target = urljoin(base_url + "/", link.strip())
    except ValueError:
        raise InsecureAddressError(address=_shown(link)) from None
    parts = _split(target)
    own = _split(base_url)
    allowed = {_origin(known) for known in (own, *map(_split, extra_origins)) if known is not None}
    if parts is None or _origin(parts) not in allowed or not is_acceptable_base_url(without_query(target)):
        raise InsecureAddressError(address=_shown(target))
    return parts._replace(fragment="").geturl()


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    port = parts.port or {"https": 443, "http": 80}[parts.scheme]
    return parts.scheme, (parts.hostname or "").lower(), port


def is_loopback_url(url: str) -> bool:
    """True when the address is this computer itself."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return _is_loopback(_plain_host(host))


def check_media_url(url: str, *, allow_loopback: bool) -> str:
    """The link as it may be fetched: blanks encoded, fragment gone.

    https only and no address inside this network; `allow_loopback` admits this computer itself, also by http, for
    providers that run here. Names are not resolved. Raises InsecureAddressError.
    """
    cleaned = url.strip().replace(" ", "%20")
    parts = _split(cleaned)
    if parts is None:
        raise InsecureAddressError(address=_shown(cleaned))
    host = _plain_host(parts.hostname or "")
    is_public = parts.scheme == "https" and _may_be_public(host)
    if not (allow_loopback if _is_loopback(host) else is_public):
        raise InsecureAddressError(address=_shown(cleaned))
    return parts._replace(fragment="").geturl()


def redirect_target(current: str, location: str, *, allow_loopback: bool) -> str:
    """Where a redirect of a media link leads. Raises InsecureAddressError, also for a step from https down to http."""
    try:
        target = urljoin(current, location.strip())
    except ValueError:
        raise InsecureAddressError(address=_shown(location)) from None
    # somebody outside never gets to point at this computer
    checked = check_media_url(target, allow_loopback=allow_loopback and is_loopback_url(current))
    if current.startswith("https:") and not checked.startswith("https:"):
        raise InsecureAddressError(address=_shown(checked))
    return checked


def without_query(url: str) -> str:
    """The link without query and fragment, for logs and comparisons; signatures live in the query."""
    return url.partition("#")[0].partition("?")[0]


def _split(url: str) -> SplitResult | None:
    """Only what every parser reads the same way."""
    if len(url) > MAX_URL_CHARS or "\\" in url or any(ord(letter) <= 0x20 or ord(letter) == 0x7F for letter in url):
        return None
    try:
        parts = urlsplit(url)
        if not parts.hostname or parts.port == 0 or "@" in parts.netloc or "%" in parts.netloc:
            return None
    except ValueError:
        return None
    return parts if parts.scheme in ("https", "http") else None


def is_public_address(address: IPAddress) -> bool:
    """True for an address of the open internet. One that carries an IPv4 address inside is judged by that."""
    address = _unwrapped(address)
    inside = address.is_private or address.is_loopback or address.is_link_local or address.is_unspecified
    if inside or address.is_multicast or address.is_reserved or not address.is_global:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        return not address.is_site_local
    return address not in _PROTOCOL_ASSIGNMENTS


def is_loopback_address(address: IPAddress) -> bool:
    """True for an address of this computer itself."""
    return _unwrapped(address).is_loopback


def _unwrapped(address: IPAddress) -> IPAddress:
    """The IPv4 address that a mapped, a 6to4 or a NAT64 address leads to."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _plain_host(host: str) -> str:
    """As resolvers see it: wide and styled letters are plain ones, every dot is a dot, and one at the end says nothing."""
    return unicodedata.normalize("NFKC", host).replace("\u3002", ".").lower().rstrip(".")


def _is_loopback(host: str) -> bool:
    if host in LOOPBACK_HOSTS or host.endswith(".localhost"):
        return True
    address = _ip_address(host)
    return address is not None and is_loopback_address(address)


def _may_be_public(host: str) -> bool:
    address = _ip_address(host)
    return is_public_address(address) if address is not None else bool(host)


def _ip_address(host: str) -> IPAddress | None:
    """Also reads the old spellings that resolvers still take, such as 127.1, 0x7f000001 and 2130706433."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))
        except (OSError, UnicodeError):
            return None


def _shown(url: str) -> str:
    """Scheme and host only: the rest of a link may be a secret."""
    return without_query(url)[:100].partition("@")[0]
