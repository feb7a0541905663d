"""Any SIP phone system as a row of the registry."""

from collections.abc import Mapping
from typing import Any, Final

from ...presence.redirect.parts import (
    FORWARDS,
    Part,
    RedirectCapabilities,
    RingTime,
)
from ..description import PhoneSystemType
from ..driver import Capability, Freshness
from ..fields import Field, FieldKind
from .systems import KEYS, OWN, own_fields, own_problems

PROTOCOLS: Final = ("udp", "tcp", "tls")
OWN_CODES: Final = "own_codes"
MORE: Final = "more"

CAPABILITIES: Final = (
    Capability.UNCONDITIONAL
    | Capability.BUSY
    | Capability.NO_REPLY
    | Capability.RING_SECONDS
    | Capability.VOICEMAIL
    | Capability.DO_NOT_DISTURB
    | Capability.CALL_STATE
    | Capability.READ_BACK
    | Capability.PUSH
)


def _problems(settings: Mapping[str, Any]) -> dict[str, str]:
    found = own_problems(settings) if settings["system"] == OWN else {}
    voicemail = str(settings.get("voicemail") or "")
    if voicemail and "{mailbox}" not in voicemail:
        found["voicemail"] = "code_without_mailbox"
    return found


def _unique_id(settings: Mapping[str, Any]) -> str:
    domain = settings.get("domain") or ""
    return f"sip:{settings['host'].casefold()}:{settings['port']}:{domain.casefold()}"


def _title(settings: Mapping[str, Any]) -> str:
    return str(settings.get("domain") or settings["host"])


SIP: Final = PhoneSystemType(
    key="sip",
    name="Any SIP phone system",
    module=".sip.driver",
    fields=(
        Field(
            key="system",
            kind=FieldKind.CHOICE,
            choices=KEYS,
            choice_words="sip_system",
            default="freepbx",
        ),
        Field(key="host", kind=FieldKind.HOST),
        Field(key="port", kind=FieldKind.PORT, default=5060),
        Field(
            key="protocol",
            kind=FieldKind.CHOICE,
            choices=PROTOCOLS,
            choice_words="sip_protocol",
            default="udp",
        ),
        Field(key="domain", required=False, section=MORE),
        Field(key="ca", kind=FieldKind.CERTIFICATE, required=False, section=MORE),
        Field(key="voicemail", required=False, section=MORE),
        Field(
            key="register",
            kind=FieldKind.SWITCH,
            required=False,
            default=False,
            section=MORE,
        ),
        *(Field(key=key, required=False, section=OWN_CODES) for key in own_fields()),
    ),
    person_fields=(
        Field(key="password", kind=FieldKind.SECRET, own=True),
        Field(key="username", required=False, own=True),
        Field(key="line", required=False),
    ),
    docs="sip",
    redirect=RedirectCapabilities(
        FORWARDS | {Part.RING_SECONDS, Part.DO_NOT_DISTURB},
        FORWARDS | {Part.RING_SECONDS, Part.DO_NOT_DISTURB},
        ring_time=RingTime(lowest=6, highest=600, step=6),
    ),
    capabilities=CAPABILITIES,
    freshness=Freshness(),
    needs="each person's SIP password; what is read back depends on the phone system",
    problems=_problems,
    unique_id=_unique_id,
    title=_title,
)
