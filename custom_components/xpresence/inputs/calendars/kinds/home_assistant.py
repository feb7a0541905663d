"""Any calendar entity of Home Assistant."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, override

from homeassistant.components.calendar import CalendarEntity
from homeassistant.components.calendar.const import DATA_COMPONENT
from homeassistant.const import CONF_ENTITY_ID, STATE_UNAVAILABLE
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.json import JsonValueType

from ....const import DOMAIN
from ....groupware.calendar_event import Owner, appointments_from, details_of
from ....groupware.source import CalendarGone, CalendarSource, SourceUnavailable
from ....presence.calendar.appointments import Appointment
from ..settings import CalendarSettings
from .fields import CONF_ADDRESS, CONF_PRIVATE, HOME_ASSISTANT as KEY
from .kind import CalendarForm, CalendarType, ValidationResult
from .logins import is_followed, mail_address_problem, text

if TYPE_CHECKING:
    from ....engine.input import InputContext


type Events = list[Mapping[str, Any]]
type Window = tuple[datetime, datetime]


class CalendarReading:
    """One reading that several people wait for; it ends when nobody does any more."""

    def __init__(self, task: asyncio.Task[list[Any]]) -> None:
        """Take what reads."""
        self._task = task
        self._waiting = 0

    @property
    def is_over(self) -> bool:
        """Tell whether nobody can wait for it any more."""
        return self._task.done() or not self._waiting

    async def answer(self) -> list[Any]:
        """Return the answer; whoever loses patience spoils it for nobody else.

        Raises:
            SourceUnavailable: the entity gave its own reading up.
        """
        self._waiting += 1
        try:
            return await asyncio.shield(self._task)
        except asyncio.CancelledError as error:
            asker = asyncio.current_task()
            if self._task.cancelled() and asker and not asker.cancelling():
                raise SourceUnavailable("given_up") from error
            raise
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._task.cancel()


class Understood:
    """Events as appointments, kept while the same events are told."""

    def __init__(self) -> None:
        """Start with an empty cache."""
        self._of: tuple[object, object] = (None, None)
        self._known: dict[tuple[Owner, str, bool], tuple[Appointment, ...]] = {}

    def of(
        self, events: Events, data: object, owner: Owner, name: str, *, private: bool
    ) -> tuple[Appointment, ...]:
        """Return the appointments of somebody in a calendar of this name."""
        if self._of[0] is not events or self._of[1] != data:
            self._of, self._known = (events, data), {}
        key = owner, name, private
        if key not in self._known:
            self._known[key] = appointments_from(
                events, details_of(data), owner, name, private=private
            )
        return self._known[key]


class EntityFeed:
    """One calendar entity, read and followed once for everybody who uses it.

    The entity object is asked, as Home Assistant's own calendar trigger does, for
    the action ``calendar.get_events`` leaves out by what id an event is known.
    """

    def __init__(self, hass: HomeAssistant, entity_id: str) -> None:
        """Name the entity; nothing is read yet."""
        self._hass = hass
        self._entity_id = entity_id
        self._listeners: list[Callable[[], None]] = []
        self._readings: dict[Window, CalendarReading] = {}
        self._known: tuple[Window, list[Any]] | None = None
        self._pushed: tuple[Window, list[Any]] | None = None
        self._understood = Understood()
        self._subscribed: tuple[CalendarEntity, Window] | None = None
        self._stops: list[CALLBACK_TYPE] = []

    async def async_read(self, window: Window) -> Events:
        """Return the events of a time; who asks meanwhile shares the answer.

        Raises:
            SourceError: the entity is gone, not ready, or raises.
        """
        if self._pushed is not None and self._pushed[0] == window:
            return self._pushed[1]
        reading = self._readings.get(window)
        if reading is None:
            reading = self._readings[window] = CalendarReading(
                self._hass.async_create_background_task(
                    self._async_read(window), f"xpresence {self._entity_id}"
                )
            )
        try:
            return await reading.answer()
        except HomeAssistantError as error:
            raise SourceUnavailable("rejected") from error
        finally:
            if reading.is_over and self._readings.get(window) is reading:
                del self._readings[window]

    async def async_appointments(
        self, window: Window, owner: Owner, name: str, *, private: bool = False
    ) -> tuple[Appointment, ...]:
        """Return the appointments of a time, as somebody understands them.

        ``private``: none of their subjects is for others.

        Raises:
            SourceError: as :meth:`async_read`.
        """
        events = await self.async_read(window)
        data = self.attributes.get("data")
        return self._understood.of(events, data, owner, name, private=private)

    async def _async_read(self, window: Window) -> list[Any]:
        entity = self._entity()
        events = [
            e.as_dict() for e in await entity.async_get_events(self._hass, *window)
        ]
        if self._listeners:
            self._subscribe(entity, window)
        if (window, events) != self._known:
            self._known = window, events
        # The same object as long as nothing changes: so that it is not parsed again.
        return self._known[1]

    def _entity(self) -> CalendarEntity:
        component = self._hass.data.get(DATA_COMPONENT)
        entity = component.get_entity(self._entity_id) if component else None
        if entity is None:
            if self._is_gone:
                raise CalendarGone(removed=self._was_removed)
            raise SourceUnavailable("not_loaded")
        if not entity.available:
            raise SourceUnavailable("unavailable")
        return entity

    @property
    def _is_gone(self) -> bool:
        registry = er.async_get(self._hass)
        return self._hass.states.get(
            self._entity_id
        ) is None and not registry.async_is_registered(self._entity_id)

    @property
    def _was_removed(self) -> bool:
        """Tell whether somebody removed it; the registry remembers that for a month."""
        removed = er.async_get(self._hass).deleted_entities.values()
        return any(entry.entity_id == self._entity_id for entry in removed)

    @property
    def attributes(self) -> Mapping[str, Any]:
        """Return the attributes of the entity's state."""
        state = self._hass.states.get(self._entity_id)
        return state.attributes if state else {}

    @callback
    def follow(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Register a callback for when the entity should be read again."""
        if not self._listeners:
            self._stops.append(
                async_track_state_change_event(
                    self._hass, self._entity_id, self._on_state
                )
            )
        self._listeners.append(listener)

        @callback
        def stop() -> None:
            self._listeners.remove(listener)
            if not self._listeners:
                self._stop()

        return stop

    @callback
    def _stop(self) -> None:
        for stop in self._stops:
            stop()
        self._stops.clear()
        self._subscribed = self._known = None

    @callback
    def _subscribe(self, entity: CalendarEntity, window: Window) -> None:
        """Let the entity push; one that was reloaded is another one."""
        if self._subscribed == (entity, window):
            return
        if self._subscribed is not None:
            self._stops.pop()()
        self._subscribed = entity, window
        self._stops.append(
            entity.async_subscribe_events(
                *window, lambda events: self._on_push(window, events)
            )
        )

    @callback
    def _on_push(self, window: Window, events: list[JsonValueType] | None) -> None:
        # Many entities write their state every minute and have nothing new to tell.
        # One that fails is asked again in its turn, not at every push.
        if events is None or (window, events) == self._known:
            return
        self._known = self._pushed = window, events
        # Whoever reads now need not ask for what was just said.
        self._notify()
        self._pushed = None

    @callback
    def _on_state(self, event: Any) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        if new is None and self._is_gone:
            self._notify()
            return
        if new is None or new.state == STATE_UNAVAILABLE:
            # What was read last stays; the next reading in turn will say so.
            return
        came_back = old is None or old.state == STATE_UNAVAILABLE
        more = old and old.attributes.get("data") != new.attributes.get("data")
        if came_back or more or self._subscribed is None:
            self._notify()

    @callback
    def _notify(self) -> None:
        for listener in tuple(self._listeners):
            listener()


FEEDS: HassKey[dict[str, EntityFeed]] = HassKey("xpresence_calendar_feeds")


class EntitySource(CalendarSource):
    """A calendar entity as one person's calendar."""

    def __init__(
        self, feed: EntityFeed, name: str, address: str, *, private: bool
    ) -> None:
        """Read a feed for somebody with this e-mail address, if it is known."""
        self._private = private
        self._feed = feed
        self._name = name
        self._owner = Owner(address)

    @property
    @override
    def name(self) -> str:
        """Return what the person calls it."""
        return self._name

    @override
    async def read(self, start: datetime, end: datetime) -> tuple[Appointment, ...]:
        """Return what the entity tells of the time."""
        return await self._feed.async_appointments(
            (start, end), self._owner, self._name, private=self._private
        )

    def follow(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Register a callback for changes of the entity."""
        return self._feed.follow(changed)

    @override
    async def close(self) -> None:
        """Do nothing: this source holds no resource."""


def _build(input_context: InputContext, calendar: CalendarSettings) -> CalendarSource:
    entity_id = calendar.settings[CONF_ENTITY_ID]
    feeds = input_context.hass.data.setdefault(FEEDS, {})
    feed = feeds.setdefault(entity_id, EntityFeed(input_context.hass, entity_id))
    settings = calendar.settings
    return EntitySource(
        feed,
        calendar.name,
        settings.get(CONF_ADDRESS) or "",
        private=bool(settings.get(CONF_PRIVATE)),
    )


async def async_check(form: CalendarForm) -> ValidationResult:
    """Check that there is such a calendar, and that it is not one of ours."""
    hass, entity_id = form.hass, text(form.values, CONF_ENTITY_ID)
    problems: dict[str, str] = {}
    state = hass.states.get(entity_id)
    known = er.async_get(hass).async_get(entity_id)
    if known and known.platform == DOMAIN:
        problems[CONF_ENTITY_ID] = "calendar_own"
    elif not entity_id.startswith("calendar.") or (state is None and known is None):
        problems[CONF_ENTITY_ID] = "calendar_missing"
    elif is_followed(form, KEY, entity_id=entity_id):
        problems[CONF_ENTITY_ID] = "calendar_twice"
    settings: dict[str, Any] = {CONF_ENTITY_ID: entity_id}
    if form.values.get(CONF_PRIVATE):
        settings[CONF_PRIVATE] = True
    if address := text(form.values, CONF_ADDRESS):
        settings[CONF_ADDRESS] = address
        if problem := mail_address_problem(address):
            problems[CONF_ADDRESS] = problem
    name = state.name if state else entity_id
    return ValidationResult(settings=settings, name=name, problems=problems)


TYPE: Final = CalendarType(key=KEY, build=_build, check=async_check)
