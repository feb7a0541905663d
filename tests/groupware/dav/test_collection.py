"""Calendars on a CalDAV server: a real Radicale."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.xpresence.groupware.source import CalendarGone, SourceError
from custom_components.xpresence.presence.calendar.appointments import Response, ShowAs

from .conftest import Published, Server

type Make = Callable[..., Any]

BERLIN = ZoneInfo("Europe/Berlin")
WINDOW = (datetime(2026, 12, 1, tzinfo=BERLIN), datetime(2027, 1, 1, tzinfo=BERLIN))
AT_TEN = "DTSTART;TZID=Europe/Berlin:20261209T100000"


async def refusal(source: Any) -> str:
    with pytest.raises(SourceError) as raised:
        await source.read(*WINDOW)
    return str(raised.value)


async def test_all_that_an_event_says_is_known(server: Server, make: Make) -> None:
    work = await server.make("Work")
    await server.put(work, "a", "SUMMARY:Doctor", "CLASS:PRIVATE", start=AT_TEN)
    await server.put(
        work,
        "b",
        "SUMMARY:Birthday",
        "TRANSP:TRANSPARENT",
        start="DTSTART;VALUE=DATE:20261206",
    )
    await server.put(work, "c", "STATUS:CANCELLED", start=AT_TEN)
    await server.put(
        work,
        "d",
        "ORGANIZER:mailto:bob@example.com",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:anna@example.com",
        start=AT_TEN,
    )
    await server.put(work, "e", "CATEGORIES:@Lunch", start=AT_TEN)
    await server.put(work, "f", "SUMMARY:Long ago", start="DTSTART:20200101T090000Z")
    source = make(
        work, "anna", server.password, calendar="", addresses=("anna@example.com",)
    )
    found = {one.uid: one for one in await source.read(*WINDOW)}
    assert set(found) == set("abcde")
    assert (found["a"].private, found["a"].subject) == (True, "")
    assert found["b"].show_as is ShowAs.FREE
    assert found["c"].cancelled
    assert (found["d"].invited, found["d"].response) == (True, Response.DECLINED)
    assert found["e"].categories == ("@Lunch",)


async def test_a_series_that_began_long_ago_is_expanded(
    server: Server, make: Make
) -> None:
    work = await server.make("Work")
    await server.put(
        work,
        "a",
        "RRULE:FREQ=WEEKLY",
        "EXDATE;TZID=Europe/Berlin:20261215T090000",
        "DURATION:PT1H",
        start="DTSTART;TZID=Europe/Berlin:20200107T090000",
    )
    found = await make(work, "anna", server.password, calendar="").read(*WINDOW)
    assert [f"{one.start:%d %H}" for one in found] == [
        "01 09",
        "08 09",
        "22 09",
        "29 09",
    ]


@pytest.mark.parametrize("path", ["", "/", "/anna/", "/anna"])
async def test_the_calendar_is_found_from_the_servers_address(
    server: Server, make: Make, path: str
) -> None:
    work = await server.make("Work")
    await server.put(work, "a", start=AT_TEN)
    source = make(server.url + path, "anna", server.password, calendar="")
    assert [one.uid for one in await source.read(*WINDOW)] == ["a"]


async def test_of_several_calendars_the_named_one_is_read(
    server: Server, make: Make
) -> None:
    for name in ("Work", "Home"):
        calendar = await server.make(name)
        await server.put(calendar, name, start=AT_TEN)
    source = make(server.url, "anna", server.password, calendar="home")
    assert [one.uid for one in await source.read(*WINDOW)] == ["Home"]
    source = make(server.url, "anna", server.password, calendar="")
    assert await refusal(source) == "collection_missing"
    assert sorted(source.names) == ["Home", "Work"]
    source = make(server.url, "anna", server.password, calendar="Garden")
    assert await refusal(source) == "collection_unknown"


async def test_a_change_is_seen_and_nothing_is_loaded_without_one(
    server: Server, make: Make
) -> None:
    work = await server.make("Work")
    await server.put(work, "a", start=AT_TEN)
    source = make(work, "anna", server.password, calendar="")
    first = await source.read(*WINDOW)
    assert await source.read(*WINDOW) is first
    await server.put(work, "b", start=AT_TEN)
    assert {one.uid for one in await source.read(*WINDOW)} == {"a", "b"}
    await server.delete(f"{work}a.ics")
    assert {one.uid for one in await source.read(*WINDOW)} == {"b"}


async def test_a_deleted_calendar_is_gone(server: Server, make: Make) -> None:
    work = await server.make("Work")
    source = make(work, "anna", server.password, calendar="")
    await source.read(*WINDOW)
    await server.delete(work)
    with pytest.raises(CalendarGone):
        await source.read(*WINDOW)


async def test_a_wrong_password_is_told(server: Server, make: Make) -> None:
    work = await server.make("Work")
    assert await refusal(make(work, "anna", "guess", calendar="")) == "wrong_password"
    assert await refusal(make(work, calendar="")) in ("login_needed", "not_allowed")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("<html/>", "not_calendar"),
        ("no xml", "answer_unreadable"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "answer_unreadable"),
        ("<a>" + "<b/>" * 300_000 + "</a>", "answer_too_long"),
        ('<d:multistatus xmlns:d="DAV:"/>', "not_calendar"),
    ],
)
async def test_a_server_that_speaks_no_caldav_is_told(
    published: Published, make: Make, answer: str, reason: str
) -> None:
    published.text = answer
    assert await refusal(make(f"{published.url}/x/", calendar="")) == reason
