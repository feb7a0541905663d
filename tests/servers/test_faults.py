"""What fails at a server leaves what is known, with its age, and heals by itself."""

from dataclasses import replace
from datetime import timedelta
import gc
import logging
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.xpresence.groupware.exchange import connection
from custom_components.xpresence.groupware.exchange.source import SESSIONS
from custom_components.xpresence.groupware.network.limits import LIMITS
from custom_components.xpresence.inputs.calendars import (
    CalendarsInput,
    calendars_of_person,
)
from tests.groupware.domino.server import DominoServer, event
from tests.groupware.exchange.mailbox import Item
from tests.groupware.exchange.server import ExchangeServer
from tests.office import ANNA, BOB, MEETING

from .conftest import (
    FILE,
    MAIL,
    calendar,
    domino_account,
    domino_login,
    exchange_account,
    exchange_login,
    office_with,
    settle,
    shown,
)

HOUR = timedelta(hours=1)


def inputs(entry: MockConfigEntry, who: str = ANNA) -> CalendarsInput:
    return calendars_of_person(entry.runtime_data.people[who])


async def later(hass: HomeAssistant, minutes: int) -> None:
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=minutes))
    await settle(hass)


def meet(exchange: ExchangeServer, domino: DominoServer, who: str = ANNA) -> None:
    """Let somebody be in a meeting now."""
    now = dt_util.utcnow().replace(microsecond=0)
    exchange.add(MAIL[who], Item("Budget", now - HOUR, now + HOUR))
    domino.mail_files[FILE[who]].append(event(1, now - HOUR, now + HOUR))


@pytest.mark.parametrize(
    "fault",
    [
        "busy",
        "error",
        "cut short",
        "entities",
        "silent",
        "slow",
        "broken off",
        "forbidden",
    ],
)
async def test_the_last_good_appointments_stay_with_their_age_until_it_heals(
    hass: HomeAssistant,
    own_folder: Path,
    exchange: ExchangeServer,
    domino: DominoServer,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    meet(exchange, domino)
    entry = await office_with(hass, [calendar("exchange", exchange_login(exchange))])
    monkeypatch.setattr(connection, "LIMITS", replace(LIMITS, request_seconds=0.5))
    monkeypatch.setattr(connection.Connection, "TIMEOUT", 0.5)
    read_at = inputs(entry).calendars[0].read_at
    assert shown(hass) == "Meeting"
    exchange.fault = fault
    await later(hass, 16)
    assert shown(hass) == "Meeting"
    assert inputs(entry).behind == ("Work",)
    assert inputs(entry).as_of == read_at
    told = inputs(entry).calendars[0].diagnosis()
    assert (told["kind"], told["auth"], told["appointments"]) == ("exchange", "ntlm", 1)
    assert told["problem"] in ("unavailable", "not_allowed")
    for secret in (MAIL[ANNA], "anna", "Grün", "Budget", "Work"):
        assert secret not in repr(told)
    exchange.fault = ""
    exchange.mailboxes[MAIL[ANNA]].clear()
    if fault != "busy":  # Then it is left alone for as long as it asked.
        monkeypatch.undo()
        await later(hass, 40)
        assert inputs(entry).behind == ()
        assert shown(hass) == "Available"


@pytest.mark.parametrize("fault", ["too many requests", "error", "cut short", "deep"])
async def test_a_domino_server_that_fails_leaves_what_is_known(
    hass: HomeAssistant,
    own_folder: Path,
    exchange: ExchangeServer,
    domino: DominoServer,
    fault: str,
) -> None:
    meet(exchange, domino)
    entry = await office_with(hass, [calendar("notes", domino_login(domino))])
    assert shown(hass) == "Meeting"
    domino.fault = fault
    await later(hass, 16)
    assert shown(hass) == "Meeting"
    assert inputs(entry).behind == ("Work",)
    assert inputs(entry).as_of is not None


async def test_a_server_that_is_down_at_the_start_is_read_when_it_is_there(
    hass: HomeAssistant,
    own_folder: Path,
    exchange: ExchangeServer,
    domino: DominoServer,
) -> None:
    meet(exchange, domino)
    login = exchange_login(exchange)
    exchange.fault = "error"
    await office_with(hass, [calendar("exchange", login)])
    assert shown(hass) == "Available"
    exchange.fault = ""
    await later(hass, 2)
    assert shown(hass) == "Meeting"


async def test_after_a_restart_with_the_server_down_the_meeting_still_holds(
    hass: HomeAssistant,
    own_folder: Path,
    exchange: ExchangeServer,
    domino: DominoServer,
) -> None:
    meet(exchange, domino)
    settings = [
        calendar("exchange", exchange_login(exchange)),
        calendar("notes", domino_login(domino)),
    ]
    entry = await office_with(hass, settings)
    assert shown(hass) == "Meeting"
    exchange.fault = domino.fault = "error"
    await hass.config_entries.async_reload(entry.entry_id)
    await settle(hass)
    assert shown(hass) == "Meeting"
    assert inputs(entry).as_of is not None


async def test_a_person_who_leaves_takes_connection_password_and_notices_along(
    hass: HomeAssistant,
    own_folder: Path,
    exchange: ExchangeServer,
    domino: DominoServer,
) -> None:
    gc.collect()
    before = len(SESSIONS)
    bad = calendar("notes", domino_login(domino, password="old"))
    entry = await office_with(
        hass, [calendar("exchange", exchange_login(exchange)), bad]
    )
    assert len(SESSIONS) == before + 1
    assert ir.async_get(hass).issues
    hass.config_entries.async_remove_subentry(entry, ANNA)
    await settle(hass)
    gc.collect()
    assert len(SESSIONS) <= before
    assert not ir.async_get(hass).issues


@pytest.mark.parametrize("kind", ["exchange", "notes"])
async def test_two_people_share_the_offices_login_and_not_their_calendars(
    hass: HomeAssistant,
    own_folder: Path,
    exchange: ExchangeServer,
    domino: DominoServer,
    kind: str,
) -> None:
    meet(exchange, domino, BOB)
    domino.sessions_on = True
    field, names = ("mailbox", MAIL) if kind == "exchange" else ("mail_file", FILE)
    both = [
        [calendar(kind, {"account": True, field: names[who]})] for who in (ANNA, BOB)
    ]
    account = (
        exchange_account(exchange)
        if kind == "exchange"
        else domino_account(domino, auth="session")
    )
    entry = await office_with(hass, *both, **{kind: account})
    assert (shown(hass), shown(hass, "bob")) == ("Available", "Meeting")
    assert (exchange.tries, domino.tries) == ((1, 0) if kind == "exchange" else (0, 1))
    assert len(exchange.connections) == (1 if kind == "exchange" else 0)
    # One of them leaves: the other's connection stays.
    hass.config_entries.async_remove_subentry(entry, ANNA)
    await settle(hass)
    await inputs(entry, BOB).async_sync()
    assert inputs(entry, BOB).behind == ()
    assert (exchange.tries, domino.tries) == ((1, 0) if kind == "exchange" else (0, 1))


async def test_an_office_whose_login_is_gone_says_so(
    hass: HomeAssistant,
    own_folder: Path,
    exchange: ExchangeServer,
    domino: DominoServer,
) -> None:
    meet(exchange, domino)
    used = [
        calendar("exchange", {"account": True, "mailbox": MAIL[ANNA]}),
        calendar("notes", {"account": True, "mail_file": FILE[ANNA]}),
    ]
    entry = await office_with(hass, used)
    assert shown(hass) == "Available"
    assert {c.reason for c in inputs(entry).calendars} == {"account_missing"}
    accounts = {"exchange": exchange_account(exchange), "notes": domino_account(domino)}
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "accounts": accounts}
    )
    await settle(hass)
    assert shown(hass) == "Meeting"
    assert not ir.async_get(hass).issues


