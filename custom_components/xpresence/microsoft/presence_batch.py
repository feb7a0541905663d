"""Reading Teams of a whole office with one request, where one account may read all.

That is the office's application, or the sign-in of somebody who was given the right.

The subscriber that is due first starts the request; it reads all subscribers, so that
they are due together the next time.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..engine.clock import clock_of
from ..groupware.microsoft.teams import TeamsClient
from ..groupware.source import NotAllowed, SourceError
from ..presence.datetimes import later
from ..presence.moved_clock import ClockMove
from ..presence.teams.mapping import TeamsReading
from ..presence.teams.state import TeamsState
from .application import application_of

LEAST: Final = timedelta(seconds=30)
"""How long after a failure the next request waits."""
NOT_ALLOWED: Final = timedelta(hours=1)
"""The same where a permission is missing."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One person who can be read in the batch.

    ``reads`` returns the client that may read all, if it is this person's. ``wake``
    says that it may be worth asking again.
    """

    object_id: str
    take: Callable[[TeamsReading], None]
    wake: Callable[[], None]
    reads: Callable[[], TeamsClient | None]


@dataclass(slots=True)
class PresenceBatch:
    """The people of one office whose Teams is aligned."""

    hass: HomeAssistant
    entry: ConfigEntry[Any]
    known: dict[str, TeamsState] = field(default_factory=dict)
    """Person's id → their Teams state, kept while their input is replaced."""
    _subscribers: dict[str, Subscriber] = field(default_factory=dict)
    _task: asyncio.Task[None] | None = None
    _failed: tuple[SourceError, datetime] | None = None

    @callback
    def subscribe(self, person_id: str, subscriber: Subscriber) -> CALLBACK_TYPE:
        """Add a subscriber to the batch; return a callback that removes it."""
        self._subscribers[person_id] = subscriber
        if subscriber.reads() is not None:
            self.wake()

        def leave() -> None:
            if self._subscribers.get(person_id) is subscriber:
                del self._subscribers[person_id]

        return leave

    def reads(self, person_id: str) -> bool:
        """Return whether a person is subscribed, and an account may read them."""
        return person_id in self._subscribers and self._reader is not None

    @callback
    def wake(self) -> None:
        """Clear the retry delay and wake all subscribers after a sign-in changed."""
        self._failed = None
        for subscriber in tuple(self._subscribers.values()):
            subscriber.wake()

    @callback
    def forget_failure(self) -> None:
        """Clear the retry delay: what reads everybody works again, or differs."""
        self._failed = None

    def has_subscriber(self, person_id: str) -> bool:
        """Return whether a person is subscribed."""
        return person_id in self._subscribers

    @property
    def could_read(self) -> bool:
        """Return whether an account may read all people."""
        return self._reader is not None

    @property
    def _reader(self) -> TeamsClient | None:
        office = application_of(self.hass, self.entry)
        if office is not None and office.problem is None:
            return TeamsClient(office.graph, office.application.client_id)
        clients = (subscriber.reads() for subscriber in self._subscribers.values())
        return next((client for client in clients if client is not None), None)

    async def async_read(self) -> None:
        """Read all subscribers; a second call meanwhile waits for the same request.

        Raises:
            SourceError: nothing was read.
        """
        if self._failed is None or dt_util.utcnow() >= self._failed[1]:
            if self._task is None or self._task.done():
                self._task = self.entry.async_create_background_task(
                    self.hass, self._async_read(), f"{DOMAIN} Teams of everybody"
                )
            await asyncio.shield(self._task)
        if self._failed is not None:
            raise self._failed[0].with_traceback(None)

    @callback
    def clock_moved(self, move: ClockMove) -> None:
        """Take along until when nothing is asked."""
        if self._failed is not None:
            error, until = self._failed
            self._failed = (error, later(until, move.by))

    async def _async_read(self) -> None:
        client = self._reader
        if client is None:
            return
        subscribers = tuple(self._subscribers.values())
        try:
            readings = await client.read_many(
                subscriber.object_id for subscriber in subscribers
            )
        except SourceError as error:
            wait = getattr(error, "retry_after", None)
            pause = max(LEAST, timedelta(seconds=wait or 0))
            if isinstance(error, NotAllowed):
                pause = NOT_ALLOWED
            self._failed = (error, dt_util.utcnow() + pause)
            return
        self._failed = None
        for subscriber in subscribers:
            if (reading := readings.get(subscriber.object_id)) is not None:
                subscriber.take(reading)


EVERYBODY: HassKey[dict[str, PresenceBatch]] = HassKey(f"{DOMAIN}_teams")


@callback
def presence_batch_of(hass: HomeAssistant, entry: ConfigEntry[Any]) -> PresenceBatch:
    """Return the people of an office, as long as it is set up."""
    offices = hass.data.setdefault(EVERYBODY, {})
    if (known := offices.get(entry.entry_id)) is not None:
        return known

    def forget() -> None:
        offices.pop(entry.entry_id, None)

    batch = offices[entry.entry_id] = PresenceBatch(hass, entry)
    entry.async_on_unload(forget)
    entry.async_on_unload(clock_of(hass).listen(batch.clock_moved))
    return offices[entry.entry_id]
