"""What an iCalendar text says of somebody's time, in whatever dialect it is written."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.xpresence.groupware.ics.events import appointments
from custom_components.xpresence.groupware.source import SourceUnavailable
from custom_components.xpresence.presence.calendar.appointments import (
    Appointment,
    Response,
    ShowAs,
)

BERLIN = ZoneInfo("Europe/Berlin")
DECEMBER = (datetime(2026, 12, 1, tzinfo=BERLIN), datetime(2027, 1, 1, tzinfo=BERLIN))
ANNA = "anna@example.com"


def event(*lines: str, start: str = ":20261209T080000Z", uid: str = "u") -> str:
    body = "\r\n".join((f"UID:{uid}", f"DTSTART{start}", *lines))
    return f"BEGIN:VEVENT\r\n{body}\r\nEND:VEVENT\r\n"


def calendar(*parts: str) -> str:
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + "".join(parts) + "END:VCALENDAR\r\n"


def read(
    text: str, addresses: Iterable[str] = (ANNA,), window: Any = DECEMBER
) -> tuple[Appointment, ...]:
    return appointments(text, window, BERLIN, addresses, "Work")


def one(*lines: str, **more: Any) -> Appointment:
    (found,) = read(calendar(event(*lines, **more)))
    return found


@pytest.mark.parametrize(
    ("lines", "show_as"),
    [
        ((), ShowAs.BUSY),
        (("TRANSP:OPAQUE",), ShowAs.BUSY),
        (("TRANSP:TRANSPARENT",), ShowAs.FREE),
        (("transp:transparent",), ShowAs.FREE),
        (("X-MICROSOFT-CDO-BUSYSTATUS:FREE",), ShowAs.FREE),
        (("X-MICROSOFT-CDO-BUSYSTATUS:OOF",), ShowAs.OUT_OF_OFFICE),
        (
            ("X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE", "TRANSP:OPAQUE"),
            ShowAs.WORKING_ELSEWHERE,
        ),
        (("X-MICROSOFT-CDO-BUSYSTATUS:BUSY", "TRANSP:TRANSPARENT"), ShowAs.BUSY),
        (("X-MICROSOFT-CDO-BUSYSTATUS:NAP", "TRANSP:TRANSPARENT"), ShowAs.FREE),
        (("STATUS:TENTATIVE",), ShowAs.TENTATIVE),
        (("STATUS:CONFIRMED",), ShowAs.BUSY),
    ],
)
def test_an_event_says_how_it_fills_its_time(
    lines: tuple[str, ...], show_as: ShowAs
) -> None:
    assert one(*lines).show_as is show_as


@pytest.mark.parametrize(
    ("kind", "private"),
    [
        ("PUBLIC", False),
        ("PRIVATE", True),
        ("Confidential", True),
        ("X-SECRET", True),
    ],
)
def test_the_class_says_whose_business_it_is(kind: str, private: bool) -> None:
    found = one(f"CLASS:{kind}", "SUMMARY:Doctor @Lunch")
    assert found.private is private
    assert found.subject == ("" if private else "Doctor @Lunch")
    assert "Lunch" in found.markers


@pytest.mark.parametrize(
    ("answer", "response"),
    [
        ("ACCEPTED", Response.ACCEPTED),
        ("TENTATIVE", Response.TENTATIVE),
        ("DECLINED", Response.DECLINED),
        ("DELEGATED", Response.DECLINED),
        ("NEEDS-ACTION", Response.NONE),
    ],
)
def test_ones_own_answer_is_known_by_ones_address(
    answer: str, response: Response
) -> None:
    found = one(
        "ORGANIZER;CN=Bob:mailto:bob@example.com",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:carol@example.com",
        f'ATTENDEE;CN="A, B; C";PARTSTAT={answer}:MAILTO:Anna@Example.com',
    )
    assert (found.invited, found.response) == (True, response)


def test_ones_own_meeting_is_no_invitation() -> None:
    found = one(
        f"ORGANIZER:mailto:{ANNA}", "ATTENDEE;PARTSTAT=DECLINED:mailto:bob@example.com"
    )
    assert (found.invited, found.response) == (False, Response.NONE)


def test_a_meeting_that_everybody_declined_takes_place_for_nobody() -> None:
    text = calendar(
        event(
            "ORGANIZER:mailto:bob@example.com",
            "ATTENDEE;PARTSTAT=DECLINED:mailto:x@example.com",
        )
    )
    (found,) = read(text, addresses=())
    assert found.response is Response.DECLINED


@pytest.mark.parametrize("word", ["CANCELLED", "cancelled", "Canceled"])
def test_a_cancelled_event_is_told_as_that(word: str) -> None:
    assert one(f"STATUS:{word}").cancelled


def test_ones_answer_is_known_where_the_server_names_people_otherwise() -> None:
    found = one(
        "ORGANIZER;EMAIL=bob@example.com:urn:uuid:1",
        f"ATTENDEE;EMAIL={ANNA};PARTSTAT=DECLINED:/principals/anna/",
    )
    assert (found.invited, found.response) == (True, Response.DECLINED)


def test_categories_stand_in_one_line_or_in_several() -> None:
    found = one("CATEGORIES:@Nicht stören,Red\\, dark", "CATEGORIES:Work")
    assert found.categories == ("@Nicht stören", "Red, dark", "Work")


def test_alarms_say_nothing_of_the_event() -> None:
    alarm = (
        "BEGIN:VALARM",
        "TRIGGER:-PT15M",
        "SUMMARY:Alarm",
        "DESCRIPTION:@Lunch",
        "CLASS:PRIVATE",
        "END:VALARM",
    )
    found = one("SUMMARY:Talk", *alarm, "TRANSP:TRANSPARENT")
    assert (found.subject, found.private, found.show_as) == ("Talk", False, ShowAs.FREE)
    assert found.markers == ()


def test_folded_and_escaped_texts_are_put_together() -> None:
    found = one("SUMMARY:Long\\, ", " er text\\; with\\n two lines")
    assert found.subject == "Long, er text; with two lines"


@pytest.mark.parametrize(
    ("start", "lines", "begins", "ends"),
    [
        (";VALUE=DATE:20261209", (), date(2026, 12, 9), date(2026, 12, 10)),
        (
            ";VALUE=DATE:20261209",
            ("DTEND;VALUE=DATE:20261212",),
            date(2026, 12, 9),
            date(2026, 12, 12),
        ),
        (
            ";VALUE=DATE:20261209",
            ("DTEND;VALUE=DATE:20261209",),
            date(2026, 12, 9),
            date(2026, 12, 10),
        ),
        (
            ";TZID=Europe/Berlin:20261209T090000",
            ("DURATION:PT90M",),
            datetime(2026, 12, 9, 8, tzinfo=UTC),
            datetime(2026, 12, 9, 9, 30, tzinfo=UTC),
        ),
        (
            ";TZID=W. Europe Standard Time:20261209T090000",
            ("DTEND;TZID=W. Europe Standard Time:20261209T100000",),
            datetime(2026, 12, 9, 8, tzinfo=UTC),
            datetime(2026, 12, 9, 9, tzinfo=UTC),
        ),
        (
            ";TZID=/mozilla.org/20050126_1/America/New_York:20261209T030000",
            ("DTEND:20261209T090000Z",),
            datetime(2026, 12, 9, 8, tzinfo=UTC),
            datetime(2026, 12, 9, 9, tzinfo=UTC),
        ),
    ],
)
def test_begin_and_end_are_read_in_every_form(
    start: str, lines: tuple[str, ...], begins: Any, ends: Any
) -> None:
    found = one(*lines, start=start)
    if isinstance(begins, datetime):
        assert isinstance(found.start, datetime)
        assert isinstance(found.end, datetime)
        assert (found.start.astimezone(UTC), found.end.astimezone(UTC)) == (
            begins,
            ends,
        )
    else:
        assert (found.start, found.end) == (begins, ends)


def test_a_time_without_a_zone_counts_where_the_person_is() -> None:
    found = one("DURATION:PT1H", start=":20261209T090000")
    assert found.start == datetime(2026, 12, 9, 9)


def test_a_zone_of_the_calendars_own_is_taken_from_it() -> None:
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:Customized Time Zone\r\nBEGIN:STANDARD\r\n"
        "DTSTART:16010101T000000\r\nTZOFFSETFROM:-0500\r\nTZOFFSETTO:-0500\r\n"
        "END:STANDARD\r\nEND:VTIMEZONE\r\n"
    )
    text = calendar(
        zone, event("DURATION:PT1H", start=";TZID=Customized Time Zone:20261209T030000")
    )
    (found,) = read(text)
    assert isinstance(found.start, datetime)
    assert found.start.astimezone(UTC) == datetime(2026, 12, 9, 8, tzinfo=UTC)


# Series


def days(text: str, **more: Any) -> list[str]:
    return [f"{one.start:%d %H:%M}" for one in sorted(read(text, **more), key=_start)]


def _start(found: Appointment) -> datetime:
    assert isinstance(found.start, datetime)
    return found.start.replace(tzinfo=None)


SINCE = ";TZID=Europe/Berlin:20261102T090000"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ("RRULE:FREQ=WEEKLY",),
            ["07 09:00", "14 09:00", "21 09:00", "28 09:00"],
        ),
        (("RRULE:FREQ=WEEKLY;INTERVAL=2",), ["14 09:00", "28 09:00"]),
        (("RRULE:FREQ=WEEKLY;COUNT=6",), ["07 09:00"]),
        (
            ("RRULE:FREQ=WEEKLY;UNTIL=20261214T080000Z",),
            ["07 09:00", "14 09:00"],
        ),
        (("RRULE:FREQ=WEEKLY;UNTIL=20261214",), ["07 09:00", "14 09:00"]),
        (
            ("RRULE:FREQ=WEEKLY", "EXDATE;TZID=Europe/Berlin:20261214T090000"),
            ["07 09:00", "21 09:00", "28 09:00"],
        ),
        (
            ("RRULE:FREQ=WEEKLY", "EXDATE:20261214T080000Z,20261221T080000Z"),
            ["07 09:00", "28 09:00"],
        ),
        (
            ("RRULE:FREQ=WEEKLY", "EXDATE;VALUE=DATE:20261207"),
            ["14 09:00", "21 09:00", "28 09:00"],
        ),
        (("RDATE;TZID=Europe/Berlin:20261203T150000",), ["03 15:00"]),
        (
            ("RDATE;VALUE=PERIOD:20261203T140000Z/PT1H",),
            ["03 15:00"],
        ),
        (("RRULE:FREQ=MONTHLY;BYDAY=2TU",), ["08 09:00"]),
        (("RRULE:FREQ=MONTHLY;BYMONTHDAY=-1",), ["31 09:00"]),
        (("RRULE:FREQ=YEARLY;BYMONTH=12;BYDAY=1WE",), ["02 09:00"]),
        (("RRULE:FREQ=MINUTELY",), []),
        (("RRULE:every day",), []),
        (("RRULE:FREQ=WEEKLY;COUNT=999999999999",), []),
    ],
)
def test_a_series_is_expanded(lines: tuple[str, ...], expected: list[str]) -> None:
    assert days(calendar(event("DURATION:PT1H", *lines, start=SINCE))) == expected


def test_a_series_keeps_its_clock_over_the_change_of_the_clocks() -> None:
    text = calendar(
        event(
            "DURATION:PT1H",
            "RRULE:FREQ=DAILY",
            start=";TZID=Europe/Berlin:20200701T090000",
        )
    )
    window = (
        datetime(2026, 10, 24, tzinfo=BERLIN),
        datetime(2026, 10, 27, tzinfo=BERLIN),
    )
    found = read(text, window=window)
    assert [
        one.start.astimezone(UTC).hour
        for one in found
        if isinstance(one.start, datetime)
    ] == [7, 8, 8]


@pytest.mark.parametrize(
    "moved",
    [
        "RECURRENCE-ID;TZID=Europe/Berlin:20261214T090000",
        "RECURRENCE-ID:20261214T080000Z",
    ],
)
def test_an_occurrence_that_was_moved_is_there_once(moved: str) -> None:
    text = calendar(
        event("DURATION:PT1H", "RRULE:FREQ=WEEKLY", "SUMMARY:Talk", start=SINCE),
        event(
            moved,
            "DURATION:PT2H",
            "SUMMARY:Moved",
            "CLASS:PRIVATE",
            start=";TZID=Europe/Berlin:20261215T110000",
        ),
    )
    assert days(text) == ["07 09:00", "15 11:00", "21 09:00", "28 09:00"]


def test_an_occurrence_that_was_cancelled_is_told_as_that() -> None:
    text = calendar(
        event("DURATION:PT1H", "RRULE:FREQ=WEEKLY", start=SINCE),
        event(
            "RECURRENCE-ID:20261214T080000Z",
            "STATUS:CANCELLED",
            start=":20261214T080000Z",
        ),
    )
    assert [one.cancelled for one in read(text)].count(True) == 1


def test_all_later_occurrences_may_be_moved() -> None:
    text = calendar(
        event("DURATION:PT1H", "RRULE:FREQ=WEEKLY", start=SINCE),
        event(
            "RECURRENCE-ID;RANGE=THISANDFUTURE:20261214T080000Z",
            "DURATION:PT1H",
            start=";TZID=Europe/Berlin:20261214T140000",
        ),
    )
    assert days(text) == ["07 09:00", "14 14:00", "21 14:00", "28 14:00"]


def test_a_long_occurrence_that_began_before_the_window_counts() -> None:
    text = calendar(
        event("DTEND;VALUE=DATE:20261205", start=";VALUE=DATE:20261120", uid="a"),
        event(
            "DURATION:P10D",
            "RRULE:FREQ=YEARLY",
            start=";TZID=Europe/Berlin:20201125T080000",
            uid="b",
        ),
    )
    assert len(read(text)) == 2


# What costs time or memory


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=YEARLY;BYWEEKNO=1;BYMONTH=6",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;COUNT=100000",
        "FREQ=DAILY;BYSETPOS=400",
    ],
)
def test_a_rule_that_never_fits_is_soon_over(rule: str) -> None:
    started = datetime.now(UTC)
    read(calendar(event(f"RRULE:{rule}", start=";TZID=Europe/Berlin:16010101T090000")))
    assert datetime.now(UTC) - started < timedelta(seconds=8)


def test_ten_years_of_single_events_are_not_read_in_full() -> None:
    past = "".join(
        event(
            "DURATION:PT1H",
            f"DTEND:20{n % 10 + 10}0105T100000Z",
            start=f":20{n % 10 + 10}0105T090000Z",
            uid=str(n),
        )
        for n in range(10_000)
    )
    started = datetime.now(UTC)
    assert len(read(calendar(past, event("DURATION:PT1H")))) == 1
    assert datetime.now(UTC) - started < timedelta(seconds=5)


def hourly(number: int) -> str:
    return "".join(event("RRULE:FREQ=HOURLY", uid=str(n)) for n in range(number))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("<html>", "not_calendar", id="a web page"),
        pytest.param("", "not_calendar", id="nothing"),
        pytest.param("BEGIN:VCARD\r\nEND:VCARD", "not_calendar", id="a card"),
        pytest.param(calendar("BEGIN:X\r\n" * 20), "answer_too_long", id="depth"),
        pytest.param(calendar(event() * 50_001), "answer_too_long", id="events"),
        pytest.param(calendar(hourly(20)), "answer_too_long", id="occurrences"),
    ],
)
def test_what_is_no_calendar_or_too_much_is_refused(text: str, reason: str) -> None:
    with pytest.raises(SourceUnavailable, match=reason):
        read(text)


@pytest.mark.parametrize("name", ["private", "not busy", "cancelled"])
def test_what_home_assistants_own_calendars_lose_is_known(name: str) -> None:
    texts = {
        "private": calendar(
            event("SUMMARY:Doctor", "CLASS:PRIVATE", uid="1"),
            event("SUMMARY:Salary", "CLASS:CONFIDENTIAL", uid="2"),
        ),
        "not busy": calendar(
            event("TRANSP:TRANSPARENT", start=";VALUE=DATE:20261206", uid="1"),
            event("X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE", uid="2"),
        ),
        "cancelled": calendar(
            event("STATUS:CANCELLED", uid="1"),
            event(f"ATTENDEE;PARTSTAT=DECLINED:mailto:{ANNA}", uid="2"),
        ),
    }
    found = read(texts[name])
    assert len(found) == 2
    for one in found:
        match name:
            case "private":
                assert one.private
                assert not one.subject
            case "not busy":
                assert one.show_as in (ShowAs.FREE, ShowAs.WORKING_ELSEWHERE)
            case _:
                assert one.cancelled or one.response is Response.DECLINED


def test_of_two_descriptions_of_one_event_the_newer_counts() -> None:
    old, new = event("SEQUENCE:0"), event("SEQUENCE:1", "STATUS:CANCELLED")
    for text in (calendar(old, new), calendar(new, old)):
        (found,) = read(text)
        assert found.cancelled
    moved = event("SEQUENCE:2", start=":20261110T080000Z")
    assert read(calendar(old, moved)) == ()


def test_events_that_share_a_uid_by_mistake_are_all_kept() -> None:
    other = event(start=":20261210T080000Z")
    assert len(read(calendar(event(), other))) == 2


@pytest.mark.parametrize(
    "which", [";VALUE=DATE:20261210", ":20261210T080000", ":20261210T130000Z"]
)
def test_a_changed_occurrence_is_found_however_it_is_named(which: str) -> None:
    found = read(
        calendar(
            event(
                "RRULE:FREQ=DAILY;COUNT=3",
                start=";TZID=America/New_York:20261209T080000",
            ),
            event(
                f"RECURRENCE-ID{which}",
                "STATUS:CANCELLED",
                start=";TZID=America/New_York:20261210T080000",
            ),
        )
    )
    assert [one.start.day for one in found if not one.cancelled] == [9, 11]


@pytest.mark.parametrize(("says", "private"), [((), True), (("CLASS:PUBLIC",), False)])
def test_an_occurrence_of_a_private_series_is_private_unless_it_says_otherwise(
    says: tuple[str, ...], private: bool
) -> None:
    found = read(
        calendar(
            event("RRULE:FREQ=DAILY;COUNT=2", "CLASS:PRIVATE"),
            event(
                "RECURRENCE-ID:20261210T080000Z",
                "SUMMARY:Doctor",
                *says,
                start=":20261210T100000Z",
            ),
        )
    )
    assert [one.private for one in found] == [True, private]


@pytest.mark.parametrize(
    "line",
    [
        "X-CALENDARSERVER-ACCESS:CONFIDENTIAL",
        'CLASS:"PRIVATE"',
        "CLASS:PUBLIC\r\nCLASS:PRIVATE",
    ],
)
def test_what_any_program_calls_private_is(line: str) -> None:
    assert one(line, "SUMMARY:Doctor").subject == ""


@pytest.mark.parametrize(
    ("mark", "start", "end"),
    [
        ("X-MICROSOFT-CDO-ALLDAYEVENT", ";TZID=Customized Time Zone:{}T000000", 10),
        ("X-MICROSOFT-CDO-ALLDAYEVENT", ":{}T050000Z", 10),
        ("X-MICROSOFT-CDO-ALLDAYEVENT", ";TZID=Asia/Tokyo:{}T000000", 11),
        ("X-MICROSOFT-MSNCALENDAR-ALLDAYEVENT", ":{}T000000", 10),
        ("X-FUNAMBOL-ALLDAY", ";TZID=America/New_York:{}T000000", 10),
    ],
)
def test_whole_days_that_are_written_as_times_are_the_days_they_say(
    mark: str, start: str, end: int
) -> None:
    found = one(
        f"{mark}:TRUE",
        f"DTEND{start.format(f'202612{end}')}",
        start=start.format("20261209"),
    )
    assert (found.start, found.end) == (date(2026, 12, 9), date(2026, 12, end))


def test_a_calendar_that_is_a_cancellation_cancels() -> None:
    assert one("METHOD:REQUEST").cancelled is False
    (found,) = read(calendar("METHOD:CANCEL\r\n", event()))
    assert found.cancelled


@pytest.mark.parametrize(
    "written",
    [
        "mailto:anna%40example.com",
        "mailto:<anna@example.com>",
        "mailto: Anna@Example.com ",
        "mailto:anna@example.com?subject=Yes",
    ],
)
def test_an_own_address_is_known_however_a_link_writes_it(written: str) -> None:
    found = one(
        "ORGANIZER:mailto:boss@example.com", f"ATTENDEE;PARTSTAT=DECLINED:{written}"
    )
    assert found.response is Response.DECLINED
