"""The Outlook calendar as appointments."""

from datetime import UTC, date, datetime, timedelta

import pytest

from custom_components.xpresence.groupware.microsoft.calendar import (
    OutlookCalendar,
    known_calendars,
)
from custom_components.xpresence.groupware.microsoft.failures import NotThere
from custom_components.xpresence.presence.calendar.appointments import Response, ShowAs

from .conftest import SignedIn
from .graph import event
from .login import ANNA, USERS
from .server import Microsoft

DAY = datetime(2026, 11, 24, tzinfo=UTC)
NEXT = DAY + timedelta(days=1)
NINE, TEN = DAY + timedelta(hours=9), DAY + timedelta(hours=10)


def outlook(anna: SignedIn, calendar_id: str | None = None) -> OutlookCalendar:
    return OutlookCalendar(anna.graph, "Outlook", calendar_id)


def has(microsoft: Microsoft, *events: dict[str, object], calendar: str = "") -> None:
    microsoft.graph.people[ANNA].events[calendar] = list(events)


async def test_an_appointment_comes_with_all_that_the_rules_ask_for(
    microsoft: Microsoft, anna: SignedIn
) -> None:
    has(
        microsoft,
        event(
            "uid-1",
            NINE,
            TEN,
            "Budget",
            categories=["@Meeting"],
            showAs="oof",
            isOrganizer=False,
            responseStatus={"response": "tentativelyAccepted"},
        ),
    )
    (one,) = await outlook(anna).read(DAY, NEXT)
    assert (one.uid, one.start, one.end, one.subject) == ("uid-1", NINE, TEN, "Budget")
    assert one.categories == ("@Meeting",)
    assert one.show_as is ShowAs.OUT_OF_OFFICE
    assert (one.invited, one.response) == (True, Response.TENTATIVE)
    assert (one.private, one.cancelled, one.source) == (False, False, "Outlook")


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("free", ShowAs.FREE),
        ("tentative", ShowAs.TENTATIVE),
        ("busy", ShowAs.BUSY),
        ("oof", ShowAs.OUT_OF_OFFICE),
        ("workingElsewhere", ShowAs.WORKING_ELSEWHERE),
        ("unknown", ShowAs.BUSY),
    ],
)
async def test_every_show_as_is_known(
    microsoft: Microsoft, anna: SignedIn, said: str, means: ShowAs
) -> None:
    has(microsoft, event("uid", NINE, TEN, showAs=said))
    assert [one.show_as for one in await outlook(anna).read(DAY, NEXT)] == [means]


@pytest.mark.parametrize("sensitivity", ["personal", "private", "confidential"])
async def test_a_private_subject_comes_no_further(
    microsoft: Microsoft, anna: SignedIn, sensitivity: str
) -> None:
    has(microsoft, event("uid", NINE, TEN, "Doctor", sensitivity=sensitivity))
    (one,) = await outlook(anna).read(DAY, NEXT)
    assert one.private
    assert one.subject == ""


async def test_cancelled_and_declined_ones_say_so(
    microsoft: Microsoft, anna: SignedIn
) -> None:
    has(
        microsoft,
        event("a", NINE, TEN, isCancelled=True),
        event(
            "b",
            NINE,
            TEN,
            isOrganizer=False,
            responseStatus={"response": "declined"},
        ),
    )
    cancelled, declined = await outlook(anna).read(DAY, NEXT)
    assert cancelled.cancelled
    assert declined.response is Response.DECLINED


async def test_a_whole_day_is_told_by_its_dates_wherever_one_lives(
    microsoft: Microsoft, anna: SignedIn
) -> None:
    has(microsoft, event("fair", DAY, NEXT, isAllDay=True))
    # In Auckland the 24th ends before it has ended in Greenwich.
    auckland = DAY - timedelta(hours=13)
    for start in (DAY, auckland, NEXT - timedelta(minutes=1)):
        (one,) = await outlook(anna).read(start, start + timedelta(hours=1))
        assert (one.start, one.end) == (date(2026, 11, 24), date(2026, 11, 25))


async def test_only_what_overlaps_is_read(microsoft: Microsoft, anna: SignedIn) -> None:
    has(
        microsoft,
        event("before", DAY - timedelta(hours=2), DAY),
        event("over midnight", DAY - timedelta(hours=1), NINE),
        event("a moment", NINE, NINE),
        event("after", NEXT, NEXT + timedelta(hours=1)),
    )
    found = {one.uid for one in await outlook(anna).read(DAY, NEXT)}
    assert found == {"over midnight", "a moment"}


async def test_a_long_list_comes_in_pages(microsoft: Microsoft, anna: SignedIn) -> None:
    microsoft.graph.page = 25
    has(microsoft, *(event(f"uid-{n}", NINE, TEN) for n in range(60)))
    found = await outlook(anna).read(DAY, NEXT)
    assert len({one.uid for one in found}) == 60
    assert microsoft.graph.count("calendarView") == 3


async def test_one_event_that_cannot_be_read_hides_no_other(
    microsoft: Microsoft, anna: SignedIn
) -> None:
    broken = event("broken", NINE, TEN)
    broken["start"] = {"dateTime": "2026-11-24T09:00:00.0000000", "timeZone": "UTC"}
    broken["end"] = {"dateTime": broken["start"]["dateTime"], "timeZone": "Nowhere"}
    client = outlook(anna)

    has(microsoft, event("good", NINE, TEN))
    pages = anna.graph.pages

    async def with_a_broken_one(*args: object, **more: object):  # type: ignore[no-untyped-def]
        yield broken
        async for row in pages(*args, **more):  # type: ignore[arg-type]
            yield row

    anna.graph.pages = with_a_broken_one  # type: ignore[method-assign]
    assert [one.uid for one in await client.read(DAY, NEXT)] == ["good"]


async def test_another_calendar_is_read_by_its_id(
    microsoft: Microsoft, anna: SignedIn
) -> None:
    has(microsoft, event("holiday", NINE, TEN), calendar="AAMk=/1")
    (one,) = await outlook(anna, "AAMk=/1").read(DAY, NEXT)
    assert one.uid == "holiday"
    with pytest.raises(NotThere):
        await outlook(anna, "gone").read(DAY, NEXT)


async def test_the_calendars_that_one_may_read_are_known(
    microsoft: Microsoft, anna: SignedIn
) -> None:
    microsoft.graph.people[ANNA].calendars = [
        {
            "id": "one",
            "name": "Calendar",
            "isDefaultCalendar": True,
            "owner": {"name": "Anna", "address": USERS[ANNA]},
        },
        {
            "id": "two",
            "name": "Bob",
            "isDefaultCalendar": False,
            "owner": {"name": "Bob", "address": "bob@example.com"},
        },
    ]
    mine, bobs = await known_calendars(anna.graph)
    assert (mine.id, mine.is_default, mine.is_own) == ("one", True, True)
    assert (bobs.name, bobs.is_default, bobs.is_own) == ("Bob", False, False)


async def test_a_month_is_read_with_one_request(
    microsoft: Microsoft, anna: SignedIn
) -> None:
    has(microsoft, *(event(f"uid-{n}", NINE, TEN) for n in range(150)))
    await outlook(anna).read(DAY, DAY + timedelta(days=30))
    assert microsoft.graph.count("calendarView") == 1
