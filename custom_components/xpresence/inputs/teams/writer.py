"""Writing one person's Teams: what it should show, and what was set there by us."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ...engine.store import OfficeStore
from ...groupware.microsoft.teams import TeamsClient
from ...groupware.source import SignInNeeded, SourceError
from ...microsoft import access_of
from ...presence.line import CallState
from ...presence.permission.policy import Tier
from ...presence.teams.mapping import DesiredTeams, desired_teams
from ...presence.teams.serialization import remembered, restarted
from ...presence.teams.state import EchoPolicy, Outcome, TeamsState, Write
from ...presence.teams.writes import begun, ended, next_writes
from .access import TeamsAccess, client_for

_LOGGER = logging.getLogger(__name__)

TEAMS: Final = "teams"
"""The kind of call that this is, and the name of what is stored."""
STORED_EVERY: Final = timedelta(minutes=2)
"""How old the last reading of a call in the store may be."""
TAKE_BACK_WITHIN: Final = 10.0
"""Seconds that taking back what was set may take."""
NO_WRITES: Final = EchoPolicy(
    read=False, write_calls=False, write_status=False, write_message=False
)


class TeamsWriter:
    """Sets presence and status message in Teams, and stores what it set before that."""

    def __init__(self, access: TeamsAccess) -> None:
        """Read what an earlier run stored; nothing is written yet."""
        self._access = access
        self.stored = access.input_context.remembered(TEAMS)
        """What is stored of this person's Teams."""
        self._in_call = False
        self.call_unknown_since: datetime | None = None
        """Since when the telephone tells nothing; ``None`` while it does."""

    def desired(self, now: datetime) -> DesiredTeams:
        """Return what Teams should show of the person now."""
        context, settings = self._access.input_context, self._access.settings
        desired = desired_teams(
            context.state.decision,
            settings.mapping,
            in_call=self.is_on_the_phone(now),
        )
        tier = context.office.access.of(context.person_id).info_text
        # Whoever looks at the person in Teams reads it.
        return desired if tier is Tier.TEAM else replace(desired, message="")

    def is_on_the_phone(self, now: datetime) -> bool:
        """Return whether the telephone is in a call.

        While the telephone tells nothing, the last state counts for the grace time.
        """
        line = self._access.input_context.state.line
        call = line.call if line else None
        if call is not None:
            self._in_call, self.call_unknown_since = call is CallState.IN_CALL, None
            return self._in_call
        self.call_unknown_since = self.call_unknown_since or now
        grace = self._access.input_context.office.health.grace
        return self._in_call and now < self.call_unknown_since + grace

    async def async_write(self) -> None:
        """Send what is due, and store the state."""
        access, now = self._access, dt_util.utcnow()
        access.state, writes = next_writes(
            access.state, self.desired(now), access.policy, now
        )
        if access.client is not None and access.works and access.delay.is_over(now):
            await self._async_send_all(access.client, writes)
        await self.async_store()

    async def _async_send_all(
        self, client: TeamsClient, writes: tuple[Write, ...]
    ) -> None:
        access = self._access
        for write in writes:
            access.state = begun(access.state, write, dt_util.utcnow())
            if not await self.async_store():
                access.delay.failed(SourceError())
                return
            outcome = await self._async_send(client, write)
            access.state = ended(
                access.state, write, outcome, access.policy, dt_util.utcnow()
            )
            if outcome is Outcome.UNKNOWN:
                return

    async def _async_send(self, client: TeamsClient, write: Write) -> Outcome:
        access = self._access
        try:
            outcome = await client.write(write)
        except SignInNeeded:
            return Outcome.UNKNOWN
        except SourceError as error:
            access.delay.failed(error)
            return Outcome.UNKNOWN
        if outcome is Outcome.UNKNOWN:
            access.delay.failed(SourceError())
        else:
            access.delay.succeeded()
            access.set_permission_issue(
                client.writes_with, there=outcome is Outcome.REFUSED
            )
        return outcome

    async def async_store(self) -> bool:
        """Store what must survive a restart, where it differs; return if it is stored."""
        record = remembered(self._access.state)
        if _is_stored(record, self.stored):
            return True
        try:
            await self._access.input_context.async_remember(TEAMS, record or None)
        except OSError:
            _LOGGER.warning("What is set in Teams could not be stored for a restart")
            return False
        self.stored = record
        return True


async def async_take_back(client: TeamsClient, teams: TeamsState) -> None:
    """Take back what we may have set in Teams; what fails expires by itself."""
    now = dt_util.utcnow()
    _, writes = next_writes(
        replace(teams, refused_until=None), DesiredTeams(), NO_WRITES, now
    )
    try:
        async with asyncio.timeout(TAKE_BACK_WITHIN):
            for write in writes:
                await client.write(write)
    except TimeoutError, SourceError:
        _LOGGER.info("What was set in Teams could not be taken back; it ends by itself")


async def async_take_back_all(
    hass: HomeAssistant, entry: ConfigEntry[Any], store: OfficeStore
) -> None:
    """Take back what is set in Teams, for an office that is removed."""
    for person_id in entry.subentries:
        record = store.get(f"{person_id}.{TEAMS}")
        link = access_of(hass, entry, person_id) if record else None
        if link is not None:
            teams = restarted(record, NO_WRITES, dt_util.utcnow())
            await async_take_back(client_for(link), teams)


def _is_stored(record: dict[str, Any], stored: dict[str, Any]) -> bool:
    """Tell whether a record is as good as stored; its last reading may be older."""
    mine, theirs = record.get("call"), stored.get("call")
    if mine and theirs and mine["since"] == theirs["since"]:
        age = datetime.fromisoformat(mine["read"]) - datetime.fromisoformat(
            theirs["read"]
        )
        if age < STORED_EVERY:
            record = record | {"call": theirs}
    return record == stored
