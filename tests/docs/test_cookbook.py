"""Every recipe of the cookbook does what its page says, as it stands there."""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from pathlib import Path
import re
from typing import Any, Final
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.tag import async_scan_tag
from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import (
    async_fire_time_changed,
    async_mock_service,
)

from ..calendars import clear, diaries
from ..office import OFFICE, forward, person, profile
from ..team import Team, set_up_team

PAGE: Final = (Path(__file__).parents[2] / "docs" / "cookbook.md").read_text("utf-8")
SECTIONS: Final = PAGE.split("\n## ")[1:]
RECIPES: Final = {
    section.partition("\n")[0]: parse_yaml(section.split("```")[1].removeprefix("yaml"))
    for section in SECTIONS
}
BERLIN: Final = ZoneInfo("Europe/Berlin")
PROFILE: Final = "select.anna_profile"
REDIRECT: Final = "sensor.anna_redirect"
LIGHT: Final = "light.study_door"
MOBILE: Final = "01715550100"
MORE: Final = [
    profile("01PROFILELUNCH", "Lunch", "away", redirect=forward("voicemail")),
    profile("01PROFILEGONE", "Gone home", "offline", redirect=forward("voicemail")),
    profile("01PROFILEVACATION", "Vacation", "offline", redirect=forward("voicemail")),
    profile("01PROFILEDND", "Do not disturb", "do_not_disturb"),
    profile("01PROFILEBRB", "Be right back", "be_right_back"),
]


class Kitchen:
    """An office in which a recipe is tried, on a Thursday at ten."""

    def __init__(
        self, hass: HomeAssistant, team: Team, clock: FrozenDateTimeFactory
    ) -> None:
        """Note what there is."""
        self.hass = hass
        self.team = team
        self.clock = clock

    async def cook(self, heading: str) -> None:
        """Set a recipe up as it stands on the page, found valid."""
        recipe: Any = RECIPES[heading]
        if "template" in recipe:
            assert await async_setup_component(self.hass, "template", recipe)
        elif "sequence" in recipe:
            scripts = {"script": {"recipe": recipe}}
            assert await async_setup_component(self.hass, "script", scripts)
            assert self.hass.services.has_service("script", "recipe")
        else:
            automations = {"automation": [recipe]}
            assert await async_setup_component(self.hass, "automation", automations)
            await self.settle()
            (automation,) = self.hass.states.async_all("automation")
            assert automation.state == "on"
        await self.settle()

    async def settle(self) -> None:
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def later(self, **more: float) -> None:
        """Let time go by."""
        self.clock.tick(timedelta(**more))
        async_fire_time_changed(self.hass)
        await self.settle()

    async def becomes(self, entity_id: str, state: str, **attributes: Any) -> None:
        """Let something else in the house change."""
        self.hass.states.async_set(entity_id, state, attributes)
        await self.settle()

    async def choose(self, chosen: str, entity_id: str = PROFILE) -> None:
        await self.call("select", "select_option", entity_id=entity_id, option=chosen)

    async def call(
        self, domain: str, service: str, context: Context | None = None, **data: Any
    ) -> None:
        await self.hass.services.async_call(
            domain, service, data, blocking=True, context=context
        )
        await self.settle()

    async def run(self, who: str = "admin", **said: Any) -> None:
        """Run the script of the recipe, as somebody does."""
        await self.call("script", "recipe", self.team.context(who), **said)

    def state(self, entity_id: str = PROFILE) -> str:
        found = self.hass.states.get(entity_id)
        assert found, entity_id
        return found.state

    def attribute(self, entity_id: str, name: str) -> Any:
        found = self.hass.states.get(entity_id)
        assert found, entity_id
        return found.attributes.get(name)

    def listen(self, domain: str, service: str) -> list[ServiceCall]:
        """Return what is asked of a device or a telephone from now on."""
        return async_mock_service(self.hass, domain, service)


