"""What the cards are told over the WebSocket."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
    WebSocketGenerator,
)

from custom_components.xpresence.const import DOMAIN
from custom_components.xpresence.operations.appointments import public_uid
from custom_components.xpresence.operations.rate_limit import (
    SUBSCRIPTIONS,
    SUBSCRIPTIONS_OF_A_PAGE,
)
from custom_components.xpresence.presence.agenda import Agenda, Entry

from ..office import ANNA, BOB, MEETING
from ..team import Team, set_up_team

CLIENT = "http://127.0.0.1"
PROFILE = "select.anna_profile"


@pytest.fixture
async def team(hass: HomeAssistant, own_folder: object) -> Team:
    return await set_up_team(hass)


class Subscription:
    """One subscription, read message by message."""

    def __init__(self, client: MockHAClientWebSocket, number: int) -> None:
        self._client = client
        self.number = number

    async def next(self) -> dict[str, Any]:
        while True:
            message = await self._client.receive_json()
            if message["id"] == self.number and message["type"] == "event":
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
    assert message["person"]["redirect"]["status"] == "off"
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
    while message["person"]["redirect"]["status"] != "active":
        message = await feed.next()
    assert message["person"]["status"] == "busy"
    assert message["person"]["redirect"]["target"] == "Voicemail"
    assert message["person"]["reason"].startswith("chosen")
    assert message["details"]["why"][0].startswith(
        "Meeting, weil eine Automation es um"
    )
    now, later = message["details"]["timeline"]
    assert now["redirect"]["targets"] == [
        {"condition": "unconditional", "target": "Voicemail"}
    ]
    assert later["profile"] == "Available"
    assert later["start"] == message["person"]["until"] == now["end"]


async def test_with_automatic_off_nobody_is_told_that_it_is_automatic(
    hass: HomeAssistant, office: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    feed = await subscribed(
        await hass_ws_client(), "subscribe_person", entity_id=PROFILE
    )
    assert (await feed.next())["person"]["reason"] == "default"
    await hass.services.async_call(
        "switch", "turn_off", {"entity_id": "switch.anna_automatic"}, blocking=True
    )
    assert (await feed.next())["person"]["reason"] == "automatic_off"


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
    assert "because an automation chose it for you" in message["details"]["why"][0]


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


async def told(
    hass: HomeAssistant, team: Team, hass_ws_client: WebSocketGenerator, reader: str
) -> dict[str, Any]:
    """Return what is told of Anna to one of the people around her."""
    token = await hass.auth.async_create_refresh_token(
        team.users[reader], f"{CLIENT}/{reader}"
    )
    client = await hass_ws_client(hass, hass.auth.async_create_access_token(token))
    return await (
        await subscribed(client, "subscribe_person", entity_id=PROFILE)
    ).next()


async def test_who_acts_for_somebody_reads_where_calls_go_and_why(
    hass: HomeAssistant, team: Team, hass_ws_client: WebSocketGenerator
) -> None:
    await choose(hass, "Meeting")
    message = await told(hass, team, hass_ws_client, "dora")
    assert message["person"]["redirect"]["target"] == "Voicemail"
    assert message["person"]["reason"].startswith("chosen")
    assert message["details"]["why"][0].startswith(
        "Meeting because an automation chose it for Anna"
    )
    assert "choose_profile" in message["may"]


async def test_a_colleague_reads_what_colleagues_see_and_no_more(
    hass: HomeAssistant, team: Team, hass_ws_client: WebSocketGenerator
) -> None:
    await choose(hass, "Meeting")
    message = await told(hass, team, hass_ws_client, "bob")
    assert message["person"]["profile"] == "Meeting"
    assert message["person"]["redirect"] == {"status": "active"}
    assert message["person"]["reason"] == ""
    assert message["details"] is None
    assert message["may"] == ["see_info_text", "see_presence"]


async def test_whom_home_assistant_hides_is_hidden_here(
    hass: HomeAssistant, team: Team, hass_ws_client: WebSocketGenerator
) -> None:
    assert await told(hass, team, hass_ws_client, "sven") == {"person": None}


async def test_a_board_tells_a_colleague_that_calls_are_redirected_but_not_where(
    hass: HomeAssistant, team: Team, hass_ws_client: WebSocketGenerator
) -> None:
    await choose(hass, "Meeting")
    await choose(hass, "Meeting", "select.bob_profile")
    token = await hass.auth.async_create_refresh_token(team.users["bob"], CLIENT)
    client = await hass_ws_client(hass, hass.auth.async_create_access_token(token))
    people = (await (await subscribed(client, "subscribe_team")).next())["people"]
    assert people[ANNA]["redirect"] == {"status": "active"}
    assert not people[ANNA]["is_self"]
    assert people[BOB]["redirect"]["target"] == "Voicemail"
    assert people[BOB]["is_self"]


@pytest.mark.parametrize(
    ("reader", "subject"), [("anna", "Budget"), ("admin", ""), ("dora", "")]
)
async def test_todays_appointments_are_told_and_their_subjects_to_whom_they_concern(
    hass: HomeAssistant,
    team: Team,
    hass_ws_client: WebSocketGenerator,
    reader: str,
    subject: str,
) -> None:
    now = dt_util.utcnow()
    entry = Entry(
        now + timedelta(minutes=1),
        now + timedelta(minutes=2),
        "1",
        MEETING,
        subject="Budget",
        source="Outlook",
    )
    coordinator = team.entry.runtime_data
    coordinator.people.update_facts(
        coordinator.people[ANNA],
        lambda facts: replace(facts, agenda=Agenda.of([entry])),
    )
    details = (await told(hass, team, hass_ws_client, reader))["details"]
    assert details["appointments"] == [
        {
            "id": public_uid(entry),
            "dismissed": False,
            "start": entry.start.isoformat(),
            "end": entry.end.isoformat(),
            "subject": subject,
            "source": "Outlook",
            "planned": None,
            "profile": "Meeting",
            "status": "busy",
        }
    ]
    assert [step["profile"] for step in details["timeline"]] == [
        "Available",
        "Meeting",
        "Available",
    ]
    assert details["timeline"][1]["subject"] == subject


async def test_another_appointment_is_pushed_though_nothing_is_decided_anew(
    hass: HomeAssistant, office: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    coordinator = office.runtime_data
    feed = await subscribed(
        await hass_ws_client(), "subscribe_person", entity_id=PROFILE
    )
    assert (await feed.next())["details"]["appointments"] == []
    now = dt_util.utcnow()
    for name in ("one", "another"):
        entry = Entry(now + timedelta(minutes=1), now + timedelta(minutes=9), name, "")
        coordinator.people.update_facts(
            coordinator.people[ANNA],
            lambda facts, entry=entry: replace(
                facts, agenda=Agenda.of([*facts.agenda.entries, entry])
            ),
        )
        told = (await feed.next())["details"]["appointments"]
    assert len(told) == 2


async def test_a_page_opens_so_many_subscriptions_and_no_more(
    hass: HomeAssistant, team: Team, hass_ws_client: WebSocketGenerator
) -> None:
    client = await hass_ws_client()
    command = {"type": f"{DOMAIN}/subscribe_team"}

    async def opened(client: MockHAClientWebSocket) -> dict[str, Any]:
        await client.send_json_auto_id(command)
        while True:
            answer: dict[str, Any] = await client.receive_json()
            if answer["type"] == "result":
                return answer

    answers = [await opened(client) for _ in range(SUBSCRIPTIONS_OF_A_PAGE + 1)]
    assert [answer["success"] for answer in answers] == (
        [True] * SUBSCRIPTIONS_OF_A_PAGE + [False]
    )
    assert answers[-1]["error"]["translation_key"] == "too_many_subscriptions"
    await client.send_json_auto_id(
        {"type": "unsubscribe_events", "subscription": answers[0]["id"]}
    )
    assert (await opened(client))["success"]
    # The user's other pages, too, up to a number; what is closed makes room.
    pages = SUBSCRIPTIONS // SUBSCRIPTIONS_OF_A_PAGE
    others = [await hass_ws_client() for _ in range(pages)]
    for other in others[:-1]:
        for _ in range(SUBSCRIPTIONS_OF_A_PAGE):
            assert (await opened(other))["success"]
    assert not (await opened(others[-1]))["success"]
    await client.close()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (await opened(others[-1]))["success"]
