"""What the cards are told over the WebSocket."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
    WebSocketGenerator,
)

from custom_components.xpresence.const import DOMAIN
from custom_components.xpresence.presence.agenda import Agenda, Entry

from .office import ANNA, BOB, MEETING

PROFILE = "select.anna_profile"


class Subscription:
    """One subscription, read message by message."""

    def __init__(self, client: MockHAClientWebSocket, number: int) -> None:
        self._client = client
        self._number = number

    async def next(self) -> dict[str, Any]:
        while True:
            message = await self._client.receive_json()
            if message["id"] == self._number and message["type"] == "event":
                event: dict[str, Any] = message["event"]
                return event


async def subscribed(
    client: MockHAClientWebSocket, kind: str, **more: Any
) -> Subscription:
    await client.send_json_auto_id({"type": f"{DOMAIN}/{kind}", **more})
    answer = await client.receive_json()
    assert answer["success"], answer
    return Subscription(client, answer["id"])


async def choose(hass: HomeAssistant, option: str, entity_id: str = PROFILE) -> None:
    await hass.services.async_call(
        "select",
        "select_option",
        {"entity_id": entity_id, "option": option},
        blocking=True,
    )


async def test_a_person_is_told_with_everything_that_can_be_done(
    hass: HomeAssistant, office: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    feed = await subscribed(
        await hass_ws_client(), "subscribe_person", entity_id="sensor.anna_status"
    )
    message = await feed.next()
    assert message["person"]["name"] == "Anna"
    assert message["person"]["profile"] == "Available"
    assert message["entities"]["profile"] == PROFILE
    assert "choose_profile" in message["may"]
    details = message["details"]
    assert [one["name"] for one in details["profiles"]] == [
        "Available",
        "Meeting",
        "Training",
    ]
    assert details["redirect"]["status"] == "off"
    assert details["why"] == ["Available because nothing else applies"]
    assert [step["profile"] for step in details["timeline"]] == ["Available"]


async def test_a_choice_is_pushed_with_its_redirect_its_end_and_what_follows(
    hass: HomeAssistant, office: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    feed = await subscribed(
        await hass_ws_client(),
        "subscribe_person",
        entity_id=PROFILE,
        language="de-DE",
    )
    await feed.next()
    await hass.services.async_call(
        DOMAIN,
        "set_profile",
        {"entity_id": PROFILE, "profile": "Meeting", "for": "00:30:00"},
        blocking=True,
    )
    message = await feed.next()
    while message["details"]["redirect"]["status"] != "active":
        message = await feed.next()
    assert message["person"]["status"] == "busy"
    assert message["details"]["redirect"]["target"] == "Voicemail"
    assert message["details"]["why"][0].startswith("Meeting, weil Anna es um")
    now, later = message["details"]["timeline"]
    assert now["redirect"]["targets"] == [
        {"condition": "unconditional", "target": "Voicemail"}
    ]
    assert later["profile"] == "Available"
    assert later["start"] == message["person"]["until"] == now["end"]


async def test_without_a_name_it_is_the_person_of_the_user(
    hass: HomeAssistant,
    office: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
    hass_admin_user: MockUser,
) -> None:
    hass.states.async_set("person.anna", "home", {"user_id": hass_admin_user.id})
    client = await hass_ws_client()
    feed = await subscribed(client, "subscribe_person")
    assert await feed.next() == {"person": None}
    tie(hass, office, ANNA, "person.anna")
    message = await feed.next()
    assert message["person"]["name"] == "Anna"
    await choose(hass, "Meeting")
    message = await feed.next()
    assert "because you chose it" in message["details"]["why"][0]


def tie(hass: HomeAssistant, entry: MockConfigEntry, person: str, home: str) -> None:
    subentry = entry.subentries[person]
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, "person": home}
    )


async def test_a_subscription_outlives_a_reload(
    hass: HomeAssistant, office: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    feed = await subscribed(
        await hass_ws_client(), "subscribe_person", entity_id=PROFILE
    )
    assert (await feed.next())["person"]
    await hass.config_entries.async_unload(office.entry_id)
    assert await feed.next() == {"person": None}
    await hass.config_entries.async_setup(office.entry_id)
    assert (await feed.next())["person"]["name"] == "Anna"
    await choose(hass, "Meeting")
    assert (await feed.next())["person"]["profile"] == "Meeting"


async def test_the_team_is_told_whole_and_then_whoever_changed(
    hass: HomeAssistant, office: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    feed = await subscribed(await hass_ws_client(), "subscribe_team")
    people = (await feed.next())["people"]
    assert [person["name"] for person in people.values()] == ["Anna", "Bob"]
    assert people[BOB]["extension"] == "101"
    assert people[BOB]["redirect"]["status"] == "off"
    await choose(hass, "Meeting", "select.bob_profile")
    people = (await feed.next())["people"]
    assert people.keys() == {BOB}
    assert people[BOB]["profile"] == "Meeting"


async def test_who_leaves_is_taken_off_the_board(
    hass: HomeAssistant, office: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    feed = await subscribed(await hass_ws_client(), "subscribe_team")
    await feed.next()
    hass.config_entries.async_remove_subentry(office, BOB)
    assert await feed.next() == {"people": {BOB: None}}


async def test_whom_home_assistant_hides_is_hidden_here(
    hass: HomeAssistant,
    office: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
    hass_admin_user: MockUser,
) -> None:
    hass_admin_user.groups = []
    hass_admin_user.mock_policy({"entities": {"entity_ids": {PROFILE: {"read": True}}}})
    client = await hass_ws_client()
    team = await subscribed(client, "subscribe_team")
    assert (await team.next())["people"].keys() == {ANNA}
    person = await subscribed(
        client, "subscribe_person", entity_id="select.bob_profile"
    )
    assert await person.next() == {"person": None}


async def test_todays_appointments_are_told_with_profile_and_source(
    hass: HomeAssistant, office: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    coordinator = office.runtime_data
    feed = await subscribed(
        await hass_ws_client(), "subscribe_person", entity_id=PROFILE
    )
    await feed.next()
    now = dt_util.utcnow()
    entry = Entry(
        now + timedelta(minutes=1),
        now + timedelta(minutes=2),
        "1",
        MEETING,
        subject="Budget",
        source="Outlook",
    )
    state = coordinator.people[ANNA]
    coordinator._learn(state, lambda facts: with_agenda(facts, entry))
    details = (await feed.next())["details"]
    assert details["appointments"] == [
        {
            "start": entry.start.isoformat(),
            "end": entry.end.isoformat(),
            "subject": "Budget",
            "source": "Outlook",
            "profile": "Meeting",
            "status": "busy",
        }
    ]
    assert [step["profile"] for step in details["timeline"]] == [
        "Available",
        "Meeting",
        "Available",
    ]
    assert details["timeline"][1]["subject"] == "Budget"


def with_agenda(facts: Any, *entries: Entry) -> Any:
    from dataclasses import replace

    return replace(facts, agenda=Agenda.of(list(entries)))
