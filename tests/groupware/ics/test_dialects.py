"""No text is so broken that reading it fails otherwise than in words.

The corpus is made here: whole calendars as programs write them, and each of them with
lines lost, doubled, swapped, cut, and with other characters.
"""

from datetime import datetime
import random
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.xpresence.groupware.ics.events import appointments
from custom_components.xpresence.groupware.source import SourceError
from custom_components.xpresence.presence.calendar.appointments import Appointment

BERLIN = ZoneInfo("Europe/Berlin")
WINDOW = (datetime(2026, 12, 1, tzinfo=BERLIN), datetime(2027, 1, 1, tzinfo=BERLIN))

OUTLOOK = """BEGIN:VCALENDAR
PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN
VERSION:2.0
METHOD:PUBLISH
X-WR-CALNAME:Calendar
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16011028T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010325T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
CATEGORIES:@Do not disturb,Red Category
CLASS:PRIVATE
DTSTART;TZID="W. Europe Standard Time":20261209T090000
DTEND;TZID="W. Europe Standard Time":20261209T100000
DTSTAMP:20261101T000000Z
PRIORITY:5
RRULE:FREQ=WEEKLY;UNTIL=20270101T080000Z;BYDAY=WE
SEQUENCE:0
SUMMARY;LANGUAGE=de:Jour fixe
TRANSP:OPAQUE
UID:040000008200E00074C5B7101A82E00800000000
X-MICROSOFT-CDO-BUSYSTATUS:OOF
X-ALT-DESC;FMTTYPE=text/html:<html><body>@Lunch</body></html>
BEGIN:VALARM
TRIGGER:-PT15M
ACTION:DISPLAY
END:VALARM
END:VEVENT
END:VCALENDAR
"""
GOOGLE = """BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
X-WR-TIMEZONE:Europe/Berlin
BEGIN:VEVENT
DTSTART:20261210T130000Z
DTEND:20261210T140000Z
DTSTAMP:20261101T000000Z
ORGANIZER;CN=Bob:mailto:bob@example.com
UID:abc@google.com
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;CN=ann
 a@example.com;X-NUM-GUESTS=0:mailto:anna@example.com
DESCRIPTION:<p>@Lunch</p>\\n\\nJoin: https://meet.example.com/x
LOCATION:
STATUS:CONFIRMED
SUMMARY:Call
TRANSP:OPAQUE
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20261224
DTEND;VALUE=DATE:20261227
UID:def@google.com
SUMMARY:Away
TRANSP:TRANSPARENT
RRULE:FREQ=YEARLY
EXDATE;VALUE=DATE:20251224
END:VEVENT
END:VCALENDAR
"""
NEXTCLOUD = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//IDN nextcloud.com//Calendar app 5//EN
BEGIN:VEVENT
UID:2f9d
DTSTART;TZID=Europe/Berlin:20261201T080000
DTEND;TZID=Europe/Berlin:20261201T083000
RRULE:FREQ=DAILY;INTERVAL=2
EXDATE;TZID=Europe/Berlin:20261203T080000
SUMMARY:Stand-up 👩‍👧
CLASS:CONFIDENTIAL
END:VEVENT
BEGIN:VEVENT
UID:2f9d
RECURRENCE-ID;TZID=Europe/Berlin:20261205T080000
DTSTART;TZID=Europe/Berlin:20261205T100000
DURATION:PT30M
SUMMARY:Stand-up, later
END:VEVENT
END:VCALENDAR
"""
CORPUS = {"outlook": OUTLOOK, "google": GOOGLE, "nextcloud": NEXTCLOUD}
EXPECTED = {"outlook": 4, "google": 2, "nextcloud": 15}
JUNK = ["", ":", ";", "BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR", "\x00", "\ufeff"]


def read(text: str) -> tuple[Appointment, ...] | None:
    """Return what is read, or nothing where it is refused in words."""
    try:
        return appointments(text, WINDOW, BERLIN, ["anna@example.com"], "Work")
    except SourceError:
        return None


@pytest.mark.parametrize("program", CORPUS)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_what_programs_write_is_read(program: str, newline: str) -> None:
    found = read(CORPUS[program].replace("\n", newline))
    assert found is not None
    assert len(found) == EXPECTED[program]


def broken(text: str, chance: random.Random) -> str:
    """Return a text with a few things wrong."""
    lines = text.splitlines()
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(lines))
        match chance.randrange(7):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[chance.randrange(len(lines))])
            case 2:
                other = chance.randrange(len(lines))
                lines[at], lines[other] = lines[other], lines[at]
            case 3:
                lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)]
            case 4:
                lines.insert(at, chance.choice(JUNK))
            case 5:
                place = chance.randrange(len(lines[at]) + 1)
                sign = chr(
                    chance.choice([0, 9, 34, 58, 59, 61, 92, 255, 8232, 0x1F600])
                )
                lines[at] = lines[at][:place] + sign + lines[at][place:]
            case 6:
                digits = [n for n, c in enumerate(lines[at]) if c.isdigit()]
                if digits:
                    place = chance.choice(digits)
                    new = str(chance.randrange(10))
                    lines[at] = lines[at][:place] + new + lines[at][place + 1 :]
        if not lines:
            return ""
    return "\r\n".join(lines)


@pytest.mark.parametrize("program", CORPUS)
def test_a_broken_calendar_raises_nothing_but_words(program: str) -> None:
    chance = random.Random(program)
    good = 0
    for _ in range(400):
        good += read(broken(CORPUS[program], chance)) is not None
    assert good > 200  # One bad line costs its event at most, not the calendar.


VALUES = st.text(
    alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"),
    max_size=40,
)
NAMES = st.sampled_from(
    [
        "DTSTART",
        "DTSTART;VALUE=DATE",
        "DTSTART;TZID=Europe/Berlin",
        "DTEND",
        "DURATION",
        "RRULE",
        "RDATE",
        "EXDATE",
        "RECURRENCE-ID",
        "ATTENDEE;PARTSTAT=DECLINED",
        "ORGANIZER",
        "CATEGORIES",
        "CLASS",
        "STATUS",
        "SUMMARY",
    ]
)
LIKELY = st.sampled_from(
    [
        "20261209T090000Z",
        "20261209",
        "00010101T000000Z",
        "99991231T235959Z",
        "20261209T250000",
        "P1D",
        "-P9999999D",
        "PT99999999S",
        "FREQ=DAILY",
        "FREQ=DAILY;UNTIL=00010101",
        "FREQ=WEEKLY;BYDAY=9XX",
        "FREQ=YEARLY;BYWEEKNO=60",
        "FREQ=MONTHLY;BYSETPOS=0",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=HOURLY;INTERVAL=5",
        "mailto:",
        "😀",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(NAMES, VALUES | LIKELY), max_size=8))
def test_whatever_an_event_says_raises_nothing_but_words(
    lines: list[tuple[str, str]],
) -> None:
    body = "\r\n".join(f"{name}:{value}" for name, value in lines)
    for base in ("", "DTSTART:20261209T080000Z\r\n"):
        read(
            f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{base}{body}\r\nEND:VEVENT\r\n"
            "END:VCALENDAR"
        )
