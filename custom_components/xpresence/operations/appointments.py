"""Appointments as a calendar shows them to everybody who may open it.

A calendar has no reader whom one could ask for, so nothing stands in it but what the
person shows everybody (:class:`~..presence.model.CalendarShows`): nothing, when they are
busy, their profiles, or also where calls go then. It never names the calendar that an
appointment comes from. Subject and info text stand beside a profile, where the person
shows them to all.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from functools import partial
import hashlib
from typing import Final

from homeassistant.components.calendar import CalendarEvent
from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..coordinator import OfficeCoordinator
from ..languages import texts_in
from ..presence.agenda import Entry
from ..presence.datetimes import EARLIEST, LATEST, local, zone_named
from ..presence.decision.appointment_list import Listed, at_or_after
from ..presence.line import Status
from ..presence.model import CalendarShows
from ..presence.permission.policy import Permission
from ..presence.redirect.labels import public_target_label
from ..presence.texts import Texts
from ..presence.texts.clock import ClockWords
from ..presence.texts.redirect import redirect_words
from .authorization import everybody_may
from .timelines import reaches, timelines

MEANWHILE: Final = 8
"""The most changes within an appointment that its event lists; the first ones."""
EDGES: Final = (EARLIEST.replace(year=2), LATEST.replace(year=9998))
"""The first and last instants that can be shown in every time zone."""

type Moment = datetime | date


@callback
def event_now(coordinator: OfficeCoordinator, person_id: str) -> CalendarEvent | None:
    """Return the event of the appointment that decides now, or else of the next one."""
    office, facts = coordinator.office, coordinator.people[person_id].facts
    if _shows(coordinator, person_id) is CalendarShows.NOTHING:
        return None
    now = dt_util.utcnow()
    entry = at_or_after(office, person_id, facts.agenda, now, facts.dismissed)
    if entry is None:
        return None
    profile = office.of(person_id).profiles[entry.profile]
    return _event(coordinator, person_id, Listed(entry, profile))


async def events_between(
    coordinator: OfficeCoordinator, person_id: str, start: datetime, end: datetime
) -> list[CalendarEvent]:
    """Return the events that overlap a time and that the person shows to everybody."""
    if _shows(coordinator, person_id) is CalendarShows.NOTHING:
        return []
    shows = _shows(coordinator, person_id)
    how = (
        shows,
        coordinator.hass.config.language,
        str(dt_util.get_default_time_zone()),
        everybody_may(coordinator, person_id, Permission.SEE_INFO_TEXT),
        everybody_may(coordinator, person_id, Permission.SEE_SUBJECTS),
    )
    shown = await timelines(coordinator.hass).async_shown(
        coordinator, person_id, how, partial(_event, coordinator, person_id)
    )
    plain = shows is not CalendarShows.REDIRECTS
    return [
        event
        for line, event in shown
        if not line.why
        and not (plain and line.dismissal and not line.stretches)
        and reaches(line, start, end)
    ]


def _event(
    coordinator: OfficeCoordinator, person_id: str, line: Listed
) -> CalendarEvent:
    start, end = moments(coordinator, person_id, line.entry)
    if _shows(coordinator, person_id) is CalendarShows.FREE_BUSY:
        free = line.profile is not None and line.profile.status is Status.AVAILABLE
        word = _texts(coordinator)["appointments"]["free" if free else "busy"]
        return CalendarEvent(start, end, word, "", uid=public_uid(line.entry))
    redirects = _shows(coordinator, person_id) is CalendarShows.REDIRECTS
    info_text = everybody_may(coordinator, person_id, Permission.SEE_INFO_TEXT)
    words = [
        (line.entry.info_text or "") if info_text else "",
        *own_words(coordinator, person_id, line.entry),
        _texts(coordinator)["appointments"]["dismissed"]
        if line.dismissal and redirects
        else "",
        *_meanwhile(coordinator, person_id, line),
    ]
    return CalendarEvent(
        start,
        end,
        line.profile.name if line.profile else "",
        "\n".join(word for word in words if word),
        uid=public_uid(line.entry),
    )


def public_uid(entry: Entry) -> str:
    """Return an appointment's public uid: a plan's own id, or a hash for all others.

    What a calendar calls its events is that calendar's to tell.
    """
    if entry.planned:
        return entry.uid
    return hashlib.sha256(entry.key.encode()).hexdigest()[:32]


def own_words(
    coordinator: OfficeCoordinator, person_id: str, entry: Entry
) -> tuple[str, ...]:
    """Return what is said of an appointment beside its info text, line by line."""
    words = _texts(coordinator)["appointments"]
    office = coordinator.office.of(person_id)
    profile = office.profiles.get(entry.profile)
    said: list[str] = []
    redirects = _shows(coordinator, person_id) is CalendarShows.REDIRECTS
    if profile is not None and redirects:
        redirect = redirect_words(
            profile.redirect,
            _texts(coordinator),
            lambda target: public_target_label(
                office, person_id, target, coordinator.number_format
            ),
            ring_about=office.ring_about,
        )
        said.append(redirect[0].upper() + redirect[1:])
    if entry.subject and everybody_may(coordinator, person_id, Permission.SEE_SUBJECTS):
        said.append(words["subject"].format(subject=entry.subject))
    if entry.planned and redirects:
        said.append(words["planned"])
    return tuple(said)


def info_text_in(description: str, own: Sequence[str]) -> str:
    """Return what somebody wrote into an event's description, without our own words."""
    lines = (line.strip() for line in description.splitlines())
    return "\n".join(line for line in lines if line and line not in own)


def moments(
    coordinator: OfficeCoordinator, person_id: str, entry: Entry
) -> tuple[Moment, Moment]:
    """Return start and end; as dates where both are midnight in both time zones.

    Home Assistant shows dates in its own time zone, which may not be the person's.
    """
    start, end = (min(max(m, EDGES[0]), EDGES[1]) for m in (entry.start, entry.end))
    zones = {
        zone
        for name in (_zone(coordinator, person_id), coordinator.hass.config.time_zone)
        if (zone := zone_named(name)) is not None
    }
    shown = [(local(start, zone), local(end, zone)) for zone in zones]
    days = {(begin.date(), over.date()) for begin, over in shown}
    midnights = all(m.time() == time() for both in shown for m in both)
    if midnights and len(days) == 1 and len(shown) == len(zones) > 0:
        return days.pop()
    here = dt_util.get_default_time_zone()
    return local(start, here), local(end, here)


def _meanwhile(
    coordinator: OfficeCoordinator, person_id: str, line: Listed
) -> list[str]:
    """Return the stretches within an appointment in which another profile holds."""
    clock = ClockWords(
        _texts(coordinator),
        zone_named(_zone(coordinator, person_id)) or UTC,
        line.entry.start,
    )
    return [
        _texts(coordinator)["appointments"]["meanwhile"].format(
            span=clock.span(step.start, step.end), profile=step.profile.name
        )
        for step in line.meanwhile[:MEANWHILE]
    ]


def _shows(coordinator: OfficeCoordinator, person_id: str) -> CalendarShows:
    return coordinator.people[person_id].person.calendar_shows


def _zone(coordinator: OfficeCoordinator, person_id: str) -> str:
    return coordinator.people[person_id].person.time_zone


def _texts(coordinator: OfficeCoordinator) -> Texts:
    return texts_in(coordinator.hass.config.language)
