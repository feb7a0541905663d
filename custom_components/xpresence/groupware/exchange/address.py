"""The EWS address of an Exchange Server, and hosts that are refused."""

from typing import Final

from ..address import BadAddress, parts_of

PATH: Final = "/EWS/Exchange.asmx"
"""Where every Exchange Server since 2007 has its web services."""
ONLINE: Final = (
    "office365.com",
    "office.com",
    "outlook.com",
    "onmicrosoft.com",
    "outlook.cn",
    "office365.us",
    "outlook.office.de",
)
"""Domains of Exchange Online, where EWS has ended and Microsoft 365 is to be used.

EWS there has been off for nearly everybody since 2026-10-01, and will be for all on
2027-04-01.
"""


def endpoint(typed: str) -> str:
    """Return the address of the web services of what was typed: a host or a URL.

    Raises:
        BadAddress: it is none, it lies in Exchange Online, or it is not encrypted.
    """
    parts, server = parts_of(typed)
    if is_online(parts.hostname or ""):
        raise BadAddress("exchange_online")
    return server + (parts.path if parts.path.strip("/") else PATH)


def is_online(host_or_mailbox: str) -> bool:
    """Say whether a host, or an e-mail address, belongs to Exchange Online."""
    domain = host_or_mailbox.rpartition("@")[2].rstrip(".").casefold()
    return any(domain == known or domain.endswith(f".{known}") for known in ONLINE)
