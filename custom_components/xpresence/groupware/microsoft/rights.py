"""Trying each right of an application, one request each, and changing nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from ..source import NotAllowed, SignInNeeded, SourceError
from .application import READ_CALENDARS, READ_PRESENCE, READ_USERS, WRITE_PRESENCE
from .calendar import OutlookCalendar
from .failures import MailboxElsewhere, NotThere, RequestRefused
from .graph import GraphClient
from .teams import TeamsClient

NO_SESSION: Final = "9d3f1f6e-6f0a-4b0e-8a52-2f6d0a3c7b41"
"""A session that nobody has: to clear it changes nothing, and needs the right to."""
AT_ONCE: Final = 8
"""Mailboxes that are tried at a time; each takes four requests."""


class Outcome(StrEnum):
    """What came of trying a right."""

    GRANTED = "granted"
    MISSING = "missing"
    NOT_TRIED = "not_tried"
    """There is nobody to try it with, or it failed for another reason."""


@dataclass(frozen=True, slots=True)
class Right:
    """One right. ``code`` is Graph's word where it is missing or could not be tried.

    ``without``: the ids of those for whom it does not hold, where others have it.
    """

    permission: str
    outcome: Outcome
    code: str = ""
    without: tuple[str, ...] = ()


async def try_rights(
    graph: GraphClient, client_id: str, mailboxes: Mapping[str, GraphClient]
) -> tuple[Right, ...]:
    """Try everything that an office may use; ``mailboxes``: user's id → their Graph.

    Raises:
        SignInRefused: the application itself does not get in.
    """
    somebody = next(iter(mailboxes), None)

    async def list_users() -> None:
        await graph.get("/users", READ_USERS, query={"$select": "id", "$top": "1"})

    async def read_presence() -> None:
        await TeamsClient(graph, client_id).read_many([somebody or NO_SESSION])

    async def clear_nothing() -> None:
        path = f"/users/{somebody}/presence/clearPresence"
        await graph.post(path, WRITE_PRESENCE, {"sessionId": NO_SESSION})

    return (
        await _tried(READ_USERS, list_users),
        await _tried(READ_PRESENCE, read_presence),
        await _tried(WRITE_PRESENCE, clear_nothing)
        if somebody
        else Right(WRITE_PRESENCE, Outcome.NOT_TRIED),
        await _calendars(mailboxes),
    )


async def _tried(permission: str, ask: Callable[[], Awaitable[None]]) -> Right:
    try:
        await ask()
    except SignInNeeded:
        raise
    except MailboxElsewhere as error:
        # Said before anybody looked at rights.
        return Right(permission, Outcome.NOT_TRIED, _code(error))
    except NotAllowed as error:
        return Right(permission, Outcome.MISSING, _code(error))
    except NotThere, RequestRefused:
        # Graph had let us in before it looked at what was asked.
        return Right(permission, Outcome.GRANTED)
    except SourceError as error:
        return Right(permission, Outcome.NOT_TRIED, _code(error))
    return Right(permission, Outcome.GRANTED)


async def _calendars(mailboxes: Mapping[str, GraphClient]) -> Right:
    """Try each mailbox: a right that Exchange limits to a group holds for some only."""
    turn = asyncio.Semaphore(AT_ONCE)
    now = datetime.now(UTC)

    async def one(user_id: str, graph: GraphClient) -> Right:
        async def read() -> None:
            calendar = OutlookCalendar(graph, "", user_id=user_id)
            await calendar.read(now, now + timedelta(minutes=1))

        async with turn:
            return await _tried(READ_CALENDARS, read)

    rights = await asyncio.gather(*(one(*mailbox) for mailbox in mailboxes.items()))
    tried = dict(zip(mailboxes, rights, strict=True))
    granted = [one for one in tried.values() if one.outcome is Outcome.GRANTED]
    others = {
        user_id: right
        for user_id, right in tried.items()
        if right.outcome is not Outcome.GRANTED
    }
    if granted:
        code = next((right.code for right in others.values()), "")
        return Right(READ_CALENDARS, Outcome.GRANTED, code, tuple(others))
    return next(iter(others.values()), Right(READ_CALENDARS, Outcome.NOT_TRIED))


def _code(error: SourceError) -> str:
    return str(getattr(error, "code", "") or getattr(error, "reason", ""))
