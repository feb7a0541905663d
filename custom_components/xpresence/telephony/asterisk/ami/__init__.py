"""An asyncio client of the Asterisk Manager Interface; standard library only."""

from .client import (
    ActionFailed,
    AmiClient,
    AmiError,
    CertificateRefused,
    Deadlines,
    Denied,
    LoginRefused,
    NoAnswer,
    NotConnected,
    Request,
    Settings,
)
from .wire import Message, Refused

__all__ = [
    "ActionFailed",
    "AmiClient",
    "AmiError",
    "CertificateRefused",
    "Deadlines",
    "Denied",
    "LoginRefused",
    "Message",
    "NoAnswer",
    "NotConnected",
    "Refused",
    "Request",
    "Settings",
]
