"""Calendars to test with: an entity that tells whatever it is told to tell."""

import asyncio
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, override

from homeassistant.components.calendar import CalendarEntity, CalendarEvent
from homeassistant.components.calendar.const import DATA_COMPONENT
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

type Moment = datetime | date


class Diary(CalendarEntity):
    """A calendar entity in the test's hand."""

    _attr_should_poll = False

    def __init__(self, name: str) -> None:
        self._attr_name = name
        self.entity_id = f"calendar.{name.casefold().replace(' ', '_')}"
        self.events: list[CalendarEvent] = []
        self.failure: BaseException | None = None
        self.silent = False
        self.at_once = True
        """Whether it answers without waiting for anything, as few do."""
        self.raw: list[Any] = []
        """The answer in place of the events, if there is one."""
        self._may_answer = asyncio.Event()
        self.reads = 0
        self.data: Any = None

    @property
    @override
    def event(self) -> CalendarEvent | None:
        now = dt_util.now()
        coming = [e for e in self.events if e.end_datetime_local > now]
        return min(coming, key=lambda e: e.start_datetime_local, default=None)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        return None if self.data is None else {"data": self.data}

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        self.reads += 1
        if not self.at_once:
            await asyncio.sleep(0)
        if self.silent:
            await self._may_answer.wait()
        if self.failure is not None:
            raise self.failure
        if self.raw:
            raw: list[CalendarEvent] = self.raw[0]
            return raw
        return [
            e
            for e in self.events
            if e.end_datetime_local > start_date and e.start_datetime_local < end_date
        ]

    def answer(self) -> None:
        """Answer whoever asked while it was silent."""
        self.silent = False
        self._may_answer.set()

    def enter(self, start: Moment, end: Moment, summary: str, **more: Any) -> None:
        """Write an event down; nobody is told yet."""
        more.setdefault("uid", f"event-{len(self.events)}")
        self.events.append(CalendarEvent(start, end, summary, **more))

    def tell(self) -> None:
        """Say that something changed."""
        self.async_write_ha_state()


async def diaries(hass: HomeAssistant, *names: str) -> list[Diary]:
    """Set calendar entities up."""
    assert await async_setup_component(hass, "calendar", {})
    made = [Diary(name) for name in names]
    await hass.data[DATA_COMPONENT].async_add_entities(made)
    await hass.async_block_till_done()
    return made


async def clear(hass: HomeAssistant) -> None:
    """Take the calendar entities down, and their timers with them."""
    if component := hass.data.get(DATA_COMPONENT):
        for entity in tuple(component.entities):
            await entity.async_remove(force_remove=True)


def followed(
    *entity_ids: str, default: str | None = None, **rules: Any
) -> list[dict[str, Any]]:
    """Return a person's calendars as they are stored."""
    return [
        {
            "id": f"01CALENDAR{n}",
            "kind": "home_assistant",
            "name": entity_id.partition(".")[2].title(),
            "settings": {"entity_id": entity_id},
            "rules": {"default_profile": default, **rules},
        }
        for n, entity_id in enumerate(entity_ids)
    ]


def with_calendars(
    office: Iterable[Any], person_id: str, calendars: list[dict[str, Any]], **more: Any
) -> list[Any]:
    """Return an office in which somebody follows calendars."""
    return [
        {**s, "data": {**s["data"], "calendars": calendars, **more}}
        if s["subentry_id"] == person_id
        else s
        for s in office
    ]
