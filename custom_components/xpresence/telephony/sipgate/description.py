"""sipgate as a row of the registry."""

from collections.abc import Mapping
import os
from typing import Any, Final
from urllib.parse import urlsplit

from ...presence.redirect.parts import Part, RedirectCapabilities
from ..description import OAuth, PhoneSystemType
from ..driver import Capability, Freshness
from ..fields import Field, FieldKind
from .memory import memory_from_json

TEST: Final = "XPRESENCE_TEST_SIPGATE"
"""Environment variable for tests: a sipgate on this machine."""
LOOPBACK: Final = "127.0.0.1"


def _at(usual: str) -> str:
    """Return where sipgate is.

    Nothing but this very machine can be named instead: nobody can be led elsewhere by an
    environment variable.
    """
    other = os.environ.get(TEST, "")
    return other if urlsplit(other).hostname == LOOPBACK else usual


def api() -> str:
    """Return where its REST interface is."""
    return f"{_at('https://api.sipgate.com')}/v2"


def _sign_in(page: str) -> str:
    realm = f"{_at('https://login.sipgate.com')}/auth/realms/third-party"
    return f"{realm}/protocol/openid-connect/{page}"


CALLS: Final = "calls"
COUNTRY_CODE: Final = "country_code"
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
    | Capability.CALL_STATE
)
"""Calls only with a webhook."""
SCOPES: Final = (
    "phonelines:read",
    "phonelines:forwardings:read",
    "phonelines:forwardings:write",
    "devices:read",
    "devices:write",
)
POLL_EVERY: Final = 60.0
FRESHNESS: Final = Freshness(POLL_EVERY, 5 * POLL_EVERY)

OAUTH: Final = OAuth(
    authorize_url=lambda: _sign_in("auth"),
    token_url=lambda: _sign_in("token"),
    scopes=SCOPES,
)


def _problems(settings: Mapping[str, Any]) -> dict[str, str]:
    code = str(settings.get(COUNTRY_CODE, ""))
    if not (code.isascii() and code.isdecimal()) or len(code) > 3:
        return {COUNTRY_CODE: "country_code_invalid"}
    if settings.get(OAUTH.client_id) and not settings.get(OAUTH.client_secret):
        return {OAUTH.client_secret: "password_missing"}
    return {}


SIPGATE: Final = PhoneSystemType(
    key="sipgate",
    name="sipgate",
    module=".sipgate.driver",
    fields=(
        Field(key=COUNTRY_CODE, default="49"),
        Field(key=OAUTH.client_id, required=False),
        Field(key=OAUTH.client_secret, kind=FieldKind.SECRET, required=False),
        Field(key=CALLS, kind=FieldKind.SWITCH, required=False, default=False),
    ),
    person_fields=(
        Field(key=TOKEN_ID, required=False, own=True),
        Field(key=TOKEN, kind=FieldKind.SECRET, required=False, own=True),
        Field(key=USER, required=False, own=True),
        Field(key=LINE, required=False, own=True),
    ),
    oauth=OAUTH,
    docs="sipgate",
    redirect=RedirectCapabilities(PARTS, PARTS),
    capabilities=CAPABILITIES,
    freshness=FRESHNESS,
    needs="each person's token or sign-in; not with a *Neo* account",
    problems=_problems,
    memory_fields=frozenset({"forwards", "silenced", "spelling", "devices", "line"}),
    read_memory=memory_from_json,
    default_names={"en": "sipgate", "de": "sipgate"},
)
