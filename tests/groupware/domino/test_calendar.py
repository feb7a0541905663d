"""What is read of a mail file on a Domino server."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.xpresence.groupware.domino.events import appointment
from custom_components.xpresence.groupware.domino.source import NotesCalendar
from custom_components.xpresence.presence.calendar.appointments import (
    Appointment,
    Response,
    ShowAs,
)

from .server import DominoServer, event

type Make = Callable[..., NotesCalendar]

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 24, 12, tzinfo=BERLIN)
DAY = (NOON - 12 * HOUR, NOON + 12 * HOUR)
ANNA = "anna@office.example"
BOB = {"displayName": "Bob", "email": "bob@office.example"}


def put(server: DominoServer, *events: dict[str, Any]) -> None:
    server.mail_files["mail/anna.nsf"] += events


def one(**more: Any) -> dict[str, Any]:
    return event(**{"number": 1, "start": NOON, "end": NOON + HOUR, **more})


async def only(source: NotesCalendar, span: Any = DAY) -> Appointment:
    (found,) = await source.read(*span)
    return found


async def test_an_appointment_is_told_with_all_that_the_rules_need(
    server: DominoServer, calendar: Make
) -> None:
    put(server, one(categories="@Nicht stören;Red; "))
    assert await only(calendar(server)) == Appointment(
        uid=f"{1:032X}-Lotus_Notes_Generated",
        start=NOON,
        end=NOON + HOUR,
        subject="Training",
        categories=("@Nicht stören", "Red"),
        show_as=ShowAs.BUSY,
        source="Notes",
    )


async def test_a_day_without_appointments_is_empty(
    server: DominoServer, calendar: Make
) -> None:
    assert await calendar(server).read(*DAY) == ()


TODAY, TOMORROW = date(2026, 11, 24), date(2026, 11, 25)


@pytest.mark.parametrize(
    ("told", "show_as"),
    [
        ({}, ShowAs.BUSY),
        ({"transparency": "transparent"}, ShowAs.FREE),
        ({"status": "tentative"}, ShowAs.TENTATIVE),
        ({"status": "confirmed"}, ShowAs.BUSY),
        ({"lotus_noticetype": "I"}, ShowAs.TENTATIVE),
        ({"start": TODAY, "end": TOMORROW}, ShowAs.OUT_OF_OFFICE),
        (
            {"start": TODAY, "end": TOMORROW, "transparency": "transparent"},
            ShowAs.FREE,
        ),
        ({"start": TODAY, "end": TOMORROW, "lotus_appttype": "1"}, ShowAs.FREE),
        ({"lotus_appttype": "2"}, ShowAs.OUT_OF_OFFICE),
        ({"lotus_appttype": "3"}, ShowAs.BUSY),
    ],
)
async def test_how_an_appointment_is_shown(
    server: DominoServer, calendar: Make, told: dict[str, Any], show_as: ShowAs
) -> None:
    put(server, one(**told))
    assert (await only(calendar(server))).show_as is show_as


@pytest.mark.parametrize("secret", ["private", "confidential"])
async def test_a_private_subject_is_not_kept(
    server: DominoServer, calendar: Make, secret: str
) -> None:
    put(server, one(summary="Doctor", **{"class": secret}))
    found = await only(calendar(server))
    assert found.private
    assert "Doctor" not in repr(found)


@pytest.mark.parametrize(
    "told", [{"status": "cancelled"}, {"lotus_noticetype": "C", "organizer": BOB}]
)
async def test_a_cancelled_meeting_is_told_as_cancelled(
    server: DominoServer, calendar: Make, told: dict[str, Any]
) -> None:
    put(server, one(**told))
    assert (await only(calendar(server))).cancelled


async def test_a_reminder_fills_no_time(server: DominoServer, calendar: Make) -> None:
    put(server, one(end=None, lotus_appttype="4"))
    assert await calendar(server).read(*DAY) == ()


# Days, zones, series


async def test_a_day_is_told_by_its_dates(server: DominoServer, calendar: Make) -> None:
    put(server, one(start=TODAY, end=date(2026, 11, 27)))
    found = await only(calendar(server))
    assert (found.start, found.end) == (TODAY, date(2026, 11, 27))


async def test_a_day_without_an_end_is_one_day(
    server: DominoServer, calendar: Make
) -> None:
    put(server, one(start=TODAY, end=None))
    found = await only(calendar(server))
    assert (found.start, found.end) == (TODAY, TOMORROW)


async def test_a_day_told_by_notes_working_hours_is_whole(
    server: DominoServer, calendar: Make
) -> None:
    start, end = NOON.replace(hour=4), NOON.replace(hour=20) + timedelta(days=2)
    put(server, one(start=start, end=end, lotus_appttype="2"))
    found = await only(calendar(server))
    assert (found.start, found.end) == (TODAY, date(2026, 11, 27))


async def test_a_long_leave_that_began_weeks_ago_is_found(
    server: DominoServer, calendar: Make
) -> None:
    put(
        server,
        one(start=TODAY - timedelta(days=40), end=TOMORROW),
        event(2, NOON - timedelta(days=3), NOON - timedelta(days=2)),
    )
    assert await only(calendar(server))


async def test_what_ended_before_and_begins_after_is_left_out(
    server: DominoServer, calendar: Make
) -> None:
    put(
        server,
        event(1, DAY[0] - HOUR, DAY[0]),
        event(2, DAY[1], DAY[1] + HOUR),
        event(3, TODAY - timedelta(days=1), TODAY),
    )
    assert await calendar(server).read(*DAY) == ()


@pytest.mark.parametrize("tzid", ["", "W. Europe", "Europe/Berlin", "Nowhere"])
@pytest.mark.parametrize(
    ("first", "utc_hours"),
    [
        (datetime(2026, 10, 24, 9, tzinfo=BERLIN), [7, 8]),
        (datetime(2027, 3, 27, 9, tzinfo=BERLIN), [8, 7]),
    ],
)
async def test_a_series_keeps_its_hour_when_the_clocks_change(
    server: DominoServer,
    calendar: Make,
    first: datetime,
    utc_hours: list[int],
    tzid: str,
) -> None:
    for number in range(2):
        start = first + timedelta(days=number)
        again = f"{start.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        put(server, one(start=start, end=start + HOUR, recurrenceId=again, tzid=tzid))
    found = await calendar(server).read(first - HOUR, first + timedelta(days=2))
    assert [a.start.astimezone(UTC).hour for a in found] == utc_hours
    assert len({a.uid for a in found}) == 1


async def test_a_time_told_in_another_zone_is_that_instant(
    server: DominoServer, calendar: Make
) -> None:
    there = datetime(2026, 11, 24, 9)
    put(server, one(start=there, end=there + HOUR, tzid="Eastern"))
    found = await only(calendar(server))
    assert found.start == datetime(2026, 11, 24, 14, tzinfo=UTC)


async def test_a_series_has_its_exceptions_and_gaps(
    server: DominoServer, calendar: Make
) -> None:
    week = timedelta(days=7)
    for number in (0, 1, 3):
        start = NOON + number * week + (3 * HOUR if number == 1 else 0 * HOUR)
        again = f"{(NOON + number * week).astimezone(UTC):%Y%m%dT%H%M%SZ}"
        put(server, one(start=start, end=start + HOUR, recurrenceId=again))
    found = await calendar(server).read(NOON - HOUR, NOON + 5 * week)
    assert [a.start - NOON for a in found] == [0 * week, week + 3 * HOUR, 3 * week]


@pytest.mark.parametrize("times", [100, 1000])
async def test_a_thousand_appointments_come_page_by_page(
    server: DominoServer, calendar: Make, times: int
) -> None:
    put(
        server,
        *(
            event(n, NOON + n * HOUR, NOON + (n + 1) * HOUR, f"No {n}")
            for n in range(times)
        ),
    )
    found = await calendar(server).read(NOON, NOON + times * HOUR)
    assert [a.subject for a in found] == [f"No {n}" for n in range(times)]
    assert len(server.asked) == times // 100 + 1


# Invitations


def invitation(number: int, answered: str, **more: Any) -> dict[str, Any]:
    return event(
        number,
        NOON,
        NOON + HOUR,
        lotus_appttype="3",
        organizer=BOB,
        attendees=[
            {"email": BOB["email"], "status": "accepted"},
            {"email": ANNA.upper(), "status": answered},
        ],
        **more,
    )


async def test_own_meetings_are_told_from_invitations(
    server: DominoServer, calendar: Make
) -> None:
    put(
        server,
        event(1, NOON, NOON + HOUR, organizer={"email": ANNA}, lotus_appttype="3"),
        invitation(2, "accepted"),
    )
    own, other = await calendar(server).read(*DAY)
    assert (own.invited, other.invited) == (False, True)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("answered", "response"),
    [
        ("accepted", Response.ACCEPTED),
        ("tentative", Response.TENTATIVE),
        ("declined", Response.DECLINED),
        ("delegated", Response.DECLINED),
        ("needs-action", Response.NONE),
    ],
)
async def test_ones_own_answer_is_asked_for_where_it_matters(
    server: DominoServer, calendar: Make, answered: str, response: Response
) -> None:
    put(server, invitation(1, answered))
    assert (await only(calendar(server))).response is Response.NONE
    assert (await only(calendar(server, with_responses=True))).response is response


async def test_an_answer_is_asked_for_once_until_the_meeting_changes(
    server: DominoServer, calendar: Make
) -> None:
    again = "20261124T110000Z"
    put(server, invitation(1, "needs-action", recurrenceId=again), one(number=2))
    source = calendar(server, with_responses=True)
    for _ in range(3):
        await source.read(*DAY)
    in_full = [path for path, query in server.asked if not query]
    assert in_full == [
        f"/mail/anna.nsf/api/calendar/events/{1:032X}-Lotus_Notes_Generated/{again}"
    ]
    server.mail_files["mail/anna.nsf"][0] = invitation(
        1, "accepted", recurrenceId=again, last_modified="20261124T090000Z"
    )
    invited, _ = await source.read(*DAY)
    assert invited.response is Response.ACCEPTED


async def test_an_invitation_nobody_has_looked_at_is_not_asked_for(
    server: DominoServer, calendar: Make
) -> None:
    put(server, invitation(1, "needs-action", lotus_noticetype="I"))
    found = await only(calendar(server, with_responses=True))
    assert (found.invited, found.response) == (True, Response.NONE)
    assert found.show_as is ShowAs.TENTATIVE
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "made_in", ["America/New_York", "Asia/Tokyo", "Asia/Kolkata", "Pacific/Honolulu"]
)
@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("days", [1, 3])
def test_a_day_made_abroad_is_the_day_it_was_made_for(
    made_in: str, named: bool, days: int
) -> None:
    zone = ZoneInfo(made_in)
    first = datetime(2026, 11, 26, 4, tzinfo=zone)
    last = datetime(2026, 11, 25 + days, 20, tzinfo=zone)

    def told(moment: datetime) -> dict[str, Any]:
        local = moment if named else moment.astimezone(UTC)
        which = {"tzid": made_in} if named else {"utc": True}
        return {"date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M:%S}", **which}

    fair = {
        "id": "1",
        "summary": "Fair",
        "start": told(first),
        "end": told(last),
        "x-lotus-appttype": {"data": "2"},
    }
    found = appointment(fair, BERLIN)
    assert found is not None
    assert (found.start, found.end) == (date(2026, 11, 26), date(2026, 11, 26 + days))
    assert found.show_as is ShowAs.OUT_OF_OFFICE
