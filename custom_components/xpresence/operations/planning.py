"""Planned presence as events of a calendar: read, checked, and put into the plan."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Final

from homeassistant.components.calendar import (
    EVENT_DESCRIPTION,
    EVENT_END,
    EVENT_LOCATION,
    EVENT_RRULE,
    EVENT_START,
    EVENT_SUMMARY,
)
from homeassistant.core import Context
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..coordinator import OfficeCoordinator
from ..inputs.calendars import calendars_of_person
from ..presence.calendar.appointments import CalendarRules, agenda_from
from ..presence.datetimes import utc, zone_named
from ..presence.model import Profile
from ..presence.permission.policy import Permission
from ..settings.validation import info_text_problem
from .appointments import info_text_in, own_words
from .authorization import everybody_may
from .available_profiles import profile_named

REFUSED: Final = {EVENT_RRULE: "plan_recurring", EVENT_LOCATION: "plan_without_place"}
"""Properties of events that planned presence does not support → translation key."""

type Event = Mapping[str, Any]


async def async_plan(
    coordinator: OfficeCoordinator,
    person_id: str,
    event: Event,
    context: Context | None,
) -> str:
    """Plan presence from an event's fields; return the id of the plan.

    Raises:
        ServiceValidationError: it cannot be so; the message says why.
        HomeAssistantError: not saved; nothing was changed.
    """
    start, end, profile = _read(coordinator, person_id, event)
    info_text = checked_info_text(event.get(EVENT_DESCRIPTION) or "")
    return await calendars_of_person(coordinator.people[person_id]).plan.async_add(
        start, end, profile.id, info_text, context.user_id if context else None
    )


async def async_change(
    coordinator: OfficeCoordinator, person_id: str, uid: str, event: Event
) -> None:
    """Change what is planned to what an event says.

    Raises:
        ServiceValidationError: as :func:`async_plan`, or it is nothing planned.
        HomeAssistantError: as :func:`async_plan`.
    """
    plan = calendars_of_person(coordinator.people[person_id]).plan
    planned = plan.known(uid)
    start, end, profile = _read(coordinator, person_id, event)
    # The page sends back the description that it was shown.
    person = coordinator.people[person_id].person
    shown = agenda_from(
        [(CalendarRules(), [planned.appointment])], coordinator.office.profiles, person
    )
    own = [
        line
        for entry in shown.entries
        for line in own_words(coordinator, person_id, entry)
    ]
    written = info_text_in(event.get(EVENT_DESCRIPTION) or "", own)
    if not written and not everybody_may(
        coordinator, person_id, Permission.SEE_INFO_TEXT
    ):
        # The page was not shown it, and does not mean to take it away.
        written = planned.info_text or ""
    await plan.async_change(
        uid,
        start=start,
        end=end,
        profile=profile.id,
        info_text=checked_info_text(written),
    )


async def async_cancel(
    coordinator: OfficeCoordinator, person_id: str, uid: str
) -> None:
    """Cancel what is planned.

    Raises:
        ServiceValidationError: it is nothing planned.
        HomeAssistantError: not saved; nothing was changed.
    """
    await calendars_of_person(coordinator.people[person_id]).plan.async_cancel(uid)


def checked_plan_name(text: str | None) -> str | None:
    """Return the name of a plan as it is stored; ``None`` without one.

    Raises:
        ServiceValidationError: it is too long or cannot be shown.
    """
    if not text:
        return None
    if info_text_problem(text):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="plan_name_invalid"
        )
    return text


def checked_info_text(text: str | None) -> str | None:
    """Return an info text as it is stored; ``None`` without one.

    Raises:
        ServiceValidationError: it is no info text.
    """
    if not text:
        return None
    if problem := info_text_problem(text):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key=f"own_{problem}"
        )
    return text


def _read(
    coordinator: OfficeCoordinator, person_id: str, event: Event
) -> tuple[datetime, datetime, Profile]:
    """Return what an event says of time and profile.

    Raises:
        ServiceValidationError: it says something that a plan cannot be.
    """
    for field, words in REFUSED.items():
        if event.get(field):
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key=words
            )
    state = coordinator.people[person_id]
    name = str(event[EVENT_SUMMARY]).strip().removeprefix("@")
    profile = profile_named(coordinator.office, state, name)
    zone = state.person.time_zone
    return _instant(event[EVENT_START], zone), _instant(event[EVENT_END], zone), profile


def _instant(moment: datetime | date, zone_name: str) -> datetime:
    """Return an instant; a date begins at the person's midnight."""
    if isinstance(moment, datetime):
        return utc(moment, dt_util.get_default_time_zone())
    zone = zone_named(zone_name) or UTC
    return utc(datetime.combine(moment, time(), zone))
