"""Asterisk and FreePBX as a row of the registry."""

from collections.abc import Mapping
from typing import Any, Final

from ...presence.redirect.parts import RedirectCapabilities
from ..description import PhoneSystemType
from ..driver import Capability, Freshness
from ..fields import Field, FieldKind

CAPABILITIES: Final = (
    Capability.UNCONDITIONAL
    | Capability.BUSY
    | Capability.NO_REPLY
    | Capability.RING_SECONDS
    | Capability.VOICEMAIL
    | Capability.DO_NOT_DISTURB
    | Capability.FOLLOW_ME
    | Capability.AGENT
    | Capability.PRESENCE_TEXT
    | Capability.CALL_STATE
    | Capability.READ_BACK
    | Capability.PUSH
    | Capability.RING
    | Capability.DIAL
    | Capability.DIRECTORY
)


def _unique_id(settings: Mapping[str, Any]) -> str:
    return f"{settings['host'].casefold()}:{settings['port']}"


def _title(settings: Mapping[str, Any]) -> str:
    return str(settings["host"])


ASTERISK: Final = PhoneSystemType(
    key="asterisk",
    name="Asterisk, FreePBX",
    module=".asterisk.driver",
    fields=(
        Field(key="host", kind=FieldKind.HOST),
        Field(key="port", kind=FieldKind.PORT, default=5038),
        Field(key="username"),
        Field(key="password", kind=FieldKind.SECRET),
        Field(key="tls", kind=FieldKind.SWITCH, default=False),
        Field(key="ca", kind=FieldKind.CERTIFICATE, required=False),
        Field(key="voicemail_code", kind=FieldKind.CODE, required=False),
    ),
    docs="asterisk-freepbx",
    redirect=RedirectCapabilities(),
    capabilities=CAPABILITIES,
    freshness=Freshness(),
    repairs=("voicemail_not_reached",),
    needs="a user of the manager interface (AMI)",
    unique_id=_unique_id,
    title=_title,
)
