"""Where requests may go: API paths that never leave their origin, and result links that never point inside.

The rules are reliability.md S13 to S15; nothing here resolves names or opens connections.
"""

import ipaddress
import socket
import unicodedata
from urllib.parse import SplitResult, quote, unquote_to_bytes, urljoin, urlsplit

from app.domain.errors import InsecureAddressError
from app.domain.provider_info import LOOPBACK_HOSTS, is_acceptable_base_url

MAX_URL_CHARS = 16 * 1024


def path_of(*segments: str) -> str:
    """An API path from its parts; each is percent-encoded whole, so an id with a slash stays one part."""
    return "/" + "/".join(quote(segment, safe="", errors="replace") for segment in segments)


def api_url(base_url: str, path: str) -> str:
    """The address of an API path below a provider's base URL.

    Raises InsecureAddressError for a base URL that keys must not travel to, and for a path that climbs.
    """
    if not is_acceptable_base_url(base_url):
        raise InsecureAddressError(address=base_url[:200])
    segments = [unquote_to_bytes(segment.encode("utf-8", "replace")) for segment in path.strip("/").split("/")]
    if any(segment in (b"", b".", b"..") for segment in segments):
        raise InsecureAddressError(address=path[:200])
    return base_url.rstrip("/") + "/" + "/".join(quote(segment, safe=":@") for segment in segments)


def is_loopback_url(url: str) -> bool:
    """True when the address is this computer itself."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return _is_loopback(host.lower())


def check_media_url(url: str, *, allow_loopback: bool) -> str:
    """The link as it may be fetched: blanks encoded, fragment gone.

    https only and no address inside this network; `allow_loopback` admits this computer itself, also by http, for
    providers that run here. Names are not resolved. Raises InsecureAddressError.
    """
    cleaned = url.strip().replace(" ", "%20")
    parts = _split(cleaned)
    if parts is None:
        raise InsecureAddressError(address=_shown(cleaned))
    host = unicodedata.normalize("NFKC", parts.hostname or "").lower().rstrip(".")
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


def _is_loopback(host: str) -> bool:
    if host in LOOPBACK_HOSTS or host.endswith(".localhost"):
        return True
    address = _ip_address(host)
    return address is not None and address.is_loopback


def _may_be_public(host: str) -> bool:
    address = _ip_address(host)
    return address.is_global and not address.is_multicast if address is not None else bool(host)


def _ip_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Also reads the old spellings that resolvers still take, such as 127.1, 0x7f000001 and 2130706433."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))
        except (OSError, UnicodeError):
            return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _shown(url: str) -> str:
    """Scheme and host only: the rest of a link may be a secret."""
    return without_query(url)[:100].partition("@")[0]
