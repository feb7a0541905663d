"""Check that a typed server address is one to which a password may be sent."""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit


class BadAddress(ValueError):
    """The address must not be used; ``reason`` is a translation key."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason = reason


def parts_of(typed: str) -> tuple[SplitResult, str]:
    """Split a typed host or URL; also return it without path and query.

    Raises:
        BadAddress: it is not a valid address, or the connection would be unencrypted.
    """
    text = typed.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadAddress("address_invalid") from error
    if not host or parts.username or any(letter.isspace() for letter in text):
        raise BadAddress("address_invalid")
    if parts.scheme not in ("http", "https"):
        raise BadAddress("address_invalid")
    if parts.scheme == "http" and not _is_here(host):
        raise BadAddress("address_not_encrypted")
    shown = f"[{host}]" if ":" in host else host
    return parts, f"{parts.scheme}://{shown}{f':{port}' if port else ''}"


def _is_here(host: str) -> bool:
    """Return whether a host is the local machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"
