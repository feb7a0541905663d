"""Which appointments of Notes count for a person, and how many there may be."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.xpresence.inputs.calendars import calendars_of_person
from tests.groupware.domino.server import DominoServer, event
from tests.groupware.exchange.mailbox import Item, series
from tests.groupware.exchange.server import ExchangeServer
from tests.office import ANNA, COLLEAGUE, MEETING

from .conftest import (
    FILE,
    MAIL,
    calendar,
    domino_login,
    exchange_login,
    office_with,
    settle,
    shown,
)

HOUR = timedelta(hours=1)
BOB = {"displayName": "Bob", "email": "bob@office.example"}


def invited(status: str) -> dict[str, Any]:
    """Return what makes an event an invitation by Bob that Anna has answered so."""
    anna = {"role": "req-participant", "status": status, "email": MAIL[ANNA]}
    return {"organizer": BOB, "attendees": [anna]}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "Meeting"),
        ({"categories": "Red;@training"}, "Training"),
        ({"transparency": "transparent"}, "Available"),
        ({"transparency": "transparent", "categories": "Training"}, "Training"),
        ({"status": "tentative"}, "Training"),
        ({"status": "cancelled"}, "Available"),
        ({"lotus_noticetype": "I"}, "Available"),
        (invited("accepted"), "Meeting"),
        (invited("needs-action"), "Available"),
        (invited("declined"), "Available"),
        (invited("delegated"), "Available"),
        ({"class": "private", "summary": "Doctor"}, "Meeting"),
    ],
)
async def test_what_counts_of_a_notes_calendar(
    hass: HomeAssistant,
    own_folder: Path,
    domino: DominoServer,
    more: dict[str, Any],
    expected: str,
) -> None:
    now = dt_util.utcnow().replace(microsecond=0)
    domino.mail_files[FILE[ANNA]].append(event(1, now - HOUR, now + HOUR, **more))
    rules = {
        "default_profile": MEETING,
        "invitations": "accepted",
        "show_as": {"tentative": COLLEAGUE},
    }
    settings = domino_login(domino, address=MAIL[ANNA], responses=True)
    entry = await office_with(hass, [calendar("notes", settings, rules=rules)])
    assert shown(hass) == expected
    assert "Doctor" not in repr(entry.runtime_data.people[ANNA].facts)


async def test_a_day_in_notes_is_out_of_office_in_the_persons_own_time(
    hass: HomeAssistant, own_folder: Path, domino: DominoServer
) -> None:
    await hass.config.async_set_time_zone("Pacific/Auckland")
    today = dt_util.now().date()
    day = event(1, today, today + timedelta(days=1))
    domino.mail_files[FILE[ANNA]].append(day)
    rules = {"default_profile": MEETING, "show_as": {"out_of_office": COLLEAGUE}}
    settings = domino_login(domino)
    entry = await office_with(hass, [calendar("notes", settings, rules=rules)])
    assert shown(hass) == "Training"
    (told,) = entry.runtime_data.people[ANNA].facts.agenda.entries
    assert dt_util.as_local(told.start) == dt_util.start_of_local_day(today)


async def test_a_thousand_appointments_of_each_server_are_taken(
    hass: HomeAssistant,
    own_folder: Path,
    exchange: ExchangeServer,
    domino: DominoServer,
) -> None:
    now = dt_util.utcnow().replace(microsecond=0)
    minute = timedelta(minutes=1)
    exchange.add(
        MAIL[ANNA],
        *series(Item("Often", now, now + HOUR), days=1, times=20),
        *(
            Item(f"No {n}", now - HOUR + n * minute / 60, now + HOUR)
            for n in range(980)
        ),
    )
    domino.mail_files[FILE[ANNA]] += [
        event(n, now - HOUR + n * minute, now + n * minute) for n in range(1000)
    ]
    entry = await office_with(
        hass,
        [
            calendar("exchange", exchange_login(exchange)),
            calendar("notes", domino_login(domino)),
        ],
    )
    both = calendars_of_person(entry.runtime_data.people[ANNA]).calendars
    assert [len(one.appointments) for one in both] == [1000, 1000]
    assert shown(hass) == "Meeting"
    await settle(hass)
