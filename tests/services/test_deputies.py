"""One deputy, whoever tells of them: the sensor, explain, the card and the timeline."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from tests.conftest import set_up
from tests.office import ANNA, BOB, OFFICE, person, profile
from tests.test_coordinator import REDIRECT, SELECT, shown
from tests.websocket.test_websocket import subscribed

CARL = "01PERSONCARL00000000000000"
DEPUTIES = {"kind": "first_available", "deputies": [BOB, CARL]}
GONE = "01PROFILEGONE0000000000000"


class Office:
    """Anna in a training with two deputies."""

    def __init__(self, hass: HomeAssistant, client: Any) -> None:
        self.hass = hass
        self.client = client

    async def choose(self, who: str, name: str) -> None:
        await self.hass.services.async_call(
            "xpresence",
            "set_profile",
            {"entity_id": f"select.{who}_profile", "profile": name},
            blocking=True,
        )
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def asked(self, action: str, **said: Any) -> dict[str, Any]:
        answer: Any = await self.hass.services.async_call(
            "xpresence",
            action,
            {"entity_id": SELECT, "language": "en", **said},
            blocking=True,
            return_response=True,
        )
        told: dict[str, Any] = answer["people"][0]
        return told

    async def card(self) -> dict[str, Any]:
        feed = await subscribed(self.client, "subscribe_person", person_id=ANNA)
        return await feed.next()


@pytest.fixture
async def office(
    hass: HomeAssistant, own_folder: object, hass_ws_client: WebSocketGenerator
) -> Office:
    rule = {"mode": "forward", "unconditional": DEPUTIES}
    gone = profile(GONE, "Gone home", "offline")
    course = profile("01PROFILECOURSE00000000000", "Course", "busy", redirect=rule)
    carl = person(CARL, "Carl", "102")
    await set_up(hass, subentries_data=[*OFFICE, gone, course, carl])
    office = Office(hass, await hass_ws_client())
    await office.choose("anna", "Course")
    return office


@pytest.mark.parametrize(
    ("away", "target", "why"),
    [
        ([], "Bob", "calls go to Bob, to the first deputy who takes calls"),
        (
            ["bob"],
            "Carl",
            (
                "calls go to Carl, to the first deputy who takes calls, for these take"
                " none: Bob (offline)"
            ),
        ),
        (
            ["bob", "carl"],
            "Voicemail",
            (
                "calls go to voicemail, for no deputy takes calls: Bob (offline),"
                " Carl (offline)"
            ),
        ),
    ],
)
async def test_everybody_names_the_same_deputy_and_says_why(
    hass: HomeAssistant, office: Office, away: list[str], target: str, why: str
) -> None:
    for who in away:
        await office.choose(who, "Gone home")
    attributes = shown(hass, REDIRECT).attributes
    assert attributes["target"] == target
    passed = {who.title(): "offline" for who in away}
    assert attributes.get("passed_over", {}) == passed
    explained = await office.asked("explain")
    assert why in explained["explanation"]
    said = f"calls go to {target.replace('V', 'v')}"
    assert explained["redirect"] == said
    (step,) = (await office.asked("simulate"))["timeline"]
    assert step["redirect"] == said
    card = await office.card()
    assert card["person"]["redirect"]["target"] == target
    assert why in card["details"]["why"]
    (rule,) = card["details"]["timeline"][0]["redirect"]["targets"]
    assert rule["target"] == target


async def test_a_deputy_who_comes_back_is_named_again(
    hass: HomeAssistant, office: Office
) -> None:
    await office.choose("bob", "Gone home")
    await office.choose("bob", "Available")
    assert shown(hass, REDIRECT).attributes["target"] == "Bob"
    assert "passed_over" not in shown(hass, REDIRECT).attributes


async def test_another_reason_for_the_same_target_is_shown_at_once(
    hass: HomeAssistant, office: Office
) -> None:
    for who in ("bob", "carl"):
        await office.choose(who, "Gone home")
    await office.choose("bob", "Meeting")
    assert shown(hass, REDIRECT).attributes["target"] == "Voicemail"
    assert shown(hass, REDIRECT).attributes["passed_over"] == {
        "Bob": "redirected",
        "Carl": "offline",
    }


async def test_erklaert_wird_es_auch_auf_deutsch(office: Office) -> None:
    await office.choose("bob", "Gone home")
    explained = await office.asked("explain", language="de")
    assert (
        "Anrufe gehen an Carl, an die erste Vertretung, die Anrufe annimmt, denn diese"
        " nehmen keine an: Bob (offline)" in explained["explanation"]
    )
