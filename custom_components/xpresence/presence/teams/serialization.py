"""What of a person's TeamsState must outlive a restart, as plain JSON values and back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from .echo import EchoPolicy, OwnWrite, TeamsState, forget_expired
from .mapping import Pair


def remembered(teams: TeamsState) -> dict[str, Any]:
    """Return what must outlive a restart, as JSON takes it."""
    data: dict[str, Any] = {}
    if teams.call_since is not None:
        data["call"] = {
            "since": teams.call_since.isoformat(),
            "read": (teams.read_at or teams.call_since).isoformat(),
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
    """Return what is known after a restart (rule 5).

    ``data`` is what :func:`remembered` gave; ``None`` where nothing was kept. Then an
    own session may be as old as any that this policy writes.
    """
    if data is None:
        if not policy.write_calls:
            return TeamsState()
        echo = now + policy.session + policy.lag
        return TeamsState(clear_first=True, session_echo=echo)
    echo_until = [
        datetime.fromisoformat(data["echo_until"]) if "echo_until" in data else now,
        datetime.fromisoformat(data["session_until"]) + policy.lag
        if "session_until" in data
        else now,
    ]
    teams = TeamsState(
        clear_first=policy.write_calls or "session_until" in data,
        session_echo=max(echo_until),
    )
    if call := data.get("call"):
        read_at = datetime.fromisoformat(call["read"])
        if policy.read and now - read_at < policy.stale_after:
            # The first reading says more; until then nothing has ended.
            teams = replace(
                teams,
                call_since=datetime.fromisoformat(call["since"]),
                read_at=read_at,
            )
    if shown := data.get("shown"):
        own = OwnWrite(
            Pair(shown["availability"], shown["activity"]),
            datetime.fromisoformat(shown["since"]),
            datetime.fromisoformat(shown["expires"]),
            sure=True,
        )
        teams = replace(teams, shown=own)
    if message := data.get("message"):
        text = OwnWrite(
            str(message["text"]),
            datetime.fromisoformat(message["since"]),
            datetime.fromisoformat(message["expires"]),
            sure=True,
        )
        teams = replace(teams, message=text)
    return forget_expired(teams, policy, now)
