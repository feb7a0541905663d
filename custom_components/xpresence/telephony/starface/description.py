"""STARFACE as a row of the registry."""

from collections.abc import Mapping
from typing import Any, Final

from ...presence.redirect.parts import Part, RedirectCapabilities, RingTime
from ..description import PhoneSystemType, host_and_port
from ..driver import Capability, Freshness
from ..fields import Field, FieldKind
from .memory import memory_from_json

HOST: Final = "host"
PORT: Final = "port"
USERNAME: Final = "username"
PASSWORD: Final = "password"  # noqa: S105
CA: Final = "ca"
MAILBOX: Final = "mailbox"

PARTS: Final = frozenset({Part.UNCONDITIONAL, Part.BUSY, Part.NO_REPLY})
ABOUT_RING_SECONDS: Final = 20
"""Usual there; the user sets it in STARFACE, and the interface does not tell it."""
REDIRECT: Final = RedirectCapabilities(
    PARTS, PARTS, ring_time=RingTime(about=ABOUT_RING_SECONDS)
)
CAPABILITIES: Final = (
    Capability.UNCONDITIONAL
    | Capability.BUSY
    | Capability.NO_REPLY
    | Capability.VOICEMAIL
    | Capability.READ_BACK
    | Capability.DIRECTORY
)
POLL_EVERY: Final = 60.0
FRESHNESS: Final = Freshness(POLL_EVERY, 5 * POLL_EVERY)


def _problems(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return what is missing: an administrator's login is both or neither."""
    if settings.get(USERNAME) and not settings.get(PASSWORD):
        return {PASSWORD: "password_missing"}
    return {}


STARFACE: Final = PhoneSystemType(
    key="starface",
    name="STARFACE",
    module=".starface.driver",
    fields=(
        Field(key=HOST, kind=FieldKind.HOST),
        Field(key=PORT, kind=FieldKind.PORT, default=443),
        Field(key=USERNAME, required=False),
        Field(key=PASSWORD, kind=FieldKind.SECRET, required=False),
        Field(key=CA, kind=FieldKind.CERTIFICATE, required=False),
    ),
    person_fields=(
        Field(key=USERNAME, required=False, own=True),
        Field(key=PASSWORD, kind=FieldKind.SECRET, required=False, own=True),
        Field(key=MAILBOX, required=False),
    ),
    docs="starface",
    redirect=REDIRECT,
    capabilities=CAPABILITIES,
    freshness=FRESHNESS,
    needs="an administrator's login, or each person's own",
    problems=_problems,
    unique_id=host_and_port,
    title=lambda settings: str(settings.get(HOST) or "") or None,
    memory_fields=frozenset({"kept", "spelling"}),
    read_memory=memory_from_json,
)
