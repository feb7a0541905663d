"""A home that listens: the real conversation agent, an office with German names."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import conversation
from homeassistant.core import Context, HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.conftest import set_up
from tests.office import ANNA, BOB, person, profile

NOW = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Europe/Berlin"))
"""A Tuesday."""
VOICEMAIL = {"mode": "forward", "unconditional": {"kind": "voicemail", "value": ""}}
NAMES = {
    "en": {
        "Available": "available",
        "Do not disturb": "do_not_disturb",
        "Meeting": "busy",
        "Lunch": "away",
        "Be right back": "be_right_back",
        "Gone home": "offline",
        "Vacation": "away",
        "MS Teams": "busy",
    },
    "de": {
        "Verfügbar": "available",
        "Nicht stören": "do_not_disturb",
        "Besprechung": "busy",
        "Mittag": "away",
        "Gleich zurück": "be_right_back",
        "Feierabend": "offline",
        "Urlaub": "away",
        "MS Teams": "busy",
    },
    "fr": {
        "Disponible": "available",
        "Ne pas déranger": "do_not_disturb",
        "Réunion": "busy",
        "Déjeuner": "away",
        "De retour bientôt": "be_right_back",
        "Parti": "offline",
        "Vacances": "away",
        "MS Teams": "busy",
    },
}
DEVICES = {"en": "Mobile", "de": "Handy", "fr": "Portable"}
SUBENTRIES = {
    language: [
        *(
            profile(
                f"01PROFILE{number:017}",
                name,
                status,
                redirect=VOICEMAIL if number in (2, 3, 5, 6) else {"mode": "unchanged"},
            )
            for number, (name, status) in enumerate(names.items())
        ),
        person(
            ANNA,
            "Anna Berg",
            "100",
            default_profile=f"01PROFILE{0:017}",
            person="person.anna",
            devices=[{"id": "mobile", "name": DEVICES[language], "number": "102"}],
        ),
        person(BOB, "Bob Frost", "101", default_profile=f"01PROFILE{0:017}"),
    ]
    for language, names in NAMES.items()
}

type Say = Callable[..., Awaitable[str]]


@pytest.fixture(params=["en", "de"])
def language(request: pytest.FixtureRequest) -> str:
    """Return the language of the home; tests may fix it."""
    return str(request.param)


@pytest.fixture
async def office(
    hass: HomeAssistant,
    own_folder: Any,
    language: str,
    freezer: FrozenDateTimeFactory,
    hass_admin_user: Any,
) -> MockConfigEntry:
    """Set up an office whose Anna is the signed-in user."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    hass.config.language = language
    freezer.move_to(NOW)
    hass.states.async_set("person.anna", "home", {"user_id": hass_admin_user.id})
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "conversation", {})
    return await set_up(hass, subentries_data=SUBENTRIES[language])


@pytest.fixture
def say(hass: HomeAssistant, office: Any, language: str, hass_admin_user: Any) -> Say:
    """Say something as Anna, and hear what is answered."""

    async def say(
        text: str, *, by: str | None = hass_admin_user.id, device: str | None = None
    ) -> str:
        result = await conversation.async_converse(
            hass, text, None, Context(user_id=by), language, device_id=device
        )
        await hass.async_block_till_done(wait_background_tasks=True)
        speech: str = result.response.speech["plain"]["speech"]
        return speech

    return say
