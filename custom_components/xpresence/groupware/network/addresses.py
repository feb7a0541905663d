"""Which network addresses may be connected to.

A calendar's address that an administrator typed may lead anywhere. One that an
ordinary user typed must not let them probe the local network: only
addresses of the public internet, and what was checked is what is connected to, so
that a name that resolves to another address a moment later (DNS rebinding) gains
nothing.
"""

from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
import socket
from typing import Any, Final, override

from aiohttp.abc import AbstractResolver, ResolveResult

type Address = IPv4Address | IPv6Address
type IsAllowed = Callable[[Address], bool]

NAT64: Final = IPv6Network("64:ff9b::/96")
"""Where IPv4 addresses stand in IPv6 ones (RFC 6052)."""


class AddressRefused(OSError):
    """A host must not be connected to, whatever answers there."""


def anywhere(_address: Address) -> bool:
    """Allow every address: for hosts that an administrator named."""
    return True


def public(address: Address) -> bool:
    """Allow addresses of the public internet alone, in whatever form they are told."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address.teredo:
            inner = address.teredo[1]
        if address in NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None and not public(inner):
            return False
    return address.is_global and not address.is_multicast


def check_literal(host: str, is_allowed: IsAllowed) -> None:
    """Refuse a host that is itself an address which is not allowed.

    Raises:
        AddressRefused: it is.
    """
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return
    if not is_allowed(address):
        raise AddressRefused("address_refused")


def checked(addresses: Iterable[str], is_allowed: IsAllowed) -> None:
    """Refuse a host of which any address is not allowed.

    Not only the first: a name with a public and a private address is suspicious.

    Raises:
        AddressRefused: one is not.
    """
    for address in addresses:
        check_literal(address, is_allowed)


def resolve(host: str, port: int, is_allowed: IsAllowed) -> tuple[Any, ...]:
    """Return the family and the socket address of a host, checked; blocks.

    Raises:
        OSError: the host is unknown or refused.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    checked((str(address[0]) for *_, address in found), is_allowed)
    family, _, _, _, address = found[0]
    return family, address


class CheckedResolver(AbstractResolver):
    """Resolves for aiohttp; what is not allowed is never handed to its connector."""

    def __init__(self, resolver: AbstractResolver, is_allowed: IsAllowed) -> None:
        """Wrap another resolver."""
        self._resolver = resolver
        self._is_allowed = is_allowed

    @override
    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        checked((one["host"] for one in found), self._is_allowed)
        return found

    @override
    async def close(self) -> None:
        await self._resolver.close()