@pytest.fixture
async def kitchen(
    hass: HomeAssistant, own_folder: Path, freezer: FrozenDateTimeFactory
) -> AsyncGenerator[Kitchen]:
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to(datetime(2026, 11, 26, 10, tzinfo=BERLIN))
    assert await async_setup_component(hass, "homeassistant", {})
    team = await set_up_team(
        hass, more_profiles=MORE, anna={"queues": ["400"]}, bob={"queues": ["400"]}
    )
    yield Kitchen(hass, team, freezer)
    if hass.services.has_service("automation", "turn_off"):
        await hass.services.async_call(
            "automation", "turn_off", {"entity_id": "all"}, blocking=True
        )
    await clear(hass)


def test_there_are_fifteen_recipes_and_each_has_its_test() -> None:
    assert len(RECIPES) >= 15
    assert len(RECIPES) == len(re.findall(r"^## ", PAGE, re.MULTILINE))
    source = Path(__file__).read_text("utf-8")
    tried = set(re.findall(r'\.cook\("([^"]+)"\)', source))
    assert tried == set(RECIPES)


async def test_the_light_is_red_while_anna_is_busy(kitchen: Kitchen) -> None:
    on = kitchen.listen("light", "turn_on")
    off = kitchen.listen("light", "turn_off")
    await kitchen.cook("On-air light")
    await kitchen.choose("Meeting")
    assert [call.data["color_name"] for call in on] == ["red"]
    assert not off
    await kitchen.choose("Available")
    assert len(on) == len(off) == 1
    assert off[0].data["entity_id"] == [LIGHT]


async def test_a_tag_at_the_door_goes_home_and_comes_back(kitchen: Kitchen) -> None:
    assert await async_setup_component(kitchen.hass, "tag", {})
    await kitchen.cook("NFC tag")
    for expected in ("Gone home", "Available", "Gone home"):
        await async_scan_tag(kitchen.hass, "door", None)
        await kitchen.settle()
        assert kitchen.state() == expected
    assert kitchen.state(REDIRECT) == "active"


@pytest.mark.parametrize(
    ("hours", "chosen", "expected"),
    [
        (2, "Available", "Lunch"),
        (0, "Available", "Available"),
        (2, "Meeting", "Meeting"),
    ],
    ids=["at noon", "in the morning", "in a meeting"],
)
async def test_a_locked_pc_at_noon_is_lunch_until_it_is_unlocked(
    kitchen: Kitchen, hours: float, chosen: str, expected: str
) -> None:
    locked = "binary_sensor.anna_pc_locked"
    await kitchen.choose(chosen)
    await kitchen.becomes(locked, "off")
    await kitchen.cook("Lock becomes lunch")
    await kitchen.later(hours=hours)
    await kitchen.becomes(locked, "on")
    await kitchen.later(seconds=61)
    assert kitchen.state() == expected
    await kitchen.becomes(locked, "off")
    assert kitchen.state() == ("Meeting" if chosen == "Meeting" else "Available")


async def test_a_button_says_when_anna_is_back(kitchen: Kitchen) -> None:
    await kitchen.becomes("event.desk_button", "2026-11-26T08:00:00+00:00")
    await kitchen.cook("Back in fifteen minutes")
    await kitchen.becomes("event.desk_button", "2026-11-26T09:00:00+00:00")
    assert kitchen.state() == "Be right back"
    assert kitchen.state("text.anna_info_text") == "Back at 10:15"
    await kitchen.later(minutes=15, seconds=1)
    assert kitchen.state() == "Available"


async def test_the_light_is_purple_in_a_teams_call_and_by_the_camera_alone(
    kitchen: Kitchen,
) -> None:
    on = kitchen.listen("light", "turn_on")
    off = kitchen.listen("light", "turn_off")
    await kitchen.becomes("binary_sensor.anna_camera", "off")
    await kitchen.becomes("sensor.anna_teams", "available")
    await kitchen.cook("Teams call light")
    await kitchen.becomes("sensor.anna_teams", "in_a_call")
    assert [call.data["color_name"] for call in on] == ["purple"]
    await kitchen.becomes("sensor.anna_teams", "available")
    assert len(off) == 1
    await kitchen.becomes("binary_sensor.anna_camera", "on")
    assert len(on) == 2


