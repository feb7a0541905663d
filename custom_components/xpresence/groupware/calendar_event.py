"""Events of Home Assistant's calendars, as plain mappings, become appointments.

Home Assistant's event has no categories, no show-as, no sensitivity and no organiser.
Some integrations (MS365-Calendar) tell them in an attribute ``data`` of the entity,
for the next few days; they are matched to the events here. Elsewhere ``@Profile`` in
subject or description stands in for a category.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
import hashlib
from typing import Any, Final

from ..presence.agenda import MADE_UP
from ..presence.calendar.appointments import Appointment, Response, ShowAs
from ..presence.calendar.markers import marked

SHOW_AS: Final[Mapping[str, ShowAs]] = {
    "free": ShowAs.FREE,
    "tentative": ShowAs.TENTATIVE,
    "busy": ShowAs.BUSY,
    "oof": ShowAs.OUT_OF_OFFICE,
    "outofoffice": ShowAs.OUT_OF_OFFICE,
    "workingelsewhere": ShowAs.WORKING_ELSEWHERE,
}
"""The words of Microsoft Graph's ``showAs``, in small letters."""
RESPONSES: Final[Mapping[str, Response]] = {
    "accepted": Response.ACCEPTED,
    "tentativelyaccepted": Response.TENTATIVE,
    "declined": Response.DECLINED,
}
"""The words of Microsoft Graph's ``responseStatus``, in small letters."""
FOR_OTHERS: Final = frozenset({"normal", "public"})
"""The words of ``sensitivity`` that hide nothing, in small letters; any other does."""
LONGEST_TEXT: Final = 40_000
"""Characters of subject and description, markup included, that are looked at."""

type Event = Mapping[str, Any]
type Identity = tuple[str, str, str]


class Details(dict[Identity, list[Event]]):
    """Additional attributes of an entity's events, keyed by their times and subjects.

    It covers the next few days only: of an event beyond them nothing is known, so it
    is private until it is.
    """

    def of(self, event: Event) -> Event | None:
        """Return an event's additional attributes; ``None`` if it is too far ahead.

        Of several at one time with one subject the one of the same uid is it; where
        that does not decide, the one that is not for others.
        """
        same = self.get(_identity(event), [])
        uid = str(event.get("uid") or "")
        mine = [one for one in same if uid and str(one.get("uid") or "") == uid]
        return next(iter(sorted(mine or same, key=_is_private, reverse=True)), None)


@dataclass(frozen=True, slots=True)
class Owner:
    """The calendar's owner; without an address no event is an invitation."""

    address: str = ""

    def is_me(self, address: object) -> bool:
        """Tell whether an address is the owner's."""
        return str(address or "").casefold() == self.address.casefold()


def appointments_from(
    events: Iterable[object],
    details: Details | Mapping[Any, Any],
    owner: Owner,
    source: str,
    *,
    private: bool = False,
) -> tuple[Appointment, ...]:
    """Convert events to appointments; unreadable events are skipped."""
    found = (
        appointment_from(event, details, owner, source, private=private)
        for event in events
    )
    return tuple(appointment for appointment in found if appointment is not None)


def appointment_from(
    event: object,
    details: Details | Mapping[Any, Any],
    owner: Owner,
    source: str,
    *,
    private: bool = False,
) -> Appointment | None:
    """Convert one event to an appointment; ``None`` if it has no readable start.

    ``private``: treat it as private, whatever the calendar says.
    """
    if not isinstance(event, Mapping):
        return None
    start = _moment(event.get("start"))
    if start is None:
        return None
    subject = str(event.get("summary") or "")
    more: Event = {}
    if isinstance(details, Details):
        found = details.of(event)
        more = found or {}
        private = private or found is None or _is_private(found)
    appointment = Appointment(
        uid=_uid(event, source),
        start=start,
        end=_end(start, event.get("end")),
        subject=subject,
        categories=_categories(more.get("categories")),
        show_as=_show_as(event, more),
        private=private,
        source=source,
        **_invitation(more, owner),
    )
    # The marker may stand in a private subject, which is dropped by now.
    text = f"{subject}\n{event.get('description') or ''}"
    return marked(appointment, text[:LONGEST_TEXT])


def details_of(data: object) -> Details | Mapping[Any, Any]:
    """Read the additional event attributes of an entity; empty if it has none."""
    if not isinstance(data, Sequence) or isinstance(data, str):
        return {}
    details = Details()
    for one in data:
        if isinstance(one, Mapping):
            details.setdefault(_identity(one), []).append(one)
    return details


def _is_private(more: Event) -> bool:
    return "sensitivity" in more and _word(more["sensitivity"]) not in FOR_OTHERS


def _word(value: object) -> str:
    """Return a word of Microsoft's as it is compared: ``EventShowAs.Free`` is *free*."""
    said = str(value).rpartition(".")[2]
    return "".join(filter(str.isalpha, said)).casefold()


def _identity(event: Event) -> Identity:
    return (
        _point(event.get("start")),
        _point(event.get("end")),
        str(event.get("summary") or "").strip(),
    )


def _point(value: object) -> str:
    moment = _moment(value)
    if isinstance(moment, datetime):
        return moment.astimezone(UTC).isoformat()
    return moment.isoformat() if moment else ""


def _moment(value: object) -> datetime | date | None:
    """Read an instant or a date; a time without a zone is taken as UTC."""
    if isinstance(value, str):
        try:
            value = (
                date.fromisoformat(value)
                if len(value) <= len("2026-12-24")
                else datetime.fromisoformat(value)
            )
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return value if isinstance(value, date) else None


def _end(start: datetime | date, value: object) -> datetime | date:
    """Return the end; without one a date lasts a day, an instant no time (RFC 5545)."""
    end = _moment(value)
    if isinstance(start, datetime):
        return end if isinstance(end, datetime) else start
    if end is None or isinstance(end, datetime) or end <= start:
        return start + timedelta(days=1)
    return end


def _uid(event: Event, source: str) -> str:
    """Return the event's id; where there is none, one that stays the same."""
    if uid := event.get("uid"):
        return str(uid)
    said = "\n".join((source, *_identity(event)))
    return MADE_UP + hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:32]


def _categories(value: object) -> tuple[str, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return ()
    return tuple(str(category) for category in value)


def _show_as(event: Event, more: Event) -> ShowAs:
    said = _word(more.get("show_as"))
    if said in SHOW_AS:
        return SHOW_AS[said]
    # RFC 5545 STATUS, which Google, CalDAV and local calendars tell.
    tentative = str(event.get("status") or "").casefold() == "tentative"
    return ShowAs.TENTATIVE if tentative else ShowAs.BUSY


def _invitation(more: Event, owner: Owner) -> dict[str, Any]:
    """Return whether somebody else invited, and what the owner answered."""
    organizer = more.get("organizer")
    if not owner.address or not organizer or owner.is_me(organizer):
        return {}
    attendees = more.get("attendees")
    answer = Response.NONE
    for one in attendees if isinstance(attendees, Sequence) else ():
        if isinstance(one, Mapping) and owner.is_me(one.get("email")):
            said = str(one.get("status") or "").casefold()
            answer = RESPONSES.get(said, Response.NONE)
    return {"invited": True, "response": answer}
