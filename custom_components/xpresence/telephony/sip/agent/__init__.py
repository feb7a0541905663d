"""A small SIP user agent: asyncio, the standard library, UDP, TCP and TLS.

It does not depend on the rest of the integration. It calls silently, subscribes
(RFC 6665), and registers only where it is asked to. Everything is sent to one server
and accepted only from there. There is no media beyond an offer of silence, no
``PRACK``, no search for servers by DNS.
"""

from .agent import UserAgent
from .call import CallResult
from .core import Account
from .errors import (
    AuthenticationFailed,
    CertificateRefused,
    Malformed,
    NoAnswer,
    NotConnected,
    NotSendable,
    Refused,
    SipError,
)
from .registration import Registration
from .subscription import Notification, State, Subscription
from .timers import Timers
from .transport import Protocol, Server

__all__ = [
    "Account",
    "AuthenticationFailed",
    "CallResult",
    "CertificateRefused",
    "Malformed",
    "NoAnswer",
    "NotConnected",
    "NotSendable",
    "Notification",
    "Protocol",
    "Refused",
    "Registration",
    "Server",
    "SipError",
    "State",
    "Subscription",
    "Timers",
    "UserAgent",
]
