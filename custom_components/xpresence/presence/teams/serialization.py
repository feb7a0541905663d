"""What of a person's Teams must outlive a restart, as plain JSON values and back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from ..stored import Reader, fields, flag, instant, text
from .mapping import Pair
from .state import EchoPolicy, OwnWrite, TeamsState, forget_expired


def remembered(teams: TeamsState) -> dict[str, Any]:
    """Return what must outlive a restart, as JSON takes it."""
    data: dict[str, Any] = {}
    if teams.call_since is not None:
        data["call"] = {
            "since": teams.call_since.isoformat(),
            "read": (teams.read_at or teams.call_since).isoformat(),
            "meeting": teams.meeting,
        }
    if teams.session is not None:
        data["session_until"] = teams.session.expires.isoformat()
    if teams.session_echo is not None:
        data["echo_until"] = teams.session_echo.isoformat()
    if teams.shown is not None:
        data["shown"] = {
            "availability": teams.shown.what.availability,
            "activity": teams.shown.what.activity,
            "since": teams.shown.since.isoformat(),
            "expires": teams.shown.expires.isoformat(),
        }
    if teams.message is not None:
        data["message"] = {
            "text": teams.message.what,
            "since": teams.message.since.isoformat(),
            "expires": teams.message.expires.isoformat(),
        }
    return data


def restarted(
    data: Mapping[str, Any] | None, policy: EchoPolicy, now: datetime
) -> TeamsState:
    """Return the state after a restart (rule 5).

    ``data`` is what :func:`remembered` gave; ``None`` where nothing was kept. Then an
    own session may be as old as any that this policy writes.
    """
    if data is None:
        if not policy.write_calls:
            return TeamsState()
        echo = now + policy.session + policy.lag
        return TeamsState(clear_first=True, session_echo=echo)
    kept = {key: read(data[key]) for key, read in FIELDS.items() if key in data}
    session_until: datetime | None = kept.get("session_until")
    echo_until = [
        kept.get("echo_until", now),
        session_until + policy.lag if session_until else now,
    ]
    teams = TeamsState(
        clear_first=policy.write_calls or session_until is not None,
        session_echo=max(echo_until),
    )
    if call := kept.get("call"):
        since, read_at, meeting = call
        if policy.read and now - read_at < policy.stale_after:
            # The first reading says more; until then nothing has ended.
            teams = replace(teams, call_since=since, read_at=read_at, meeting=meeting)
    teams = replace(teams, shown=kept.get("shown"), message=kept.get("message"))
    return forget_expired(teams, policy, now)


def _call(stored: Any) -> tuple[datetime, datetime, bool]:
    given = fields(stored)
    return (
        instant(given.get("since")),
        instant(given.get("read")),
        flag(given.get("meeting", False)),
    )


def _shown(stored: Any) -> OwnWrite[Pair]:
    given = fields(stored)
    return OwnWrite(
        Pair(text(given.get("availability")), text(given.get("activity"))),
        instant(given.get("since")),
        instant(given.get("expires")),
        sure=True,
    )


def _message(stored: Any) -> OwnWrite[str]:
    given = fields(stored)
    return OwnWrite(
        text(given.get("text")),
        instant(given.get("since")),
        instant(given.get("expires")),
        sure=True,
    )


FIELDS: Final[Mapping[str, Reader[Any]]] = {
    "call": _call,
    "session_until": instant,
    "echo_until": instant,
    "shown": _shown,
    "message": _message,
}
"""What is stored, each field with what reads it or raises ``Malformed``."""
