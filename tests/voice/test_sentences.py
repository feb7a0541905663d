"""What people say, through the real conversation agent: never a wrong profile."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from tests.office import ANNA, BOB

from .conftest import NOW, Say

# What is said by Anna at 10:00 on a Tuesday, the profile, and when it ends.
SET_EN = [
    ("set my status to lunch", "Lunch", None),
    ("Set my presence to Lunch.", "Lunch", None),
    ("please set my profile to do not disturb", "Do not disturb", None),
    ("change my status to meeting for two hours", "Meeting", "24 12:00"),
    ("switch my profile to meeting until three", "Meeting", "24 15:00"),
    ("set my status to meeting until half past three", "Meeting", "24 15:30"),
    ("set my status to vacation until Monday", "Vacation", "30 00:00"),
    ("set my status to vacation until tomorrow", "Vacation", "25 00:00"),
    ("set my presence to vacation through friday", "Vacation", "28 00:00"),
    ("set my presence to be right back for ten minutes", "Be right back", "24 10:10"),
    ("set my status to do not disturb until noon", "Do not disturb", "24 12:00"),
    ("set my status to do not disturb until 3 p.m.", "Do not disturb", "24 15:00"),
    ("set my status to the lunch for an hour and a half", "Lunch", "24 11:30"),
    ("set my status to MS Teams", "MS Teams", None),
    ("set my status to ms-teams", "MS Teams", None),
    ("set my status to metting", "Meeting", None),
    ("set my status to vaccation until monday", "Vacation", "30 00:00"),
    ("set my status to do-not-disturb", "Do not disturb", None),
    ("set my status to donotdisturb for 45 minutes", "Do not disturb", "24 10:45"),
    ("activate the profile lunch", "Lunch", None),
    ("use the lunch profile for half an hour", "Lunch", "24 10:30"),
    ("choose profile gone home until tomorrow at nine", "Gone home", "25 09:00"),
    ("put me on lunch for two hours", "Lunch", "24 12:00"),
    ("put me in do not disturb", "Do not disturb", None),
    ("I'm in a meeting", "Meeting", None),
    ("I'm in a meeting until two", "Meeting", "24 14:00"),
    ("I am at lunch for an hour", "Lunch", "24 11:00"),
    ("I'm on vacation until December 1st", "Vacation", "1 00:00"),
    ("I'm until 3 pm in a meeting", "Meeting", "24 15:00"),
    ("I'll be right back", "Be right back", None),
    ("do not disturb for two hours", "Do not disturb", "24 12:00"),
    ("do not disturb until quarter to four", "Do not disturb", "24 15:45"),
    ("set my status to lunch until tomorrow morning", "Lunch", "25 08:00"),
    ("set my status to gone home until tonight", "Gone home", "24 18:00"),
]
SET_DE = [
    ("setze meinen Status auf Mittag", "Mittag", None),
    ("Setze meine Präsenz auf Mittag.", "Mittag", None),
    ("setz mein Profil auf nicht stören", "Nicht stören", None),
    ("stell meinen Status auf Besprechung für zwei Stunden", "Besprechung", "24 12:00"),
    ("ändere mein Profil auf Besprechung bis 15 Uhr", "Besprechung", "24 15:00"),
    ("setze meinen Status auf Besprechung bis halb vier", "Besprechung", "24 15:30"),
    ("setze meinen Status auf Urlaub bis Montag", "Urlaub", "30 00:00"),
    ("setze meinen Status auf Urlaub bis morgen", "Urlaub", "25 00:00"),
    ("setze meine Präsenz auf Urlaub bis einschließlich Freitag", "Urlaub", "28 00:00"),
    (
        "setze mein Profil auf gleich zurück für zehn Minuten",
        "Gleich zurück",
        "24 10:10",
    ),
    ("setze meinen Status auf nicht stören bis mittags", "Nicht stören", "24 12:00"),
    ("setze meinen Status auf nicht stören bis 15:30 Uhr", "Nicht stören", "24 15:30"),
    ("setze meinen Status auf Mittag für anderthalb Stunden", "Mittag", "24 11:30"),
    ("setze meinen Status auf MS Teams", "MS Teams", None),
    ("setze meinen Status auf Emmes Teams", None, None),
    ("setze meinen Status auf nicht stoeren", "Nicht stören", None),
    ("setze meinen Status auf Verfuegbar", "Verfügbar", None),
    ("setze meinen Status auf Besprechungen bis 11 Uhr", "Besprechung", "24 11:00"),
    ("aktiviere das Profil Mittag", "Mittag", None),
    ("wähle das Profil Feierabend bis morgen um neun", "Feierabend", "25 09:00"),
    ("mein Profil auf Mittag setzen", "Mittag", None),
    ("Präsenz Mittag für eine halbe Stunde", "Mittag", "24 10:30"),
    ("stell mich auf nicht stören für 45 Minuten", "Nicht stören", "24 10:45"),
    ("ich bin in einer Besprechung", "Besprechung", None),
    ("ich bin in der Besprechung bis zwei", "Besprechung", "24 14:00"),
    ("ich bin bis 14 Uhr in einer Besprechung", "Besprechung", "24 14:00"),
    ("ich bin im Urlaub bis zum 1. Dezember", "Urlaub", "1 00:00"),
    ("ich bin gleich zurück", "Gleich zurück", None),
    ("ich mache Mittag", "Mittag", None),
    ("ich mache jetzt Mittag bis eins", "Mittag", "24 13:00"),
    ("ich mache eine Dreiviertelstunde lang Mittag", "Mittag", "24 10:45"),
    ("nicht stören für zwei Stunden", "Nicht stören", "24 12:00"),
    ("bis viertel vor vier nicht stören", "Nicht stören", "24 15:45"),
    ("setze meinen Status auf Feierabend bis morgen früh", "Feierabend", "25 08:00"),
    ("setze meinen Status auf Feierabend bis heute Abend", "Feierabend", "24 18:00"),
    ("setze meinen Status auf Urlaub bis übermorgen", "Urlaub", "26 00:00"),
]


def state_of(hass: HomeAssistant, platform: str, person: str, key: str) -> Any:
    """Return the state of an entity, whatever its name is in this language."""
    entity_id = er.async_get(hass).async_get_entity_id(
        platform, "xpresence", f"{person}_{key}"
    )
    return hass.states.get(entity_id or "")


def ends(hass: HomeAssistant) -> str | None:
    until = state_of(hass, "select", ANNA, "profile").attributes["until"]
    if until is None:
        return None
    local = until.astimezone(NOW.tzinfo)
    return f"{local.day} {local:%H:%M}"


@pytest.mark.parametrize("language", ["en"], indirect=True)
@pytest.mark.parametrize(("text", "profile", "end"), SET_EN)
async def test_a_profile_is_set_in_english(
    hass: HomeAssistant, say: Say, text: str, profile: str | None, end: str | None
) -> None:
    await chosen(hass, await say(text), profile, end)


@pytest.mark.parametrize("language", ["de"], indirect=True)
@pytest.mark.parametrize(("text", "profile", "end"), SET_DE)
async def test_a_profile_is_set_in_german(
    hass: HomeAssistant, say: Say, text: str, profile: str | None, end: str | None
) -> None:
    await chosen(hass, await say(text), profile, end)


async def chosen(
    hass: HomeAssistant, answer: str, profile: str | None, end: str | None
) -> None:
    if profile is None:
        assert (
            state_of(hass, "select", ANNA, "profile").attributes["source"] == "default"
        )
        return
    assert state_of(hass, "select", ANNA, "profile").state == profile, answer
    assert ends(hass) == end, answer
    assert profile in answer
    assert state_of(hass, "select", BOB, "profile").attributes["source"] == "default"
