"""Reading and writing one person's presence in Teams, as Graph takes it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from ...presence.teams.mapping import Pair, TeamsReading
from ...presence.teams.state import (
    ClearSession,
    ClearShown,
    Outcome,
    SetMessage,
    SetSession,
    SetShown,
    Write,
)
from ..source import NotAllowed, SourceUnavailable
from .failures import NotThere, RequestRefused
from .graph import GraphClient

READ: Final = "Presence.Read"
READ_ALL: Final = "Presence.Read.All"
WRITE: Final = "Presence.ReadWrite"
WRITE_ALL: Final = "Presence.ReadWrite.All"
"""What an application writes with, and may read with as well."""
WHO: Final = "User.Read"
MOST_IDS: Final = 650


class TeamsClient:
    """Teams of the person who is signed in, or of ``user_id`` with an application.

    ``session_id`` tells our session from others: Graph asks for the application's id.
    Two Home Assistants with one application id overwrite each other.
    """

    def __init__(
        self, graph: GraphClient, session_id: str, user_id: str | None = None
    ) -> None:
        """Keep the parts; who is signed in is asked once, when it is needed."""
        self._graph = graph
        self._session_id = session_id
        self._user_id = user_id
        self.reads_with: Final = READ if user_id is None else READ_ALL
        """The permission that reading needs."""
        self.writes_with: Final = WRITE if user_id is None else WRITE_ALL
        """The permission that writing needs."""
        self._path = "/me" if user_id is None else f"/users/{quote(user_id, safe='')}"

    async def read(self) -> TeamsReading:
        """Read what Teams shows.

        Raises:
            SourceError: of the kinds in ``source`` and ``failures``.
        """
        return _reading(
            await self._graph.get(f"{self._path}/presence", self.reads_with)
        )

    async def read_many(self, ids: Iterable[str]) -> dict[str, TeamsReading]:
        """Read what Teams shows of many, who are named by their ids.

        Raises:
            SourceError: of the kinds in ``source`` and ``failures``.
        """
        waiting = list(dict.fromkeys(ids))
        readings: dict[str, TeamsReading] = {}
        while waiting:
            asked, waiting = waiting[:MOST_IDS], waiting[MOST_IDS:]
            answer = await self._graph.post(
                "/communications/getPresencesByUserId", READ_ALL, {"ids": asked}
            )
            rows = answer.get("value")
            if not isinstance(rows, list):
                raise SourceUnavailable("rubbish")
            readings |= {
                row["id"]: _reading(row)
                for row in rows
                if isinstance(row, dict) and isinstance(row.get("id"), str)
            }
        return readings

    async def user_id(self) -> str:
        """Return the id of the person who is signed in.

        Raises:
            SourceError: of the kinds in ``source`` and ``failures``.
        """
        if self._user_id is None:
            answer = await self._graph.get("/me", WHO, query={"$select": "id"})
            if not isinstance(answer.get("id"), str):
                raise SourceUnavailable("rubbish")
            self._user_id = answer["id"]
        return self._user_id

    async def write(self, write: Write) -> Outcome:
        """Send a write, and return its outcome.

        Raises:
            SignInNeeded: only the person can renew the sign-in.
        """
        name, body = call(write, self._session_id)
        try:
            path = f"/users/{quote(await self.user_id(), safe='')}/presence/{name}"
            await self._graph.post(path, self.writes_with, body)
        except NotThere:
            # There is no such session, which is what clearing one is for.
            clears = isinstance(write, ClearSession | ClearShown)
            return Outcome.GONE if clears else Outcome.REFUSED
        except NotAllowed, RequestRefused:
            return Outcome.REFUSED
        except SourceUnavailable:
            return Outcome.UNKNOWN
        return Outcome.DONE


def call(write: Write, session_id: str) -> tuple[str, dict[str, Any]]:
    """Return a write as Graph's action and its parameters."""
    match write:
        case SetSession(pair, length):
            return "setPresence", {
                "sessionId": session_id,
                "availability": pair.availability,
                "activity": pair.activity,
                "expirationDuration": duration(length),
            }
        case ClearSession():
            return "clearPresence", {"sessionId": session_id}
        case SetShown(pair, length):
            return "setUserPreferredPresence", {
                "availability": pair.availability,
                "activity": pair.activity,
                "expirationDuration": duration(length),
            }
        case ClearShown():
            return "clearUserPreferredPresence", {}
        case SetMessage(text, expires):
            message: dict[str, Any] = {
                "message": {"content": text, "contentType": "text"}
            }
            if text:
                message["expiryDateTime"] = _moment(expires)
            return "setStatusMessage", {"statusMessage": message}


def duration(length: timedelta) -> str:
    """Return a length in whole minutes, as ISO 8601 writes it."""
    return f"PT{max(1, -(-int(length.total_seconds()) // 60))}M"


def _moment(moment: datetime) -> dict[str, str]:
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return {"dateTime": utc.isoformat(timespec="microseconds"), "timeZone": "UTC"}


def _reading(answer: dict[str, Any]) -> TeamsReading:
    """Read a presence; what it lacks is not told, and no word is an error."""
    out_of_office = answer.get("outOfOfficeSettings")
    return TeamsReading(
        Pair(_word(answer, "availability"), _word(answer, "activity")),
        message=_message(answer),
        out_of_office=isinstance(out_of_office, dict)
        and out_of_office.get("isOutOfOffice") is True,
    )


def _word(answer: dict[str, Any], name: str) -> str:
    said = answer.get(name)
    return said if isinstance(said, str) else "PresenceUnknown"


def _message(answer: dict[str, Any]) -> str | None:
    if "statusMessage" not in answer:
        return None
    status = answer["statusMessage"]
    body = status.get("message") if isinstance(status, dict) else None
    content = body.get("content") if isinstance(body, dict) else None
    return content if isinstance(content, str) else ""