async def test_only_what_counts_of_an_appointment_decides(
    hass: HomeAssistant, own_folder: Path, exchange: ExchangeServer
) -> None:
    now = dt_util.utcnow()
    around = now - HOUR, now + HOUR
    rules = {"default_profile": MEETING, "invitations": "accepted"}
    settings = exchange_login(exchange)
    entry = await office_with(hass, [calendar("exchange", settings, rules=rules)])
    for item, expected in (
        (Item("Free", *around, show_as="Free"), "Available"),
        (Item("Elsewhere", *around, show_as="WorkingElsewhere"), "Available"),
        (Item("Cancelled", *around, cancelled=True), "Available"),
        (Item("Declined", *around, meeting=True, response="Decline"), "Available"),
        (
            Item("Unanswered", *around, meeting=True, response="NoResponseReceived"),
            "Available",
        ),
        (Item("Accepted", *around, meeting=True, response="Accept"), "Meeting"),
        (Item("Own", *around, meeting=True, response="Organizer"), "Meeting"),
        (Item("Tentative", *around, show_as="Tentative"), "Meeting"),
        (Item("Away", *around, show_as="OOF"), "Meeting"),
        (Item("By name", *around, ("@training",), show_as="Free"), "Training"),
        (Item("Doctor", *around, sensitivity="Private"), "Meeting"),
    ):
        exchange.mailboxes[MAIL[ANNA]].clear()
        exchange.add(MAIL[ANNA], item)
        await inputs(entry).async_sync()
        await settle(hass)
        assert shown(hass) == expected, item.subject
    assert "Doctor" not in repr(entry.runtime_data.people[ANNA].facts)


async def test_nothing_of_a_login_reaches_the_log_or_a_state(
    hass: HomeAssistant,
    own_folder: Path,
    exchange: ExchangeServer,
    domino: DominoServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    meet(exchange, domino)
    caplog.clear()
    entry = await office_with(
        hass,
        [
            calendar("exchange", exchange_login(exchange)),
            calendar("notes", domino_login(domino)),
        ],
    )
    exchange.fault = domino.fault = "error"
    await later(hass, 16)
    states: list[Any] = [state.as_dict() for state in hass.states.async_all()]
    stored = "".join(
        path.read_text() for path in (own_folder / ".storage").glob("xpresence.*")
    )
    assert entry.runtime_data.people[ANNA].facts.agenda.entries
    for secret in ("Grün", "Anna Office", MAIL[ANNA], FILE[ANNA]):
        ours = [r.getMessage() for r in caplog.records if "xpresence" in r.name]
        assert secret not in "\n".join(ours)
        assert secret not in repr(states)
        assert secret not in stored
