"""Calendars by their own address choose profiles, at every door."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from tests.groupware.dav.conftest import Published
from tests.office import ANNA, MEETING
from tests.pages import EN
from tests.team import Team, set_up_team
from tests.test_coordinator import SELECT

from .conftest import settle

HOUR = timedelta(hours=1)


@pytest.fixture
async def team(hass: HomeAssistant, own_folder: Path) -> Team:
    return await set_up_team(hass, data={"driver": "actions"})


@pytest.fixture
async def published(
    hass: HomeAssistant, socket_enabled: None
) -> AsyncGenerator[Published]:
    file = Published()
    runner = await file.start()
    yield file
    file.over()
    await runner.cleanup()


def running(*lines: str) -> str:
    """Return a calendar with one event that goes on now."""
    now = dt_util.utcnow()
    body = "\r\n".join(
        (
            "UID:1",
            f"DTSTART:{now - HOUR:%Y%m%dT%H%M%SZ}",
            f"DTEND:{now + HOUR:%Y%m%dT%H%M%SZ}",
            *lines,
        )
    )
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n"
        f"{body}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def profile(hass: HomeAssistant) -> str:
    state = hass.states.get(SELECT)
    assert state is not None
    return state.state


def stored(team: Team) -> list[dict[str, Any]]:
    return list(team.entry.subentries[ANNA].data.get("calendars", ()))


async def page(hass: HomeAssistant, team: Team, kind: str, said: dict[str, Any]) -> Any:
    """Fill in the page of a kind, as an administrator does."""
    flows = hass.config_entries.subentries
    form = await team.entry.start_subentry_reconfigure_flow(hass, ANNA)
    for step in ("calendars", "add_calendar", f"calendar_{kind}"):
        form = await flows.async_configure(form["flow_id"], {"next_step_id": step})
    assert form["step_id"] == f"calendar_{kind}"
    return await flows.async_configure(form["flow_id"], said)


async def connect(hass: HomeAssistant, team: Team, kind: str, **said: Any) -> None:
    form = await page(hass, team, kind, said)
    assert form["step_id"] == "calendar_rules", form.get("errors")
    rules = {"name": "Mine", "default_profile": MEETING, "invitations": "accepted"}
    shown = {
        "free": "ignore",
        "tentative": "default",
        "busy": "default",
        "out_of_office": "default",
        "working_elsewhere": "ignore",
    }
    flows = hass.config_entries.subentries
    done = await flows.async_configure(
        form["flow_id"], {**rules, "categories_only": False, "show_as": shown}
    )
    assert done["type"] == "abort"
    await settle(hass)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((), "Meeting"),
        (("TRANSP:TRANSPARENT",), "Available"),
        (("STATUS:CANCELLED",), "Available"),
        (("ATTENDEE;PARTSTAT=DECLINED:mailto:anna@example.com",), "Available"),
        (
            (
                "ORGANIZER:mailto:bob@example.com",
                "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:anna@example.com",
            ),
            "Available",
        ),
        (("CATEGORIES:@Training",), "Training"),
        (("DESCRIPTION:<p>@Training</p>",), "Training"),
    ],
)
async def test_a_published_calendar_chooses_the_profile(
    hass: HomeAssistant,
    team: Team,
    published: Published,
    lines: tuple[str, ...],
    expected: str,
) -> None:
    published.text = running("SUMMARY:Talk", *lines)
    url = f"{published.url}/secret.ics"
    await connect(hass, team, "ics", url=url, address="anna@example.com")
    assert profile(hass) == expected
    assert stored(team)[0]["settings"]["url"] == url


async def test_a_private_subject_goes_nowhere(
    hass: HomeAssistant, team: Team, published: Published, own_folder: Path
) -> None:
    published.text = running("SUMMARY:Doctor Nobody", "CLASS:PRIVATE")
    await connect(hass, team, "ics", url=f"{published.url}/a.ics")
    assert profile(hass) == "Meeting"
    assert "Nobody" not in repr(team.entry.runtime_data.people[ANNA].facts)


@pytest.mark.parametrize(
    ("kind", "more", "field", "problem"),
    [
        ("ics", {"url": "http://example.com/a.ics"}, "url", "address_not_encrypted"),
        ("ics", {"url": "ftp://example.com/a.ics"}, "url", "address_invalid"),
        ("ics", {"username": "anna"}, "password", "password_missing"),
        ("ics", {"address": "nobody"}, "address", "mail_address_invalid"),
        ("caldav", {}, "url", "calendar_not_calendar"),
        ("caldav", {"collection": "x\ny"}, "collection", "malformed"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field(
    hass: HomeAssistant,
    team: Team,
    published: Published,
    kind: str,
    more: dict[str, str],
    field: str,
    problem: str,
) -> None:
    published.text = '<d:multistatus xmlns:d="DAV:"/>'
    form = await page(hass, team, kind, {"url": f"{published.url}/a.ics"} | more)
    assert form["errors"] == {field: problem}
    assert EN["config_subentries"]["person"]["error"][problem]
    assert stored(team) == []


async def test_the_same_address_is_followed_once(
    hass: HomeAssistant, team: Team, published: Published
) -> None:
    url = f"{published.url}/a.ics"
    await connect(hass, team, "ics", url=url)
    form = await page(hass, team, "ics", {"url": url})
    assert form["errors"] == {"url": "calendar_twice"}


async def test_an_ordinary_user_names_no_server_and_the_administrator_any(
    hass: HomeAssistant, team: Team, published: Published
) -> None:
    from homeassistant.core import Context
    from homeassistant.exceptions import ServiceValidationError

    said = {
        "entity_id": SELECT,
        "kind": "ics",
        "url": "https://192.168.1.1/a.ics",
        "default_profile": "Meeting",
    }
    with pytest.raises(ServiceValidationError) as raised:
        await hass.services.async_call(
            "xpresence",
            "connect_calendar",
            said,
            blocking=True,
            context=Context(user_id=team.users["anna"].id),
        )
    assert raised.value.translation_key == "connect_server_not_offered"
    await hass.services.async_call(
        "xpresence",
        "connect_calendar",
        said | {"url": f"{published.url}/a.ics"},
        blocking=True,
        context=Context(user_id=team.users["admin"].id),
    )
    await settle(hass)
    assert [one["kind"] for one in stored(team)] == ["ics"]
