"""A FRITZ!Box in a real Home Assistant, beside Home Assistant's own integration.

Both talk to one box: what one switches the other shows, and where Home Assistant's
own switch would hit the wrong entry, xpresence does not.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
import tempfile

import pytest
import pytest_asyncio

from tests.telephony.fritzbox.box import FritzBox, Rule, block
from tests.telephony.fritzbox.running import MOBILE, household, running

from .home import Home

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="module"),
]

PROFILE = "select.anna_profile"
REDIRECT = "sensor.anna_redirect"


@pytest.fixture(scope="module")
def box() -> Iterator[FritzBox]:
    """Run the box of a household."""
    with running(household()) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(box: FritzBox) -> AsyncIterator[Home]:
    """Run a Home Assistant in which its own ``fritz`` knows the box, and xpresence."""
    with tempfile.TemporaryDirectory() as folder:
        async with Home(Path(folder)) as home:
            await add_core(home, box)
            home.entry = await home.add_fritzbox(box)
            await home.add_person(home.entry, "Anna", "100")
            await home.add_profile(
                home.entry,
                "Mobile",
                {"kind": "number", "number": MOBILE},
                do_not_disturb=None,
            )
            yield home


async def add_core(home: Home, box: FritzBox) -> None:
    """Add Home Assistant's own integration, as its user does."""
    username, (password, _) = next(iter(box.users.items()))
    result = await home.flow(
        "/api/config/config_entries/flow",
        {"handler": "fritz"},
        {
            "host": "127.0.0.1",
            "port": box.port,
            "username": username,
            "password": password,
            "ssl": False,
            "feature_device_tracking": False,
        },
    )
    assert result["type"] == "create_entry", result


def place(box: FritzBox, target: str, mode: str = "eImmediately") -> int:
    """Return where Anna's rule to a target stands."""
    (found,) = (
        index
        for index, rule in enumerate(box.rules)
        if (rule.number, rule.target, rule.mode) == ("100", target, mode)
    )
    return found


async def core_switch(home: Home, box: FritzBox, index: int) -> str:
    """Return the switch that Home Assistant made for a place in the list."""
    for state in await home.get("/api/states"):
        if state["entity_id"].endswith(f"_call_deflection_{index}"):
            return str(state["entity_id"])
    raise AssertionError(index)


async def test_home_assistants_own_integration_takes_the_double_for_a_box(
    home: Home, box: FritzBox
) -> None:
    switch = await core_switch(home, box, place(box, MOBILE))
    attributes = await home.attributes(switch)
    assert attributes["deflection_to_number"] == MOBILE
    assert attributes["mode"] == "Immediately"
    assert attributes["number"] == "100"


async def test_a_profile_switches_the_rule_and_both_show_it(
    home: Home, box: FritzBox
) -> None:
    await home.choose(PROFILE, "Mobile")
    await home.until(REDIRECT, "active")
    assert box.rules[place(box, MOBILE)].on
    switch = await core_switch(home, box, place(box, MOBILE))
    await home.act("homeassistant", "update_entity", entity_id=switch)
    await home.until(switch, "on")
    await home.choose(PROFILE, "Available")
    await home.until(REDIRECT, "off")
    assert not box.rules[place(box, MOBILE)].on


async def test_what_its_switch_does_shows_as_a_redirect_of_others(
    home: Home, box: FritzBox
) -> None:
    switch = await core_switch(home, box, place(box, "101"))
    await home.act("switch", "turn_on", entity_id=switch)
    await home.until(REDIRECT, "active")
    assert (await home.attributes(REDIRECT))["target"] in ("101", "Bob")
    await home.act("switch", "turn_off", entity_id=switch)
    await home.until(REDIRECT, "off")


async def test_a_call_block_that_shifts_the_list_is_left_alone(
    home: Home, box: FritzBox
) -> None:
    """Between two readings somebody adds a block in front; then the profile ends."""
    await home.choose(PROFILE, "Mobile")
    await home.until(REDIRECT, "active")
    box.rules.insert(0, block("0900999"))
    await home.choose(PROFILE, "Available")
    await home.until(REDIRECT, "off")
    assert not any(rule.on for rule in box.rules if rule.mode != "eNoSignal")
    assert all(rule.on for rule in box.rules if rule.mode == "eNoSignal")
    del box.rules[0]


async def test_voicemail_is_the_machine_made_for_the_number(
    home: Home, box: FritzBox
) -> None:
    await home.choose(PROFILE, "Meeting")
    await home.until(REDIRECT, "active")
    assert (await home.attributes(REDIRECT))["target"] == "Voicemail"
    assert [machine.name for machine in box.machines if machine.on] == [
        "Anna",
        "Family",
    ]
    await home.choose(PROFILE, "Available")
    await home.until(REDIRECT, "off")
    assert [machine.name for machine in box.machines if machine.on] == ["Family"]


async def test_a_call_shows_while_it_lasts(home: Home, box: FritzBox) -> None:
    telephone = "sensor.anna_telephone"
    await home.until(telephone, "idle")
    box.say_from_elsewhere("RING;0;0301;100;SIP0;")
    await home.until(telephone, "ringing")
    box.say_from_elsewhere("CONNECT;0;10;0301;")
    await home.until(telephone, "in_call")
    box.say_from_elsewhere("DISCONNECT;0;4;")
    await home.until(telephone, "idle")


async def test_a_rule_that_is_deleted_is_told_and_made_anew_it_works(
    home: Home, box: FritzBox
) -> None:
    index = place(box, MOBILE)
    gone: Rule = box.rules.pop(index)
    with pytest.raises(Exception):  # noqa: B017, PT011 (whatever the door says)
        await home.choose(PROFILE, "Mobile")
    await home.until(REDIRECT, "failed")
    box.rules.insert(index, gone)
    await home.until(REDIRECT, "active")
    await home.choose(PROFILE, "Available")
    await home.until(REDIRECT, "off")