async def test_nobody_disturbs_while_anna_presents(kitchen: Kitchen) -> None:
    await kitchen.becomes("sensor.anna_teams", "in_a_call")
    await kitchen.cook("Do not disturb while presenting")
    await kitchen.becomes("sensor.anna_teams", "presenting")
    assert kitchen.state() == "Do not disturb"
    await kitchen.becomes("sensor.anna_teams", "in_a_call")
    assert kitchen.state() == "Do not disturb"
    await kitchen.later(seconds=31)
    assert kitchen.state() == "Available"


async def test_nobody_at_home_sends_calls_to_the_answering_machine(
    kitchen: Kitchen,
) -> None:
    await kitchen.becomes("zone.home", "2")
    await kitchen.cook("FRITZ!Box: nobody at home")
    await kitchen.becomes("zone.home", "0")
    await kitchen.later(minutes=4)
    assert kitchen.state() == "Available"
    await kitchen.later(minutes=1, seconds=1)
    assert kitchen.state() == "Gone home"
    assert kitchen.attribute(REDIRECT, "target") == "Voicemail"
    await kitchen.becomes("zone.home", "1")
    assert kitchen.state() == "Available"
    assert kitchen.state(REDIRECT) == "off"


async def test_away_from_home_the_mobile_rings_too(kitchen: Kitchen) -> None:
    about = kitchen.hass.states.get("person.anna")
    assert about
    await kitchen.cook("sipgate: the mobile too")
    await kitchen.becomes("person.anna", "not_home", **about.attributes)
    assert kitchen.state(REDIRECT) == "active"
    assert kitchen.attribute(REDIRECT, "condition") == "no_reply"
    assert kitchen.attribute(REDIRECT, "target") == "… 00"
    await kitchen.becomes("person.anna", "home", **about.attributes)
    assert kitchen.state(REDIRECT) == "off"


async def test_in_the_evening_anna_is_reminded_of_her_redirect(
    kitchen: Kitchen,
) -> None:
    told = kitchen.listen("notify", "mobile_app_anna")
    await kitchen.cook("Evening reminder")
    await kitchen.later(hours=9, seconds=1)
    assert not told
    await kitchen.choose("Meeting")
    await kitchen.later(hours=24)
    assert [call.data["message"] for call in told] == ["They go to Voicemail."]
    await kitchen.later(hours=24)
    assert len(told) == 1, "on a Saturday"


@pytest.mark.parametrize(
    ("state", "minutes", "messages"),
    [
        ("failed", 0, ["no such number"]),
        ("pending", 1, []),
        ("pending", 3, ["no such number"]),
    ],
)
async def test_a_redirect_that_does_not_work_is_told(
    kitchen: Kitchen, state: str, minutes: int, messages: list[str]
) -> None:
    told = kitchen.listen("notify", "mobile_app_anna")
    await kitchen.cook("A redirect that did not work")
    await kitchen.becomes(REDIRECT, state, reason="no such number")
    await kitchen.later(minutes=minutes)
    assert [call.data["message"] for call in told] == messages


async def test_bob_takes_annas_calls_while_she_is_on_vacation(kitchen: Kitchen) -> None:
    await kitchen.cook("Vacation with a deputy")
    await kitchen.run("anna", first="2026-11-30", last="2026-12-01")
    await kitchen.run("anna", first="2026-12-07", last="2026-12-07")
    assert kitchen.state() == "Available"
    await kitchen.later(days=4)
    assert kitchen.state() == "Vacation, Bob helps"
    assert kitchen.attribute(REDIRECT, "target") == "Bob"
    await kitchen.later(days=2)
    assert kitchen.state() == "Available"
    assert kitchen.state(REDIRECT) == "off"
    await kitchen.later(days=5)
    assert kitchen.state() == "Vacation, Bob helps"


