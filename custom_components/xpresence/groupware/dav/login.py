"""Address and credentials of a calendar."""

from dataclasses import dataclass, field

from ..address import parts_of


@dataclass(frozen=True, slots=True)
class Login:
    """An address, with user name and password where it requires them.

    ``authority`` is PEM text; empty means the public authorities. ``public_only``: an
    ordinary user named the server, so addresses in the local network are refused.
    ``same_server``: its redirects may lead to no other server.
    """

    url: str = field(repr=False)
    username: str = ""
    password: str = field(default="", repr=False)
    authority: str = field(default="", repr=False)
    public_only: bool = False
    same_server: bool = False


def address(typed: str) -> str:
    """Return the calendar's address from a typed URL, ``webcal`` link or host.

    Raises:
        BadAddress: it is not a valid address, or not encrypted.
    """
    text = typed.strip()
    for scheme in ("webcals://", "webcal://"):
        if text.casefold().startswith(scheme):
            text = f"https://{text[len(scheme) :]}"
    parts, server = parts_of(text)
    query = f"?{parts.query}" if parts.query else ""
    return f"{server}{parts.path or '/'}{query}"
