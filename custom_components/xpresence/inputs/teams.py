"""A person's Teams: a call there becomes a fact, and what they do here shows there.

The rules are those of ``presence/teams/state.py``. This gives them the clock, the
decision and the telephone, asks Graph, and stores what was written before it is on
its way. Nothing is polled but Teams: between two readings a timer sleeps until
something is due.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..engine.input import InputContext
from ..engine.issues import set_permission_issue
from ..engine.store import OfficeStore
from ..groupware.microsoft.teams import READ, READ_ALL, WRITE, TeamsClient
from ..groupware.source import NotAllowed, SignInNeeded, SourceError, SourceUnavailable
from ..microsoft import MicrosoftLink, link_of
from ..microsoft.presence_batch import Subscriber, presence_batch_of
from ..microsoft.teams import teams_of
from ..presence.decision.dismissals import with_calls
from ..presence.line import CallState
from ..presence.model import Facts
from ..presence.permission.policy import Tier
from ..presence.teams.mapping import DesiredTeams, TeamsReading, desired_teams
from ..presence.teams.readings import after_reading
from ..presence.teams.serialization import remembered, restarted
from ..presence.teams.state import EchoPolicy, Outcome, TeamsState, Write
from ..presence.teams.writes import begun, ended, next_due, next_writes, reading_due
from ..settings.permissions import info_tier_from

_LOGGER = logging.getLogger(__name__)

TEAMS: Final = "teams"
"""The kind of call that this is, and the name of what is stored."""
FIRST_RETRY: Final = timedelta(seconds=30)
LONGEST_RETRY: Final = timedelta(minutes=4)
NOTED_EVERY: Final = timedelta(minutes=2)
"""How old the last reading of a call in the store may be."""
LEAST: Final = timedelta(seconds=5)
"""Between two turns that nothing but the clock asks for."""
FAREWELL: Final = 10.0
"""Seconds that taking back what was set may take."""


class TeamsInput:
    """Teams of one person, in both directions."""

    def __init__(self, input_context: InputContext) -> None:
        """Take up what is known; nothing is asked yet."""
        self._input_context = input_context
        self._everybody = presence_batch_of(input_context.hass, input_context.entry)
        self._settings = teams_of(input_context.entry, input_context.settings)
        self._client: TeamsClient | None = None
        self._link: MicrosoftLink | None = None
        self._follow_link()
        self._memory = input_context.remembered(TEAMS)
        self._teams = self._add_person()
        self.reading: TeamsReading | None = None
        """What Teams showed last."""
        self._stops: list[CALLBACK_TYPE] = []
        self._timer: CALLBACK_TYPE | None = None
        self._task: asyncio.Task[None] | None = None
        self._again = False
        self._wait = FIRST_RETRY
        self._not_before: datetime | None = None
        self._unreadable_until: datetime | None = None
        self._heard = False
        self._silent_since: datetime | None = None

    def _add_person(self) -> TeamsState:
        """Return what is known from just now, or else from before a restart."""
        if (person_id := self._input_context.person_id) in self._everybody.known:
            return self._everybody.known.pop(person_id)
        if not (self._settings.aligns or self._memory):
            return TeamsState()
        return restarted(self._memory, self._policy, dt_util.utcnow())

    def diagnosis(self) -> dict[str, Any]:
        """Return how the account and Teams are doing, for diagnostics."""
        problem = self._link.problem if self._link is not None else None
        return {
            "aligns": self._settings.aligns,
            "signed_in": self._link.signed_in if self._link is not None else None,
            "problem": problem if str(problem).isidentifier() else None,
            "has_read": self.reading is not None,
            "has_session": self._teams.session is not None,
            "not_before": self._not_before,
        }

    # Life

    @callback
    def restore_facts(self, facts: Facts) -> Facts:
        """Return the facts with the call that went on before a restart."""
        return with_calls(facts, TEAMS, self._teams.calls, read=False)

    @callback
    def start(self) -> None:
        """Read Teams, and follow what is to be shown there."""
        if self._link is not None:
            self._stops.append(self._link.listen(self._on_link))
        if self._settings.object_id is not None:
            self._subscribe(self._settings.object_id)
        if self._concerns:
            self._stops.append(self._input_context.listen(self._turn_soon))
            self._turn_soon()

    @callback
    def stop(self) -> None:
        """Remove listeners, timer and task; keep the state for the next instance."""
        for stop in self._stops:
            stop()
        self._stops.clear()
        self._set_timer(None)
        if self._task is not None:
            self._task.cancel()
        if self._concerns:
            self._everybody.known[self._input_context.person_id] = self._teams

    @callback
    def office_changed(self) -> None:
        """Take account of what the office allows now, and of the profiles' words."""
        settings = teams_of(self._input_context.entry, self._input_context.settings)
        if settings != self._settings:
            self._settings = settings
            for stop in self._stops:
                stop()
            self._stops.clear()
            self._follow_link()
            self.start()

    async def async_sync(self) -> None:
        """Read Teams now.

        Raises:
            HomeAssistantError: it could not be read; what was known stays.
        """
        if not self._policy.read:
            return
        try:
            await self._async_ask()
        except SourceError as error:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="teams_not_read",
                translation_placeholders={"person": self._input_context.person.name},
            ) from error
        self._turn_soon()

    async def async_clean_up(self) -> None:
        """Take back what is set in Teams, for who leaves us or signs out."""
        self.stop()
        teams, self._teams = self._teams, TeamsState()
        self._everybody.known[self._input_context.person_id] = self._teams
        if self._client is not None:
            await async_take_back(self._client, teams)
        self._publish()
        await self._async_remember()

    @property
    def reads(self) -> bool:
        """Return whether Teams is read for this person, by them or by somebody."""
        somehow = self._link is not None or self._settings.object_id is not None
        return self._policy.read and somehow

    @property
    def _readable(self) -> bool:
        """Return whether Teams can be read now, as far as anybody knows."""
        along = self._everybody.reads(self._input_context.person_id)
        return self._policy.read and (self._works or along)

    @property
    def _concerns(self) -> bool:
        """Return whether there is anything to align, or to take back."""
        return bool(self._settings.aligns or self._memory or self._teams.calls)

    @property
    def _policy(self) -> EchoPolicy:
        return self._settings.policy

    @callback
    def _follow_link(self) -> None:
        """Find the account, if the person has one of their own."""
        input_context = self._input_context
        self._link = link_of(
            input_context.hass, input_context.entry, input_context.person_id
        )
        self._connect()

    @callback
    def _connect(self) -> None:
        """Make a client for the account as it is now."""
        self._client = None if self._link is None else _client(self._link)

    @callback
    def _subscribe(self, object_id: str) -> None:
        subscriber = Subscriber(
            object_id.lower(),
            self._on_reading,
            self._turn_soon,
            lambda: self._client if self._settings.reads_all and self._works else None,
        )
        self._stops.append(
            self._everybody.subscribe(self._input_context.person_id, subscriber)
        )

    @property
    def _works(self) -> bool:
        """Return whether the sign-in is good, as far as anybody knows."""
        return self._link is not None and self._link.problem is None

    @callback
    def _on_link(self) -> None:
        """Begin anew: somebody signed in, or needs to."""
        self._connect()
        self._not_before = self._unreadable_until = None
        self._teams = replace(self._teams, refused_until=None)
        if self._settings.reads_all:
            self._everybody.wake()
        self._turn_soon()

    # Turns

    @callback
    def _turn_soon(self) -> None:
        """Do what is due; once more if that is being done already."""
        if self._task is not None and not self._task.done():
            self._again = True
            return
        self._task = self._input_context.entry.async_create_background_task(
            self._input_context.hass,
            self._async_run(),
            f"{DOMAIN} Teams",
            eager_start=False,
        )

    @callback
    def _on_timer(self, _now: datetime) -> None:
        self._timer = None
        self._turn_soon()

    async def _async_run(self) -> None:
        while True:
            self._again = False
            await self._async_read()
            self._let_go()
            await self._async_write()
            if not self._again:
                break
        self._set_timer(self._due(dt_util.utcnow()))

    @callback
    def _set_timer(self, at: datetime | None) -> None:
        if self._timer is not None:
            self._timer()
            self._timer = None
        if at is not None:
            self._timer = async_track_point_in_utc_time(
                self._input_context.hass, self._on_timer, at
            )

    def _due(self, now: datetime) -> datetime | None:
        """Return when something is to be done again, if nothing happens before."""
        moments = []
        if not self._may_ask(now):
            moments.append(self._not_before)
        elif self._works or self._readable:
            readable = self._unreadable_until is None or now >= self._unreadable_until
            policy = self._policy if readable else replace(self._policy, read=False)
            moments += [
                next_due(self._teams, self._desired(now), policy, now),
                self._unreadable_until if not readable else None,
            ]
        if self._teams.call_since is not None:
            read_at = self._teams.read_at or self._teams.call_since
            moments.append(read_at + self._policy.stale_after)
        if self._silent_since is not None and self._on_the_phone(now):
            moments.append(self._silent_since + self._input_context.office.health.grace)
        least = now + LEAST
        ahead = (max(moment, least) for moment in moments if moment is not None)
        return min(ahead, default=None)

    def _may_ask(self, now: datetime) -> bool:
        return self._not_before is None or now >= self._not_before

    @callback
    def _failed(self, error: SourceError) -> None:
        """Set the earliest time of the next request; the delay doubles each time."""
        now = dt_util.utcnow()
        asked = timedelta(seconds=getattr(error, "retry_after", None) or 0)
        self._not_before = now + max(asked, self._wait)
        self._wait = min(2 * self._wait, LONGEST_RETRY)

    # Reading

    async def _async_read(self) -> None:
        now = dt_util.utcnow()
        due = reading_due(self._teams, self._desired(now), self._policy, now)
        if due is None or due > now or not self._may_ask(now) or not self._readable:
            return
        if self._unreadable_until is not None and now < self._unreadable_until:
            return
        try:
            await self._async_ask()
        except NotAllowed:
            self._unreadable_until = now + self._policy.refused_for
            self._notice(READ, there=True)
        except SourceError as error:
            self._failed(error)
        else:
            if self._teams.read_at is None or self._teams.read_at < now:
                # Nobody of that id is known there.
                self._failed(SourceError())

    async def _async_ask(self) -> None:
        """Read Teams, with everybody's where that is possible.

        Raises:
            SourceError: it could not be read.
        """
        person_id = self._input_context.person_id
        everybody, client = self._everybody, self._client if self._works else None
        along = everybody.could_read or self._settings.reads_all
        if client and along and not everybody.subscribers(person_id):
            self._subscribe(await client.user_id())
        if everybody.reads(person_id):
            try:
                await everybody.async_read()
            except (NotAllowed, SignInNeeded) as error:
                if self._settings.reads_all and isinstance(error, NotAllowed):
                    self._notice(READ_ALL, there=True)
                if client is None:
                    # Somebody else's permission: nothing that this person can mend.
                    raise SourceUnavailable("not_allowed") from error
            else:
                self._notice(READ_ALL, there=False)
                return
        if client is not None:
            self._on_reading(await client.read())
            self._notice(READ, there=False)

    @callback
    def _on_reading(self, reading: TeamsReading) -> None:
        """Take one reading, whoever asked for it."""
        self._wait, self._not_before = FIRST_RETRY, None
        before, self.reading = self.reading, reading
        self._teams = after_reading(
            self._teams, reading, self._policy, dt_util.utcnow()
        )
        if before is None or before.shown != reading.shown:
            self._input_context.show()
        self._publish(read=True)
        self._turn_soon()

    @callback
    def _let_go(self) -> None:
        """End a call whose last reading is too old."""
        now = dt_util.utcnow()
        self._teams, _ = next_writes(self._teams, self._desired(now), self._policy, now)
        self._publish()

    @callback
    def _publish(self, *, read: bool = False) -> None:
        calls = self._teams.calls
        self._input_context.learn(
            lambda facts: with_calls(facts, TEAMS, calls, read=read)
        )

    # Writing

    def _desired(self, now: datetime) -> DesiredTeams:
        """Return what Teams should show of the person now."""
        desired = desired_teams(
            self._input_context.state.decision,
            self._settings.mapping,
            in_call=self._on_the_phone(now),
        )
        tier = info_tier_from(
            self._input_context.entry.options, self._input_context.settings
        )
        # Whoever looks at the person in Teams reads it.
        return desired if tier is Tier.TEAM else replace(desired, message="")

    def _on_the_phone(self, now: datetime) -> bool:
        """Return whether the telephone is in a call, as it was heard last."""
        line = self._input_context.state.line
        call = line.call if line else None
        if call is not None:
            self._heard, self._silent_since = call is CallState.IN_CALL, None
            return self._heard
        self._silent_since = self._silent_since or now
        return (
            self._heard
            and now < self._silent_since + self._input_context.office.health.grace
        )

    async def _async_write(self) -> None:
        now = dt_util.utcnow()
        self._teams, writes = next_writes(
            self._teams, self._desired(now), self._policy, now
        )
        if self._client is not None and self._works and self._may_ask(now):
            await self._async_send_all(self._client, writes)
        await self._async_remember()

    async def _async_send_all(
        self, client: TeamsClient, writes: tuple[Write, ...]
    ) -> None:
        for write in writes:
            self._teams = begun(self._teams, write, dt_util.utcnow())
            if not await self._async_remember():
                self._failed(SourceError())
                return
            outcome = await self._async_send(client, write)
            self._teams = ended(
                self._teams, write, outcome, self._policy, dt_util.utcnow()
            )
            if outcome is Outcome.UNKNOWN:
                return

    async def _async_send(self, client: TeamsClient, write: Write) -> Outcome:
        try:
            outcome = await client.write(write)
        except SignInNeeded:
            return Outcome.UNKNOWN
        except SourceError as error:
            self._failed(error)
            return Outcome.UNKNOWN
        if outcome is Outcome.UNKNOWN:
            self._failed(SourceError())
        else:
            self._wait, self._not_before = FIRST_RETRY, None
            self._notice(WRITE, there=outcome is Outcome.REFUSED)
        return outcome

    async def _async_remember(self) -> bool:
        """Store what must outlive a restart, if it is not stored; say if it is."""
        record = remembered(self._teams)
        if _same(record, self._memory):
            return True
        try:
            await self._input_context.async_remember(TEAMS, record or None)
        except OSError:
            _LOGGER.warning("What is set in Teams could not be stored for a restart")
            return False
        self._memory = record
        return True

    @callback
    def _notice(self, permission: str, *, there: bool) -> None:
        """Say that a permission is missing, or that it no longer is."""
        input_context = self._input_context
        set_permission_issue(
            input_context.hass,
            input_context.person_id,
            input_context.person.name,
            permission,
            there=there,
        )


