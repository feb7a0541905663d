"""Where a calendar lies, and who asks."""

from dataclasses import dataclass, field

from ..address import parts_of


@dataclass(frozen=True, slots=True)
class Login:
    """An address, and a name and password where it asks for them.

    ``authority`` is PEM text; empty means the public authorities. ``public_only``: an
    ordinary user named the server, so that it must not lie in the office's network.
    ``same_server``: its redirects may lead to no other server.
    """

    url: str = field(repr=False)
    username: str = ""
    password: str = field(default="", repr=False)
    authority: str = field(default="", repr=False)
    public_only: bool = False
    same_server: bool = False


def address(typed: str) -> str:
    """Return the address of a calendar of what was typed: a URL, ``webcal`` or a host.

    Raises:
        BadAddress: it is none, or it is not encrypted.
    """
    text = typed.strip()
    for scheme in ("webcals://", "webcal://"):
        if text.casefold().startswith(scheme):
            text = f"https://{text[len(scheme) :]}"
    parts, server = parts_of(text)
    query = f"?{parts.query}" if parts.query else ""
    return f"{server}{parts.path or '/'}{query}"
