"""What is read of a mailbox on an Exchange Server."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.xpresence.groupware.exchange.source import ExchangeCalendar
from custom_components.xpresence.presence.calendar.appointments import (
    Appointment,
    Response,
    ShowAs,
)

from .conftest import ANNA
from .mailbox import Item, series
from .server import ExchangeServer
from .soap import TYPES

type Make = Callable[..., ExchangeCalendar]

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 24, 12, tzinfo=BERLIN)
DAY = (NOON - 12 * HOUR, NOON + 12 * HOUR)


def item(subject: str = "Training", **more: Any) -> Item:
    return Item(**{"subject": subject, "start": NOON, "end": NOON + HOUR, **more})


async def only(source: ExchangeCalendar, span: Any = DAY) -> Appointment:
    (found,) = await source.read(*span)
    return found


async def test_an_appointment_is_told_with_all_that_the_rules_need(
    server: ExchangeServer, calendar: Make
) -> None:
    server.add(ANNA, item(categories=("@Nicht stören", "Red"), show_as="OOF"))
    found = await only(calendar(server))
    assert found == Appointment(
        uid=server.mailboxes[ANNA][0].uid,
        start=NOON,
        end=NOON + HOUR,
        subject="Training",
        categories=("@Nicht stören", "Red"),
        show_as=ShowAs.OUT_OF_OFFICE,
        source="Exchange",
    )


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Free", ShowAs.FREE),
        ("Tentative", ShowAs.TENTATIVE),
        ("Busy", ShowAs.BUSY),
        ("OOF", ShowAs.OUT_OF_OFFICE),
        ("WorkingElsewhere", ShowAs.WORKING_ELSEWHERE),
        ("NoData", ShowAs.BUSY),
    ],
)
async def test_how_an_appointment_is_shown(
    server: ExchangeServer, calendar: Make, theirs: str, ours: ShowAs
) -> None:
    server.add(ANNA, item(show_as=theirs))
    assert (await only(calendar(server))).show_as is ours


@pytest.mark.parametrize(
    ("meeting", "answered", "invited", "response"),
    [
        (False, "Unknown", False, Response.NONE),
        (True, "Organizer", False, Response.NONE),
        (True, "Accept", True, Response.ACCEPTED),
        (True, "Tentative", True, Response.TENTATIVE),
        (True, "Decline", True, Response.DECLINED),
        (True, "NoResponseReceived", True, Response.NONE),
        (True, "Unknown", True, Response.NONE),
    ],
)
async def test_own_meetings_are_told_from_invitations_and_their_answers(
    server: ExchangeServer,
    calendar: Make,
    meeting: bool,
    answered: str,
    invited: bool,
    response: Response,
) -> None:
    server.add(ANNA, item(meeting=meeting, response=answered))
    found = await only(calendar(server))
    assert (found.invited, found.response) == (invited, response)


@pytest.mark.parametrize("sensitivity", ["Personal", "Private", "Confidential"])
async def test_a_private_subject_is_not_kept(
    server: ExchangeServer, calendar: Make, sensitivity: str
) -> None:
    server.add(ANNA, item("Doctor", sensitivity=sensitivity))
    found = await only(calendar(server))
    assert found.private
    assert found.subject == ""
    assert "Doctor" not in repr(found)


async def test_a_cancelled_meeting_is_told_as_cancelled(
    server: ExchangeServer, calendar: Make
) -> None:
    server.add(ANNA, item(cancelled=True))
    assert (await only(calendar(server))).cancelled


async def test_what_is_running_already_is_told(
    server: ExchangeServer, calendar: Make
) -> None:
    week = timedelta(days=7)
    server.add(ANNA, item(start=NOON - week, end=NOON + week))
    assert await only(calendar(server), (NOON, NOON + HOUR))


async def test_a_series_has_its_exceptions_and_gaps(
    server: ExchangeServer, calendar: Make
) -> None:
    later = item("Weekly, later", start=NOON + timedelta(days=7, hours=3))
    later = item(
        "Weekly, later", start=later.start, end=later.start + HOUR, show_as="Free"
    )
    weekly = series(
        item("Weekly"), days=7, times=5, moved={1: later}, deleted=frozenset({2})
    )
    server.add(ANNA, *weekly)
    found = await calendar(server).read(NOON - HOUR, NOON + timedelta(days=60))
    assert len({a.uid for a in found}) == 1
    assert [(a.start - NOON, a.show_as) for a in found] == [
        (timedelta(0), ShowAs.BUSY),
        (timedelta(days=7, hours=3), ShowAs.FREE),
        (timedelta(days=21), ShowAs.BUSY),
        (timedelta(days=28), ShowAs.BUSY),
    ]


@pytest.mark.parametrize(
    ("first", "utc_hours"),
    [
        (datetime(2026, 10, 24, 9, tzinfo=BERLIN), [7, 8]),  # clocks go back
        (datetime(2027, 3, 27, 9, tzinfo=BERLIN), [8, 7]),  # and forward
        # America changes on other days, so between them the series moves here.
        (datetime(2026, 10, 31, 9, tzinfo=NEW_YORK), [13, 14]),
    ],
)
async def test_a_series_keeps_its_hour_when_the_clocks_change(
    server: ExchangeServer, calendar: Make, first: datetime, utc_hours: list[int]
) -> None:
    server.add(ANNA, *series(item(start=first, end=first + HOUR), days=1, times=2))
    found = await calendar(server).read(first - HOUR, first + timedelta(days=2))
    assert [a.start.astimezone(UTC).hour for a in found] == utc_hours


async def test_a_day_is_told_by_its_dates(
    server: ExchangeServer, calendar: Make
) -> None:
    leave = item(start=DAY[0], end=DAY[0] + timedelta(days=3), all_day=True)
    server.add(ANNA, leave)
    found = await only(calendar(server))
    assert (found.start, found.end) == (date(2026, 11, 24), date(2026, 11, 27))


async def test_a_day_on_which_the_clocks_change_is_one_day(
    server: ExchangeServer, calendar: Make
) -> None:
    start = datetime(2026, 10, 25, tzinfo=BERLIN)
    end = datetime(2026, 10, 26, tzinfo=BERLIN)
    server.add(ANNA, item(start=start, end=end, all_day=True))
    found = await only(calendar(server), (start, end))
    assert (found.start, found.end) == (date(2026, 10, 25), date(2026, 10, 26))


async def test_a_day_made_in_another_zone_is_the_same_day(
    server: ExchangeServer, calendar: Make
) -> None:
    start = datetime(2026, 11, 24, tzinfo=NEW_YORK)
    away = item(
        start=start,
        end=start + timedelta(days=1),
        all_day=True,
        zone="Eastern Standard Time",
    )
    server.add(ANNA, away)
    found = await only(calendar(server))
    assert (found.start, found.end) == (date(2026, 11, 24), date(2026, 11, 25))


@pytest.mark.parametrize("zone", ["", "Customized Time Zone"])
async def test_a_day_of_an_unknown_zone_counts_in_the_persons_own(
    server: ExchangeServer, calendar: Make, zone: str
) -> None:
    day = item(start=DAY[0], end=DAY[1], all_day=True, zone=zone)
    server.add(ANNA, day)
    found = await only(calendar(server))
    assert (found.start, found.end) == (date(2026, 11, 24), date(2026, 11, 25))


@pytest.mark.parametrize("name", ["", "Customized Time Zone"])
@pytest.mark.parametrize(
    "made_in",
    [
        "America/New_York",
        "Asia/Tokyo",
        "Asia/Kathmandu",
        "Pacific/Auckland",
        "Pacific/Honolulu",
    ],
)
async def test_a_day_whose_zone_is_lost_is_the_day_it_was_made_for(
    server: ExchangeServer, calendar: Make, name: str, made_in: str
) -> None:
    start = datetime(2026, 11, 24, tzinfo=ZoneInfo(made_in))
    end = start + timedelta(days=2)
    server.add(ANNA, item(start=start, end=end, all_day=True, zone=name))
    found = await only(calendar(server))
    assert (found.start, found.end) == (date(2026, 11, 24), date(2026, 11, 26))


async def test_a_day_that_begins_at_no_midnight_keeps_its_instants(
    server: ExchangeServer, calendar: Make
) -> None:
    start = datetime(2026, 11, 24, 9, 20, tzinfo=BERLIN)
    end = start + timedelta(hours=7)
    server.add(ANNA, item(start=start, end=end, all_day=True, zone=""))
    found = await only(calendar(server))
    assert (found.start, found.end) == (start, end)


async def test_a_thousand_appointments_take_one_request(
    server: ExchangeServer, calendar: Make
) -> None:
    minute = timedelta(minutes=1)
    server.add(
        ANNA,
        *(item(f"No {n}", start=NOON + n * minute, end=NOON + HOUR) for n in range(60)),
        *series(item("Daily"), days=1, times=939),
    )
    found = await calendar(server).read(NOON - HOUR, NOON + timedelta(days=1000))
    assert len(found) == 999
    assert len(server.requests) == 1


@pytest.mark.parametrize("limit", [1000, 300])
async def test_more_than_the_server_gives_at_once_is_asked_for_again(
    server: ExchangeServer, calendar: Make, limit: int
) -> None:
    server.find_limit = limit
    long = item("All the time", end=NOON + timedelta(days=3000))
    server.add(ANNA, long, *series(item("Daily"), days=1, times=2300))
    found = await calendar(server).read(NOON - HOUR, NOON + timedelta(days=700))
    assert len(found) == 701
    found = await calendar(server).read(NOON - HOUR, NOON + timedelta(days=3000))
    assert len(found) == 2301
    assert len({(a.uid, a.start) for a in found}) == 2301


async def test_the_server_is_told_the_version_and_the_time_zone(
    server: ExchangeServer, calendar: Make
) -> None:
    await calendar(server).read(*DAY)
    (envelope,) = server.requests
    version = envelope.find(f".//{{{TYPES}}}RequestServerVersion")
    zone = envelope.find(f".//{{{TYPES}}}TimeZoneDefinition")
    assert version.get("Version") == "Exchange2016"
    assert zone.get("Id") == "W. Europe Standard Time"


async def test_an_older_server_is_asked_in_its_own_version(
    server: ExchangeServer, calendar: Make
) -> None:
    server.speaks = "Exchange2013_SP1"
    server.add(ANNA, item())
    source = calendar(server)
    assert await only(source)
    assert server.refused_versions
    server.refused_versions.clear()
    assert await only(source)
    assert not server.refused_versions


async def test_a_time_zone_that_windows_does_not_know_is_no_reason_to_fail(
    server: ExchangeServer, calendar: Make
) -> None:
    server.add(ANNA, item())
    assert await only(calendar(server, time_zone="Factory"))
