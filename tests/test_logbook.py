"""Who made it: in the real logbook, in events, and by Home Assistant's own context."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from homeassistant.components import conversation
from homeassistant.core import Context, HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.xpresence.const import EVENT_HAPPENED
from custom_components.xpresence.languages import LANGUAGES, texts_in
from custom_components.xpresence.presence.agenda import Agenda, Entry
from custom_components.xpresence.presence.texts.logbook import (
    Author,
    in_words,
)
from tests.office import ANNA, MEETING
from tests.team import Team, set_up_team
from tests.test_coordinator import SELECT, shown

EVENT = "event.anna_presence"

type Read = Callable[..., Awaitable[list[dict[str, Any]]]]


@pytest.fixture
async def team(recorder_mock: Any, hass: HomeAssistant, own_folder: object) -> Team:
    """Set up an office with a logbook, and a rule about a camera."""
    rule = {
        "id": "1",
        "entity": "binary_sensor.camera",
        "states": ["on"],
        "profile": MEETING,
        "seconds": 0,
    }
    for component in ("homeassistant", "logbook"):
        assert await async_setup_component(hass, component, {})
    hass.states.async_set("binary_sensor.camera", "off")
    return await set_up_team(
        hass,
        options={"country_code": "49"},
        sharing={"satellites": ["desk"]},
        anna={"rules": [rule]},
    )


@pytest.fixture
def read(hass: HomeAssistant, team: Team, hass_ws_client: WebSocketGenerator) -> Read:
    """Read the logbook of some entities over its own command."""

    async def read(*entities: str) -> list[dict[str, Any]]:
        await hass.async_block_till_done(wait_background_tasks=True)
        await async_wait_recording_done(hass)
        client = await hass_ws_client()
        start = dt_util.utcnow() - timedelta(hours=1)
        await client.send_json_auto_id(
            {
                "type": "logbook/get_events",
                "start_time": start.isoformat(),
                "entity_ids": list(entities),
            }
        )
        answer = await client.receive_json()
        assert answer["success"], answer
        found: list[dict[str, Any]] = answer["result"]
        return found

    return read


def sentences(entries: list[dict[str, Any]]) -> list[str]:
    """Return what xpresence itself says."""
    return [
        f"{entry['name']} {entry['message']}"
        for entry in entries
        if entry.get("domain") == "xpresence"
    ]


async def choose(hass: HomeAssistant, team: Team, by: str | None, name: str) -> Context:
    context = team.context(by) if by else Context()
    await hass.services.async_call(
        "xpresence",
        "set_profile",
        {"entity_id": SELECT, "profile": name},
        blocking=True,
        context=context,
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    return context


def appointment(hass: HomeAssistant, team: Team) -> None:
    now = dt_util.utcnow()
    entry = Entry(
        now - timedelta(minutes=1),
        now + timedelta(hours=1),
        "1",
        MEETING,
        subject="Budget",
    )
    coordinator = team.entry.runtime_data
    coordinator.people.update_facts(
        coordinator.people[ANNA],
        lambda facts: replace(facts, agenda=Agenda.of([entry])),
    )


@pytest.mark.parametrize(
    ("by", "made_by", "name", "said"),
    [
        ("anna", "person", "Anna", "by Anna"),
        ("dora", "delegate", "Dora", "by Dora (delegate)"),
        ("admin", "administrator", "Admin", "by Admin (administrator)"),
        (None, "automation", None, "by an automation"),
    ],
)
async def test_whoever_chooses_is_named_in_the_logbook_and_in_the_event(
    hass: HomeAssistant,
    team: Team,
    read: Read,
    by: str | None,
    made_by: str,
    name: str | None,
    said: str,
) -> None:
    context = await choose(hass, team, by, "Meeting")
    assert sentences(await read(SELECT)) == [
        f"Anna's profile changed to Meeting {said}"
    ]
    assert sentences(await read("sensor.anna_redirect")) == [
        f"Anna's calls now go to Voicemail {said}"
    ]
    told = shown(hass, EVENT).attributes
    assert (told["made_by"], told["by"]) == (made_by, name)
    for entity_id in (SELECT, "sensor.anna_status", "sensor.anna_redirect", EVENT):
        assert shown(hass, entity_id).context.id == context.id, entity_id
        native = [
            entry
            for entry in await read(entity_id)
            if entry.get("entity_id") == entity_id and "state" in entry
        ]
        assert native[-1].get("context_user_id") == context.user_id


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("anna", "Meeting because you chose it at "),
        ("dora", "Meeting because Dora chose it for you at "),
        ("admin", "Meeting because Admin chose it for you at "),
        (None, "Meeting because an automation chose it for you at "),
    ],
)
async def test_whoever_chose_is_named_where_it_is_explained(
    hass: HomeAssistant, team: Team, by: str | None, said: str
) -> None:
    await choose(hass, team, by, "Meeting")
    answer: Any = await hass.services.async_call(
        "xpresence",
        "explain",
        {"entity_id": SELECT},
        blocking=True,
        return_response=True,
        context=team.context("anna"),
    )
    assert answer["people"][0]["explanation"].startswith(said)


@pytest.mark.parametrize(
    ("device", "text", "said"),
    [
        ("desk", "I'm in a meeting", "Meeting because you chose it at "),
        (
            "kitchen",
            "put Anna on meeting",
            "Meeting because somebody by voice chose it for you at ",
        ),
    ],
)
async def test_what_was_said_is_explained_as_whoever_the_satellite_speaks_for(
    hass: HomeAssistant, team: Team, device: str, text: str, said: str
) -> None:
    options = {**team.entry.options, "satellites": "allowed"}
    if device == "kitchen":
        hass.config_entries.async_update_entry(team.entry, options=options)
        await hass.async_block_till_done(wait_background_tasks=True)
    assert await async_setup_component(hass, "conversation", {})
    await hass.async_block_till_done()
    await conversation.async_converse(
        hass, text, None, Context(), "en", device_id=device
    )
    answer: Any = await hass.services.async_call(
        "xpresence",
        "explain",
        {"entity_id": SELECT},
        blocking=True,
        return_response=True,
        context=team.context("anna"),
    )
    assert answer["people"][0]["explanation"].startswith(said)


async def test_an_appointment_is_the_cause_and_its_subject_stays_out(
    hass: HomeAssistant, team: Team, read: Read
) -> None:
    appointment(hass, team)
    entries = await read(SELECT, "sensor.anna_redirect")
    assert sentences(entries) == [
        "Anna's profile changed to Meeting because of the appointment",
        "Anna's calls now go to Voicemail because of the appointment",
    ]
    assert "Budget" not in str(await read(SELECT, "sensor.anna_redirect", EVENT))
    (native,) = [e for e in entries if e.get("state") == "Meeting"]
    assert native["context_name"] == "Anna's profile"
    assert native["context_message"].endswith("because of the appointment")


async def test_a_rule_names_what_was_seen(
    hass: HomeAssistant, team: Team, read: Read
) -> None:
    context = team.context("bob")
    hass.states.async_set("binary_sensor.camera", "on", context=context)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert sentences(await read(SELECT)) == [
        "Anna's profile changed to Meeting because of a rule"
    ]
    assert shown(hass, SELECT).context.parent_id == context.id


async def test_a_satellite_is_told_as_voice(
    hass: HomeAssistant, team: Team, read: Read
) -> None:
    assert await async_setup_component(hass, "conversation", {})
    await hass.async_block_till_done()
    await conversation.async_converse(
        hass, "put Anna on meeting", None, Context(), "en", device_id="desk"
    )
    assert sentences(await read(SELECT)) == [
        "Anna's profile changed to Meeting by voice"
    ]


async def test_an_own_redirect_is_its_makers_and_the_number_stays_out(
    hass: HomeAssistant, team: Team, read: Read
) -> None:
    context = team.context("dora")
    await hass.services.async_call(
        "xpresence",
        "set_redirect",
        {"entity_id": SELECT, "mode": "forward", "target": "0171 5550100"},
        blocking=True,
        context=context,
    )
    (said,) = sentences(await read("sensor.anna_redirect"))
    assert said.startswith("Anna's calls now go to ")
    assert said.endswith(" by Dora (delegate)")
    assert "5550100" not in str(await read("sensor.anna_redirect", EVENT))
    assert shown(hass, "sensor.anna_redirect").context.user_id == context.user_id


async def test_what_ends_by_itself_is_nobodys_doing(
    hass: HomeAssistant, team: Team, read: Read
) -> None:
    await choose(hass, team, "anna", "Meeting")
    coordinator = team.entry.runtime_data
    coordinator.people.update_facts(
        coordinator.people[ANNA], lambda facts: replace(facts, choice=None)
    )
    assert sentences(await read(SELECT))[-1] == (
        "Anna's profile changed to Available because nothing else applies"
    )
    told = shown(hass, EVENT).attributes
    assert told["made_by"] == "default"
    assert shown(hass, SELECT).context.user_id is None


async def test_das_logbuch_spricht_die_sprache_des_servers(
    hass: HomeAssistant, team: Team, read: Read
) -> None:
    hass.config.language = "de"
    appointment(hass, team)
    await hass.async_block_till_done(wait_background_tasks=True)
    await choose(hass, team, "dora", "Available")
    assert sentences(await read(SELECT, "sensor.anna_redirect")) == [
        "Profil von Anna wechselte zu Meeting wegen des Termins",
        "Anrufe von Anna gehen jetzt an Voicemail wegen des Termins",
        "Profil von Anna wechselte zu Available durch Dora (Vertretung)",
        "Anrufe von Anna werden nicht mehr umgeleitet durch Dora (Vertretung)",
    ]


async def test_why_in_particular_is_in_no_event_that_everybody_hears(
    hass: HomeAssistant, team: Team
) -> None:
    heard = async_capture_events(hass, EVENT_HAPPENED)
    await choose(hass, team, "anna", "Meeting")
    assert heard
    assert not any("reason" in event.data for event in heard)


# The words


@pytest.mark.parametrize("language", [*LANGUAGES, "xx"])
@pytest.mark.parametrize("author", Author)
def test_every_maker_has_words(author: Author, language: str) -> None:
    for event_type in ("activated", "redirected"):
        about, said = in_words(
            {
                "happening": event_type,
                "name": "Anna",
                "profile": "Meeting",
                "target": "Voicemail",
                "made_by": author.value,
                "by": "Dora",
            },
            texts_in(language),
        )
        assert "Anna" in about
        assert not said.endswith(("Meeting", "Voicemail"))
