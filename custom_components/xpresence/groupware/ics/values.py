"""Lenient reading of an event's properties: unreadable values count as absent."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
import re
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar import Timezone, vText
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from .components import Component

MOMENT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?(Z)?)?")
DURATION: Final = re.compile(
    r"([+-]?)P(?:(\d{1,6})W)?(?:(\d{1,6})D)?"
    r"(?:T(?:(\d{1,8})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?"
)
OFFSET: Final = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{1,2}):?(\d{2})?")
OLSON: Final = re.compile(r"([A-Za-z_]+/[A-Za-z_+-]+(?:/[A-Za-z_]+)?)$")
"""The proper name at the end of a made-up one, ``/mozilla.org/2005/Europe/Berlin``."""

LINE: Final = re.compile(r'((?:[^":]|"[^"]*")*):(.*)', re.DOTALL)
"""Name and parameters, in which a colon may stand in quotes, and the value."""
PARAMETER: Final = re.compile(r';((?:[^";]|"[^"]*")*)')

type Moment = datetime | date


@dataclass(frozen=True, slots=True)
class Property:
    """One line: its parameters and its value."""

    parameters: Mapping[str, str]
    value: str

    def parameter(self, name: str) -> str:
        """Return a parameter in capitals; empty if there is none."""
        return self.parameters.get(name, "").upper()


class Zones:
    """The time zones that a calendar's events name."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Take the calendar's own VTIMEZONE components, for names nobody knows."""
        self._texts = tuple(texts)
        self._own: dict[str, tzinfo] | None = None
        self._known: dict[str, tzinfo | None] = {}

    def named(self, name: str) -> tzinfo | None:
        """Return a zone by its name; ``None`` if nobody knows it."""
        if name not in self._known:
            self._known[name] = (
                _zone(name) or self._definitions().get(name) or _guessed(name)
            )
        return self._known[name]

    def _definitions(self) -> dict[str, tzinfo]:
        if self._own is None:
            self._own = {}
            for text in self._texts[:200]:
                try:
                    zone: Any = Timezone.from_ical(text)
                    self._own[str(zone["TZID"])] = zone.to_tz(lookup_tzid=False)
                except Exception:  # noqa: BLE001, S112
                    # The library raises whatever it stumbles over; the events of this
                    # zone then count in the person's own.
                    continue
        return self._own


def _zone(name: str) -> tzinfo | None:
    known = WINDOWS_TO_OLSON.get(name) or WINDOWS_TO_OLSON.get(f"{name} Standard Time")
    try:
        return ZoneInfo(known or name)
    except ZoneInfoNotFoundError, ValueError, OSError:
        return None


def _guessed(name: str) -> tzinfo | None:
    if found := OLSON.search(name):
        return _zone(found[1])
    if found := OFFSET.search(name):
        hours, minutes = int(found[2]), int(found[3] or 0)
        if hours < 24 and minutes < 60:
            length = timedelta(hours=hours, minutes=minutes)
            return timezone(-length if found[1] == "-" else length)
    return UTC if name.upper() in ("Z", "UTC", "GMT") else None


def properties(component: Component, name: str) -> Iterator[Property]:
    """Yield an event's properties of a name that can be read."""
    for line in component.lines.get(name, ()):
        found = LINE.fullmatch(line)
        head, value = found.groups() if found else line.partition(":")[::2]
        parameters: dict[str, str] = {}
        for part in PARAMETER.findall(head):
            key, _, told = part.partition("=")
            parameters[key.strip().upper()] = told.strip().strip('"')
        yield Property(parameters, value)


def first(component: Component, name: str) -> Property | None:
    """Return an event's first property of a name."""
    return next(properties(component, name), None)


def word(component: Component, name: str) -> str:
    """Return a property that is one word, in capitals; empty if there is none."""
    found = first(component, name)
    return found.value.strip(' \t"').upper() if found else ""


def text(component: Component, name: str) -> str:
    """Return a property's text; empty if there is none."""
    found = first(component, name)
    return str(vText.from_ical(found.value)) if found else ""


def texts(component: Component, name: str) -> tuple[str, ...]:
    """Return the texts of a property that is a list."""
    found: list[str] = []
    for one in properties(component, name):
        # A comma within a text is escaped.
        parts = re.split(r"(?<!\\),", one.value)
        found += (str(vText.from_ical(part)).strip() for part in parts)
    return tuple(part for part in found if part)


def moment(read: Property | None, zones: Zones) -> Moment | None:
    """Return a day, an instant, or a time without a zone (floating)."""
    return _moment(read.value, read, zones) if read else None


def moments(component: Component, name: str, zones: Zones) -> Iterator[Moment]:
    """Yield the moments of a list; of a period its beginning."""
    for one in properties(component, name):
        for part in one.value.split(","):
            if (found := _moment(part.partition("/")[0], one, zones)) is not None:
                yield found


def _moment(value: str, read: Property, zones: Zones) -> Moment | None:
    found = MOMENT.fullmatch(value.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second = (
        int(part or 0) for part in found.groups()[:6]
    )
    try:
        if found[4] is None:
            return date(year, month, day)
        told = datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001
    except ValueError:
        return None
    if found[7]:
        return told.replace(tzinfo=UTC)
    name = read.parameters.get("TZID", "")
    return told.replace(tzinfo=zones.named(name) if name else None)


def duration(read: Property | None) -> timedelta | None:
    """Return a length of time; ``None`` if it cannot be read."""
    found = DURATION.fullmatch(read.value.strip()) if read else None
    if found is None:
        return None
    weeks, days, hours, minutes, seconds = (int(n or 0) for n in found.groups()[1:])
    length = timedelta(
        weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds
    )
    return -length if found[1] == "-" else length
