"""An iCalendar text, cut into its events and time zones."""

from collections.abc import Iterator
from dataclasses import dataclass, field
import re
from typing import Final

from ..source import SourceUnavailable

WANTED: Final = frozenset(
    {
        "ATTENDEE",
        "CATEGORIES",
        "CLASS",
        "DESCRIPTION",
        "DTEND",
        "DTSTART",
        "DURATION",
        "EXDATE",
        "ORGANIZER",
        "RDATE",
        "RECURRENCE-ID",
        "RRULE",
        "SEQUENCE",
        "STATUS",
        "SUMMARY",
        "TRANSP",
        "UID",
        "X-CALENDARSERVER-ACCESS",
        "X-FUNAMBOL-ALLDAY",
        "X-MICROSOFT-CDO-ALLDAYEVENT",
        "X-MICROSOFT-CDO-BUSYSTATUS",
        "X-MICROSOFT-MSNCALENDAR-ALLDAYEVENT",
    }
)
"""The properties of an event that say something about presence."""
CANCELLED: Final = (("STATUS", ["STATUS:CANCELLED"]),)
"""What a calendar with the method *CANCEL* says of its events (RFC 5546, 3.2.5)."""
NAME: Final = re.compile(r"[A-Za-z0-9-]+")
MOST_COMPONENTS: Final = 50_000
MOST_LINES: Final = 1_000_000
MOST_PROPERTIES: Final = 2_000
"""Lines of one event that are kept; a meeting of 500 people has 500."""
LONGEST_LINE: Final = 20_000
"""Characters of a line that are kept; descriptions may be whole mails."""
DEEPEST: Final = 8


@dataclass(slots=True)
class Component:
    """One event: its lines by the names of their properties."""

    lines: dict[str, list[str]] = field(default_factory=dict)
    count: int = 0

    def add(self, line: str) -> None:
        """Keep a line, if it is wanted and there are not too many."""
        found = NAME.match(line)
        name = found[0].upper() if found else ""
        if name in WANTED and self.count < MOST_PROPERTIES:
            self.count += 1
            self.lines.setdefault(name, []).append(line[:LONGEST_LINE])


@dataclass(frozen=True, slots=True)
class Contents:
    """What a calendar holds."""

    events: tuple[Component, ...]
    zones: tuple[str, ...]
    """The texts of its VTIMEZONE components."""


def contents_of(text: str) -> Contents:
    """Cut a text into components.

    What lies within an event (alarms) is no part of it; a component that does not end
    ends with the text.

    Raises:
        SourceUnavailable: it is no calendar, or has too many components.
    """
    events: list[Component] = []
    zones: list[str] = []
    open_names: list[str] = []
    zone: list[str] = []
    is_calendar = cancels = False
    for line in unfolded(text):
        keyword, _, value = line.partition(":")
        keyword, name = keyword.strip().upper(), value.strip().upper()
        if keyword == "BEGIN":
            if name == "VCALENDAR":
                is_calendar, cancels, open_names = True, False, []
            elif name == "VEVENT":
                events.append(Component(dict(CANCELLED) if cancels else {}))
                open_names = []
            open_names.append(name)
            if len(events) + len(zones) > MOST_COMPONENTS or len(open_names) > DEEPEST:
                raise SourceUnavailable("answer_too_long")
        if "VTIMEZONE" in open_names:
            zone.append(line)
        elif keyword == "METHOD" and "VEVENT" not in open_names:
            cancels = name == "CANCEL"
        elif keyword not in ("BEGIN", "END") and open_names[-1:] == ["VEVENT"]:
            events[-1].add(line)
        if keyword == "END" and name in open_names:
            del open_names[open_names.index(name) :]
            if name == "VTIMEZONE":
                zones.append("\r\n".join(zone))
                zone = []
    if not is_calendar:
        raise SourceUnavailable("not_calendar")
    return Contents(tuple(events), tuple(zones))


def unfolded(text: str) -> Iterator[str]:
    """Yield the content lines of a text (RFC 5545, 3.1).

    Raises:
        SourceUnavailable: there are too many.
    """
    pieces: list[str] = []
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text)):
        if number > MOST_LINES:
            raise SourceUnavailable("answer_too_long")
        if line[:1] in (" ", "\t"):
            if len(pieces) < LONGEST_LINE:
                pieces.append(line[1:])
            continue
        if pieces:
            yield "".join(pieces)
        pieces = [line] if line else []
    if pieces:
        yield "".join(pieces)
