"""3CX as a row of the registry."""

from typing import Final

from ...presence.line import Condition, Destination, DestinationKind, Status
from ...presence.redirect.parts import (
    Part,
    RedirectCapabilities,
    TargetChoice,
    Targets,
)
from ..description import PhoneSystemType, host_and_port
from ..driver import Capability, Freshness
from ..fields import Field, FieldKind

HOST: Final = "host"
PORT: Final = "port"
CA: Final = "ca"
CLIENT_ID: Final = "client_id"
CLIENT_SECRET: Final = "client_secret"  # noqa: S105

AVAILABLE: Final = "Available"
"""The status in which 3CX forwards nothing of its own accord: *off* here."""
AWAY: Final = "Away"
OUT_OF_OFFICE: Final = "Out of office"
"""Shown as *Do not disturb* in 3CX's own programs."""
STATUSES: Final = (AWAY, OUT_OF_OFFICE, "Custom 1", "Custom 2")
"""The names that the interface uses, whatever a user calls them."""
PARTS: Final = frozenset({Part.UNCONDITIONAL})
TARGETS: Final = Targets(
    TargetChoice.STATUS,
    tuple(Destination(DestinationKind.STATUS, name) for name in STATUSES),
    voicemail=False,
    suggested={
        Status.BUSY: AWAY,
        Status.DO_NOT_DISTURB: OUT_OF_OFFICE,
        Status.AWAY: AWAY,
        Status.OFFLINE: AWAY,
    },
)
REDIRECT: Final = RedirectCapabilities(
    PARTS, PARTS, voicemail=False, targets={Condition.UNCONDITIONAL: TARGETS}
)
CAPABILITIES: Final = (
    Capability.UNCONDITIONAL
    | Capability.READ_BACK
    | Capability.AGENT
    | Capability.DIRECTORY
    | Capability.CALL_STATE
)
"""Calls only where the licence and the API client include Call Control."""
POLL_EVERY: Final = 30.0
FRESHNESS: Final = Freshness(POLL_EVERY, 5 * POLL_EVERY)


THREECX: Final = PhoneSystemType(
    key="threecx",
    name="3CX",
    module=".threecx.driver",
    fields=(
        Field(key=HOST, kind=FieldKind.HOST),
        Field(key=PORT, kind=FieldKind.PORT, default=443),
        Field(key=CLIENT_ID),
        Field(key=CLIENT_SECRET, kind=FieldKind.SECRET),
        Field(key=CA, kind=FieldKind.CERTIFICATE, required=False),
    ),
    docs="3cx",
    redirect=REDIRECT,
    capabilities=CAPABILITIES,
    freshness=FRESHNESS,
    needs="version 20 with an Enterprise licence; an API client of its own",
    unique_id=host_and_port,
    title=lambda settings: str(settings.get(HOST) or "") or None,
    repairs=("threecx_token_taken",),
)
