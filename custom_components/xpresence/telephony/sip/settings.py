"""What a SIP phone system and its people are configured with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .agent import Protocol
from .systems import System, system_of


@dataclass(frozen=True, slots=True)
class Person:
    """How somebody's extension logs in.

    ``username``: where it is not the extension. ``line``: what stands for ``{line}``
    in a code.
    """

    password: str = field(repr=False)
    username: str = ""
    line: str = ""

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Person:
        """Read what was entered in the person's fields of the registry's row."""
        return cls(
            settings.get("password") or "",
            settings.get("username") or "",
            settings.get("line") or "",
        )


@dataclass(frozen=True, slots=True)
class SipSettings:
    """Where a phone system is and what it understands."""

    host: str
    port: int
    protocol: Protocol
    system: System
    domain: str = ""
    """The domain of its addresses; empty: the host."""
    ca: str | None = None
    """PEM text trusted in place of the system's own."""
    voicemail: str = ""
    """What reaches a mailbox, where it is not what the system's table says."""
    register: bool = False

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> SipSettings:
        """Read what was entered in the fields of the registry's row."""
        return cls(
            settings["host"],
            settings["port"],
            Protocol(settings["protocol"]),
            system_of(settings),
            domain=settings.get("domain") or "",
            ca=settings.get("ca") or None,
            voicemail=settings.get("voicemail") or "",
            register=bool(settings.get("register")),
        )
