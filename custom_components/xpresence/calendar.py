"""A person's appointments: what is planned, with its profile, redirect and source."""

from collections.abc import Coroutine
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.calendar import (
    CalendarEntity,
    CalendarEntityDescription,
    CalendarEntityFeature,
    CalendarEvent,
)
from homeassistant.components.websocket_api import current_connection
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import XPresenceConfigEntry
from .entity import PersonEntity, async_add_for_each_person
from .operations.appointments import event_now, events_between
from .operations.authorization import async_authorize
from .operations.planning import async_cancel, async_change, async_plan
from .presence.permission.policy import Permission

PARALLEL_UPDATES = 0

APPOINTMENTS: Final = CalendarEntityDescription(
    key="appointments", translation_key="appointments"
)
_CALLED: ContextVar[Context | None] = ContextVar("xpresence_called", default=None)
"""The context of the running action; the calendar's page calls without one."""


async def async_setup_entry(
    hass: HomeAssistant,
    entry: XPresenceConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add each person's calendar, now and when people are added later."""
    await async_add_for_each_person(
        entry.runtime_data,
        async_add_entities,
        lambda of, person_id: AppointmentsCalendar(of, person_id, APPOINTMENTS),
    )


class AppointmentsCalendar(PersonEntity, CalendarEntity):
    """The appointment list; an event that is made here is planned presence."""

    _attr_supported_features = (
        CalendarEntityFeature.CREATE_EVENT
        | CalendarEntityFeature.DELETE_EVENT
        | CalendarEntityFeature.UPDATE_EVENT
    )

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the event that decides now, or else the next one."""
        return event_now(self.coordinator, self.person_id)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the events that overlap a time."""
        return await events_between(
            self.coordinator, self.person_id, start_date, end_date
        )

    @override
    async def async_create_event(self, **kwargs: Any) -> None:
        """Plan presence; the summary names the profile."""
        context = await self._async_authorize_caller()
        await async_plan(self.coordinator, self.person_id, kwargs, context)

    @override
    async def async_update_event(
        self,
        uid: str,
        event: dict[str, Any],
        recurrence_id: str | None = None,
        recurrence_range: str | None = None,
    ) -> None:
        """Change planned presence."""
        await self._async_authorize_caller()
        await async_change(self.coordinator, self.person_id, uid, event)

    @override
    async def async_delete_event(
        self,
        uid: str,
        recurrence_id: str | None = None,
        recurrence_range: str | None = None,
    ) -> None:
        """Cancel planned presence."""
        await self._async_authorize_caller()
        await async_cancel(self.coordinator, self.person_id, uid)

    @override
    async def async_request_call[T](self, coro: Coroutine[Any, Any, T]) -> T:
        """Run a service call; reset the caller's context afterwards."""
        before = _CALLED.set(None)
        try:
            return await super().async_request_call(coro)
        finally:
            _CALLED.reset(before)

    @callback
    @override
    def async_set_context(self, context: Context) -> None:
        """Store the context of the running service call."""
        super().async_set_context(context)
        _CALLED.set(context)

    async def _async_authorize_caller(self) -> Context | None:
        """Return who calls, if they may plan for this person.

        The calendar's page calls without a context; its user is that of the
        connection. What the entity was called with last says nothing about that.

        Raises:
            NotAllowed: they may not; nothing was changed.
        """
        context = _CALLED.get()
        if context is None and (connection := current_connection.get()) is not None:
            context = Context(user_id=connection.user.id)
        await async_authorize(
            self.coordinator, self.person_id, Permission.PLAN_PRESENCE, context
        )
        return context
