"""Login settings of a Domino server, and its calendar URLs."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import quote

from yarl import URL

from ..address import parts_of

SERVICE: Final = "/api/calendar/events"
SIGN_IN: Final = "/names.nsf?Login"


class Auth(StrEnum):
    """Authentication: with every request (Basic), or by a session cookie."""

    BASIC = "basic"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Login:
    """Credentials, server address and trusted certificate authority.

    ``authority`` is PEM text; empty means the public authorities. ``public_only``: an
    ordinary user named the server, so addresses in the local network are refused.
    """

    server: str
    username: str
    password: str = field(repr=False)
    auth: Auth = Auth.BASIC
    authority: str = field(default="", repr=False)
    public_only: bool = False

    @property
    def sign_in(self) -> URL:
        """Return the sign-in URL."""
        return URL(self.server + SIGN_IN, encoded=True)

    def events(self, mail_file: str) -> URL:
        """Return the URL that lists the events of a mail file."""
        path = quote(mail_file.replace("\\", "/").strip("/ "))
        return URL(f"{self.server}/{path}{SERVICE}", encoded=True)


def server(typed: str) -> str:
    """Return the server's address from a typed host or URL.

    Raises:
        BadAddress: it is not a valid address, or not encrypted.
    """
    return parts_of(typed)[1]