NOTHING: Final = EchoPolicy(
    read=False, write_calls=False, write_status=False, write_message=False
)


async def async_take_back(client: TeamsClient, teams: TeamsState) -> None:
    """Take back whatever of ours Teams may be showing; what fails ends by itself."""
    now = dt_util.utcnow()
    _, writes = next_writes(
        replace(teams, refused_until=None), DesiredTeams(), NOTHING, now
    )
    try:
        async with asyncio.timeout(FAREWELL):
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
        link = link_of(hass, entry, person_id) if record else None
        if link is not None:
            teams = restarted(record, NOTHING, dt_util.utcnow())
            await async_take_back(_client(link), teams)


def _client(link: MicrosoftLink) -> TeamsClient:
    return TeamsClient(link.graph, link.account.registration.client_id)


def teams_of_person(inputs: Iterable[object]) -> TeamsInput | None:
    """Return a person's Teams, if it is read at all."""
    found = (one for one in inputs if isinstance(one, TeamsInput))
    return next((one for one in found if one.reads), None)


def _same(record: dict[str, Any], stored: dict[str, Any]) -> bool:
    """Tell whether a record is as good as stored; readings alone may be a bit older."""
    mine, theirs = record.get("call"), stored.get("call")
    if mine and theirs and mine["since"] == theirs["since"]:
        age = datetime.fromisoformat(mine["read"]) - datetime.fromisoformat(
            theirs["read"]
        )
        if age < NOTED_EVERY:
            record = record | {"call": theirs}
    return record == stored
