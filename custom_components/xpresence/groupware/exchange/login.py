"""Login settings of an Exchange Server."""

from dataclasses import dataclass, field
from enum import StrEnum


class Auth(StrEnum):
    """The authentication scheme."""

    NTLM = "ntlm"
    BASIC = "basic"


class Access(StrEnum):
    """By what right a mailbox is read; the words are exchangelib's.

    *delegate* is one's own mailbox as well, or one whose calendar is shared with the
    login; *impersonation* is the role ``ApplicationImpersonation`` of a service account.
    """

    DELEGATE = "delegate"
    IMPERSONATION = "impersonation"


@dataclass(frozen=True, slots=True)
class Login:
    """Credentials, server address and trusted certificate authority.

    ``authority`` is PEM text; empty means the public authorities. ``public_only``: an
    ordinary user named the server, so addresses in the local network are refused.
    """

    endpoint: str
    username: str
    password: str = field(repr=False)
    auth: Auth = Auth.NTLM
    authority: str = field(default="", repr=False)
    public_only: bool = False
