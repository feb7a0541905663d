"""A calendar that somebody publishes as a file."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.xpresence.groupware.dav import client, login
from custom_components.xpresence.groupware.network.limits import LIMITS
from custom_components.xpresence.groupware.source import SourceError
from tests.groupware.ics.test_events import calendar, event

from .conftest import Published

type Make = Callable[..., Any]

BERLIN = ZoneInfo("Europe/Berlin")
WINDOW = (datetime(2026, 12, 1, tzinfo=BERLIN), datetime(2027, 1, 1, tzinfo=BERLIN))


async def refusal(source: Any) -> str:
    with pytest.raises(SourceError) as raised:
        await source.read(*WINDOW)
    return str(raised.value)


async def test_a_file_is_read_and_loaded_again_only_when_it_changed(
    published: Published, make: Make
) -> None:
    published.text = calendar(event("SUMMARY:Talk"))
    source = make(f"{published.url}/a.ics")
    for _ in range(3):
        (found,) = await source.read(*WINDOW)
        assert found.subject == "Talk"
    assert published.statuses == [200, 304, 304]
    published.text = calendar(event("SUMMARY:Other"))
    (found,) = await source.read(*WINDOW)
    assert found.subject == "Other"


async def test_a_window_that_moved_is_read_from_what_is_known(
    published: Published, make: Make
) -> None:
    published.text = calendar(event("SUMMARY:Talk", "RRULE:FREQ=MONTHLY"))
    source = make(f"{published.url}/a.ics")
    await source.read(*WINDOW)
    later = tuple(moment.replace(year=moment.year + 1) for moment in WINDOW)
    (found,) = await source.read(*later)
    assert found.start.year == 2027
    assert published.statuses == [200, 304]


async def test_a_server_without_versions_is_asked_each_time(
    published: Published, make: Make
) -> None:
    published.tells_version = False
    source = make(f"{published.url}/a.ics")
    await source.read(*WINDOW)
    await source.read(*WINDOW)
    assert published.statuses == [200, 200]


async def test_a_login_is_sent_where_it_is_asked_for(
    published: Published, make: Make
) -> None:
    published.login = ("anna", "Grün€ 7")
    assert await refusal(make(f"{published.url}/a.ics")) == "login_needed"
    assert (
        await refusal(make(f"{published.url}/a.ics", "anna", "x")) == "wrong_password"
    )
    assert await make(f"{published.url}/a.ics", "anna", "Grün€ 7").read(*WINDOW) == ()


async def test_a_refused_password_is_not_tried_again(
    published: Published, make: Make
) -> None:
    published.login = ("anna", "right")
    source = make(f"{published.url}/a.ics", "anna", "wrong")
    for _ in range(3):
        assert await refusal(source) == "wrong_password"
    assert len(published.asked) == 1


async def test_a_redirect_is_followed_and_the_password_stays_behind(
    published: Published, elsewhere: Published, make: Make
) -> None:
    elsewhere.text = calendar(event())
    published.redirects = {"/a.ics": "/b.ics", "/b.ics": f"{elsewhere.url}/c.ics"}
    assert await make(f"{published.url}/a.ics", "anna", "secret").read(*WINDOW)
    assert [path for path, _ in published.asked] == ["/a.ics", "/b.ics"]
    assert all(given for _, given in published.asked)
    assert elsewhere.asked == [("/c.ics", None)]


@pytest.mark.parametrize(
    "to",
    ["http://elsewhere.example/c.ics", "file:///etc/passwd", "/a.ics", "ftp://x/", ""],
)
async def test_a_redirect_to_nowhere_is_not_followed(
    published: Published, make: Make, to: str
) -> None:
    published.redirects = {"/a.ics": to or " "}
    assert await refusal(make(f"{published.url}/a.ics")) == "not_calendar"
    assert len(published.asked) <= LIMITS.redirects + 1


async def test_who_may_use_one_server_is_led_to_no_other(
    published: Published, elsewhere: Published, make: Make
) -> None:
    published.redirects = {"/a.ics": f"{elsewhere.url}/c.ics"}
    source = make(f"{published.url}/a.ics", same_server=True)
    assert await refusal(source) == "not_calendar"
    assert elsewhere.asked == []


async def test_a_server_that_an_ordinary_user_named_is_outside(
    published: Published, make: Make
) -> None:
    source = make(f"{published.url}/a.ics", public_only=True)
    assert await refusal(source) == "unreachable"
    assert published.asked == []


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("too many requests", "busy"),
        ("down for maintenance", "busy"),
        ("forbidden", "not_allowed"),
        ("missing", "address_unknown"),
        ("another page", "not_calendar"),
        ("endless", "answer_too_long"),
        ("slow", "too_slow"),
        ("silent", "too_slow"),
        ("broken off", "answer_cut_short"),
    ],
)
async def test_a_server_that_answers_badly_is_told_apart_and_heals(
    published: Published,
    make: Make,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    reason: str,
) -> None:
    monkeypatch.setattr(client, "LIMITS", replace(LIMITS, request_seconds=0.5))
    source = make(f"{published.url}/a.ics")
    published.fault = fault
    assert await refusal(source) == reason
    published.fault = ""
    if fault != "too many requests":
        assert await source.read(*WINDOW) == ()


async def test_a_closed_calendar_is_read_no_more(
    published: Published, make: Make
) -> None:
    source = make(f"{published.url}/a.ics")
    await source.close()
    assert await refusal(source) == "closed"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("webcal://example.com/a.ics", "https://example.com/a.ics"),
        ("WEBCALS://example.com/a.ics?t=1", "https://example.com/a.ics?t=1"),
        (" example.com ", "https://example.com/"),
        ("http://127.0.0.1:5232/anna/", "http://127.0.0.1:5232/anna/"),
    ],
)
def test_an_address_is_taken_as_programs_show_it(typed: str, address: str) -> None:
    assert login.address(typed) == address


def test_neither_address_nor_password_stand_in_what_a_login_shows() -> None:
    shown = repr(login.Login("https://example.com/secret.ics", "anna", "password"))
    assert "secret" not in shown
    assert "password='" not in shown
