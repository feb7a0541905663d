"""sipgate as a row of the registry."""

from typing import Final

from ...presence.redirect.parts import Part, RedirectCapabilities
from ..description import PhoneSystemType
from ..driver import Capability, Freshness
from ..fields import Field, FieldKind
from .memory import memory_from_json

TOKEN_ID: Final = "token_id"  # noqa: S105
TOKEN: Final = "token"  # noqa: S105
USER: Final = "user"
LINE: Final = "line"

PARTS: Final = frozenset(
    {Part.UNCONDITIONAL, Part.NO_REPLY, Part.RING_SECONDS, Part.DO_NOT_DISTURB}
)
CAPABILITIES: Final = (
    Capability.UNCONDITIONAL
    | Capability.NO_REPLY
    | Capability.RING_SECONDS
    | Capability.VOICEMAIL
    | Capability.DO_NOT_DISTURB
    | Capability.READ_BACK
)
POLL_EVERY: Final = 60.0
FRESHNESS: Final = Freshness(POLL_EVERY, 5 * POLL_EVERY)

SIPGATE: Final = PhoneSystemType(
    key="sipgate",
    name="sipgate",
    module=".sipgate.driver",
    fields=(Field(key="country_code", default="49"),),
    person_fields=(
        Field(key=TOKEN_ID),
        Field(key=TOKEN, kind=FieldKind.SECRET),
        Field(key=USER, default="w0"),
        Field(key=LINE, default="p0"),
    ),
    docs="sipgate",
    redirect=RedirectCapabilities(PARTS, PARTS),
    capabilities=CAPABILITIES,
    freshness=FRESHNESS,
    needs="a personal access token of each person; not with a *Neo* account",
    problems=lambda settings: (
        {}
        if str(settings.get("country_code", "")).isdecimal()
        else {"country_code": "country_code_invalid"}
    ),
    memory_fields=frozenset({"forwards", "silenced", "spelling", "devices"}),
    read_memory=memory_from_json,
    default_names={"en": "sipgate", "de": "sipgate"},
)
