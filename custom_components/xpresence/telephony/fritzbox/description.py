"""FRITZ!Box as a row of the registry."""

from typing import Any, Final
from urllib.parse import urlsplit

from ...presence.line import Condition
from ...presence.redirect.parts import (
    Part,
    RedirectCapabilities,
    RingTime,
    TargetChoice,
    Targets,
)
from ..description import Discovered, PhoneSystemType
from ..driver import Capability, Freshness
from ..fields import Field, FieldKind

HOST: Final = "fritz.box"
POLL_EVERY: Final = 30.0
"""Seconds between readings: a box tells nothing of its redirects by itself."""
OLDEST: Final = 120.0
ABOUT_RING_SECONDS: Final = 20
"""How long a delayed diversion rings: about three times; it cannot be set."""
MACHINES: Final = ("600", "601", "602", "603", "604")
"""The answering machines' internal numbers."""
ADVANCED: Final = "advanced"
FORWARDS: Final = frozenset({Part.UNCONDITIONAL, Part.BUSY, Part.NO_REPLY})


def _discovered(found: Discovered) -> dict[str, Any] | None:
    """Take a box that announced itself; repeaters announce themselves too."""
    if found.protocol != "ssdp":
        return None
    said = {str(key).lower(): str(value) for key, value in found.properties.items()}
    model = said.get("modelname", "")
    host = urlsplit(found.host).hostname or found.host
    if not model.startswith("FRITZ!Box") or not host or host.startswith("fe80"):
        return None
    serial = said.get("udn", "").rpartition("-")[2].replace(":", "").upper()
    settings: dict[str, Any] = {"host": host}
    return settings | ({"unique_id": serial} if serial else {})


FRITZBOX: Final = PhoneSystemType(
    key="fritzbox",
    name="FRITZ!Box",
    module=".fritzbox.driver",
    fields=(
        Field(key="host", kind=FieldKind.HOST, default=HOST),
        Field(key="username"),
        Field(key="password", kind=FieldKind.SECRET),
        Field(key="tls", kind=FieldKind.SWITCH, default=True, section=ADVANCED),
        Field(key="port", kind=FieldKind.PORT, required=False, section=ADVANCED),
        Field(
            key="monitor_port",
            kind=FieldKind.NUMBER,
            default=1012,
            required=False,
            section=ADVANCED,
        ),
    ),
    person_fields=(
        Field(
            key="machine_at_once",
            kind=FieldKind.CHOICE,
            required=False,
            choices=MACHINES,
            choice_words="fritzbox_machine",
        ),
        Field(
            key="machine_later",
            kind=FieldKind.CHOICE,
            required=False,
            choices=MACHINES,
            choice_words="fritzbox_machine",
        ),
    ),
    docs="fritzbox",
    redirect=RedirectCapabilities(
        writable=FORWARDS,
        readable=FORWARDS,
        targets={condition: Targets(TargetChoice.LIST) for condition in Condition},
        ring_time=RingTime(about=ABOUT_RING_SECONDS),
    ),
    capabilities=(
        Capability.UNCONDITIONAL
        | Capability.BUSY
        | Capability.NO_REPLY
        | Capability.VOICEMAIL
        | Capability.READ_BACK
        | Capability.CALL_STATE
        | Capability.DIRECTORY
    ),
    freshness=Freshness(poll_every=POLL_EVERY, oldest=OLDEST),
    needs="a user of the box with the right to the telephony",
    discovered=_discovered,
    core_domain="fritz",
    repairs=(
        "fritzbox_applications_disabled",
        "fritzbox_certificate_changed",
        "fritzbox_foreign_entry",
        "fritzbox_mailbox",
        "fritzbox_phone_right",
        "fritzbox_rule_busy",
        "fritzbox_rule_for_all",
        "fritzbox_rule_no_reply",
        "fritzbox_rule_unconditional",
        "fritzbox_second_factor_blocked",
        "fritzbox_second_factor_busy",
    ),
)
