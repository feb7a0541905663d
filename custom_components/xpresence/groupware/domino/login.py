"""What a login at a Domino server is made of, and where the calendar lies."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import quote

from yarl import URL

from ..address import parts_of

SERVICE: Final = "/api/calendar/events"
SIGN_IN: Final = "/names.nsf?Login"


class Auth(StrEnum):
    """How the server is told who asks: with every request, or by a session's cookie."""

    BASIC = "basic"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Login:
    """Who asks, where, and whose certificates are trusted.

    ``authority`` is PEM text; empty means the public authorities. ``public_only``: an
    ordinary user named the server, so that it must not lie in the office's network.
    """

    server: str
    username: str
    password: str = field(repr=False)
    auth: Auth = Auth.BASIC
    authority: str = field(default="", repr=False)
    public_only: bool = False

    @property
    def sign_in(self) -> URL:
        """Return where a session begins."""
        return URL(self.server + SIGN_IN, encoded=True)

    def events(self, mail_file: str) -> URL:
        """Return where the events of a mail file are listed."""
        path = quote(mail_file.replace("\\", "/").strip("/ "))
        return URL(f"{self.server}/{path}{SERVICE}", encoded=True)


def server(typed: str) -> str:
    """Return the address of a server of what was typed: a host or a URL.

    Raises:
        BadAddress: it is none, or it is not encrypted.
    """
    return parts_of(typed)[1]