@pytest.mark.parametrize(
    ("said", "note"),
    [({"note": "At the dentist"}, "At the dentist"), ({}, "Out of office")],
)
async def test_out_of_office_ends_by_itself(
    kitchen: Kitchen, said: dict[str, str], note: str
) -> None:
    await kitchen.cook("Out of office")
    await kitchen.run("anna", until="2026-11-26 14:00:00", **said)
    assert kitchen.state() == "Gone home"
    assert kitchen.state("text.anna_info_text") == note
    await kitchen.later(hours=4, seconds=1)
    assert kitchen.state() == "Available"


async def test_holidays_hold_for_everybody(kitchen: Kitchen) -> None:
    [holidays] = await diaries(kitchen.hass, "Public holidays")
    day = dt_util.now().date() + timedelta(days=1)
    holidays.enter(day, day + timedelta(days=1), "A holiday")
    holidays.tell()
    await kitchen.cook("Holiday calendar for everybody")
    await kitchen.run()
    await kitchen.run()
    await kitchen.later(hours=15)
    for who in ("anna", "bob"):
        assert kitchen.state(f"select.{who}_profile") == "Vacation", who


async def test_the_wall_shows_who_is_ready(kitchen: Kitchen) -> None:
    await kitchen.cook("Hotline wallboard")
    ready = "sensor.hotline_ready"

    async def agent(who: str, status: str) -> None:
        await kitchen.choose(status, f"select.{who}_teamdesk_status")
        await kitchen.settle()

    await agent("anna", "ready")
    await agent("bob", "ready")
    assert kitchen.state(ready) == "2"
    await agent("bob", "follow_up")
    assert kitchen.state(ready) == "1"
    assert kitchen.attribute(ready, "following_up") == 1
    assert kitchen.attribute(ready, "talking") == 0


@pytest.mark.parametrize(
    ("hours", "messages"), [(0, ["Nobody is ready in the hotline."]), (9, [])]
)
async def test_an_empty_hotline_is_told_in_its_hours(
    kitchen: Kitchen, hours: float, messages: list[str]
) -> None:
    told = kitchen.listen("notify", "mobile_app_bob")
    await kitchen.becomes("sensor.hotline_ready", "1")
    await kitchen.cook("Nobody is ready in the hotline")
    await kitchen.later(hours=hours)
    await kitchen.becomes("sensor.hotline_ready", "0")
    await kitchen.later(minutes=2, seconds=1)
    assert [call.data["message"] for call in told] == messages


@pytest.mark.parametrize(
    ("anna", "bob", "rung"),
    [
        ("Available", "Available", ["mobile_app_anna"]),
        ("Meeting", "Available", ["mobile_app_bob"]),
        ("Meeting", "Meeting", ["create"]),
    ],
)
async def test_the_doorbell_rings_whoever_is_there(
    kitchen: Kitchen, anna: str, bob: str, rung: list[str]
) -> None:
    calls = [
        kitchen.listen(*service.split("."))
        for service in (
            "notify.mobile_app_anna",
            "notify.mobile_app_bob",
            "persistent_notification.create",
        )
    ]
    await kitchen.choose(anna)
    await kitchen.choose(bob, "select.bob_profile")
    await kitchen.becomes("event.doorbell", "2026-11-26T08:00:00+00:00")
    await kitchen.cook("Doorbell to whoever is there")
    await kitchen.becomes("event.doorbell", "2026-11-26T09:00:00+00:00")
    assert [call.service for told in calls for call in told] == rung


async def test_the_sign_says_until_when_the_room_is_taken(
    hass: HomeAssistant, own_folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to(datetime(2026, 11, 26, 10, tzinfo=BERLIN))
    room = person("01PERSONROOM00000000000000", "Room", "150")
    team = await set_up_team(hass, subentries_data=[*OFFICE, room])
    kitchen = Kitchen(hass, team, freezer)
    await kitchen.cook("Sign at the meeting room")
    assert kitchen.state("sensor.room_sign") == "Free"
    await kitchen.call(
        "xpresence",
        "set_profile",
        entity_id="select.room_profile",
        profile="Meeting",
        until="2026-11-26 11:30:00",
    )
    assert kitchen.state("sensor.room_sign") == "Meeting until 11:30"
    assert kitchen.attribute("sensor.room_sign", "icon") == "mdi:door-closed-lock"
