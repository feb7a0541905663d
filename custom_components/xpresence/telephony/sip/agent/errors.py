"""What can go wrong between a user agent and its server.

No error carries a number, a name or the server's words in its text: texts of errors
end up in logs.
"""

from typing import override


class SipError(Exception):
    """The server did not do what it was asked."""


class Malformed(SipError, ValueError):
    """What arrived is not SIP, or is larger than any sensible message."""


class NotSendable(SipError, ValueError):
    """A value that would break a message apart; nothing was sent."""


class NotConnected(SipError):
    """There is no connection, or nobody listens there; nothing was done."""


class CertificateRefused(SipError):
    """The server's certificate cannot be trusted."""


class AuthenticationFailed(SipError):
    """The server asked a second time for what it was told: the password is wrong.

    After the first one nothing more is sent for that account, or the server locks it.
    """


class NoAnswer(SipError):
    """A request was sent and not answered: whether it was done is unknown."""


class Refused(SipError):
    """The server answered with a final status of 300 or more.

    ``retry_after`` are the seconds after which the server wants to be asked again.
    """

    def __init__(self, status: int, retry_after: int | None = None) -> None:
        """Keep the status."""
        super().__init__(status)
        self.status = status
        self.retry_after = retry_after

    @override
    def __str__(self) -> str:
        """Return the status alone."""
        return f"status {self.status}"
