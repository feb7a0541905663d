"""The main job: a profile chosen in Home Assistant moves real calls."""

import asyncio
import contextlib

import aiohttp
import pytest

from tests.pbx.asterisk import Asterisk
from tests.pbx.sip import dial, lands, phone

from .conftest import settled
from .home import Failed, Home

pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="module"),
]

PROFILE = "select.anna_profile"
REDIRECT = "sensor.anna_redirect"


async def test_calls_land_on_voicemail_on_the_colleague_and_on_the_desk_again(
    home: Home, pbx: Asterisk
) -> None:
    async with phone(pbx, "100"), phone(pbx, "101"):
        await home.choose(PROFILE, "Meeting")
        await home.until(REDIRECT, "active")
        assert (await home.attributes(REDIRECT))["target"] == "Voicemail"
        assert await lands(pbx, "102", "100") == "voicemail 100"
        await home.choose(PROFILE, "Training")
        await settled(pbx, "CF", "100", "101")
        assert (await home.attributes(REDIRECT))["target"] == "Bob"
        assert await lands(pbx, "102", "100") == "101"
        await home.choose(PROFILE, "Available")
        await home.until(REDIRECT, "off")
        assert await lands(pbx, "102", "100") == "100"


async def test_a_code_dialled_at_the_desk_shows_in_the_sensor(
    home: Home, pbx: Asterisk
) -> None:
    assert await dial(pbx, "100", "*72101")
    await home.until(REDIRECT, "active")
    assert (await home.attributes(REDIRECT))["target"] == "Bob"
    assert await dial(pbx, "100", "*73")
    await home.until(REDIRECT, "off")


async def test_a_redirect_dialled_at_the_desk_comes_back_after_the_meeting(
    home: Home, pbx: Asterisk
) -> None:
    assert await dial(pbx, "100", "*72101")
    await home.until(REDIRECT, "active")
    await home.choose(PROFILE, "Meeting")
    await settled(pbx, "CF", "100", "*100")
    await home.choose(PROFILE, "Available")
    await settled(pbx, "CF", "100", "101")
    assert await dial(pbx, "100", "*73")
    await home.until(REDIRECT, "off")


@pytest.mark.parametrize("before", ["Available", "Meeting"])
async def test_what_was_dialled_a_moment_ago_is_heard_before_a_choice_decides(
    home: Home, pbx: Asterisk, before: str
) -> None:
    await home.choose(PROFILE, before)
    await home.until(REDIRECT, "off" if before == "Available" else "active")
    # As if dialled at the desk: nothing has told of it yet.
    pbx.put("CF", "100", "102")
    await home.choose(PROFILE, "Meeting")
    await settled(pbx, "CF", "100", "*100")
    await home.choose(PROFILE, "Available")
    await settled(pbx, "CF", "100", "102")
    assert await dial(pbx, "100", "*73")
    await home.until(REDIRECT, "off")


async def test_the_actions_do_what_the_select_does_and_more(
    home: Home, pbx: Asterisk
) -> None:
    for seconds, ends in ((3600, False), (1, True)):
        await home.act(
            "xpresence",
            "set_profile",
            entity_id=PROFILE,
            profile="meeting",
            **{"for": {"seconds": seconds}},
        )
        if ends:
            await home.until(PROFILE, "Available")
        await settled(pbx, "CF", "100", None if ends else "*100")
    await home.act(
        "xpresence", "set_redirect", entity_id=PROFILE, mode="forward", target="Mobile"
    )
    await settled(pbx, "CF", "100", "01715550100")
    assert (await home.attributes(REDIRECT))["target"] == "Mobile"
    assert (await home.attributes(REDIRECT))["set_by"] == "action"
    await home.act("xpresence", "set_redirect", entity_id=PROFILE, mode="off")
    await settled(pbx, "CF", "100", None)
    await home.until(REDIRECT, "off")


@pytest.mark.parametrize(
    ("service", "data", "says"),
    [
        ("set_profile", {"profile": "Nap"}, "You can choose"),
        (
            "set_profile",
            {"profile": "Meeting", "until": "2001-01-01 00:00:00"},
            "in the past",
        ),
        ("set_redirect", {"mode": "forward", "target": "12ab"}, "neither a number"),
        ("set_redirect", {"mode": "forward"}, "needs a target"),
        ("set_redirect", {"mode": "forward", "target": "Anna"}, "comes from"),
    ],
)
async def test_a_wish_that_makes_no_sense_changes_nothing_and_says_why(
    home: Home, pbx: Asterisk, service: str, data: dict[str, str], says: str
) -> None:
    with pytest.raises(Failed, match=says):
        await home.act("xpresence", service, entity_id=PROFILE, **data)
    assert await home.state(PROFILE) == "Available"
    assert pbx.database("CF", "100") is None


async def test_two_people_who_would_forward_to_each_other_are_told(
    home: Home, pbx: Asterisk
) -> None:
    await home.choose(PROFILE, "Training")
    await settled(pbx, "CF", "100", "101")
    with pytest.raises(Failed, match="in a circle"):
        await home.act(
            "xpresence",
            "set_redirect",
            entity_id="select.bob_profile",
            mode="forward",
            target="Anna",
        )
    assert pbx.database("CF", "101") is None
    await home.choose(PROFILE, "Available")
    await settled(pbx, "CF", "100", None)


async def test_a_meeting_survives_restart_and_crash(home: Home, pbx: Asterisk) -> None:
    await home.choose(PROFILE, "Meeting")
    # Killed at once: what was answered is on the disk.
    home.kill()
    assert pbx.database("CF", "100") == "*100"
    await home.start()
    await home.until(PROFILE, "Meeting")
    await home.until(REDIRECT, "active")
    await home.choose(PROFILE, "Available")
    await settled(pbx, "CF", "100", None)


async def test_a_crash_between_choice_and_answer_leaves_no_contradiction(
    home: Home, pbx: Asterisk
) -> None:
    for wait in (0.0, 0.002, 0.005, 0.01):
        choice = asyncio.create_task(home.choose(PROFILE, "Meeting"))
        await asyncio.sleep(wait)
        home.kill()
        with contextlib.suppress(Failed, OSError, TypeError, aiohttp.ClientError):
            await choice
        await home.start()
        shown = await home.state(PROFILE)
        expected = "*100" if shown == "Meeting" else None
        await settled(pbx, "CF", "100", expected)
        await home.until(REDIRECT, "active" if expected else "off")
        await home.choose(PROFILE, "Available")
        await settled(pbx, "CF", "100", None)


async def test_while_the_pbx_is_away_a_choice_waits_and_then_comes_true(
    home: Home, pbx: Asterisk
) -> None:
    pbx.kill()
    await home.until("binary_sensor.127_0_0_1_connection", "off")
    with pytest.raises(Failed, match="as soon as it is back"):
        await home.choose(PROFILE, "Meeting")
    assert await home.state(PROFILE) == "Meeting"
    await home.until(REDIRECT, "pending")
    pbx.launch()
    await settled(pbx, "CF", "100", "*100")
    await home.until(REDIRECT, "active")
    await home.choose(PROFILE, "Available")
    await settled(pbx, "CF", "100", None)


async def test_home_assistant_starts_without_the_pbx_and_converges_later(
    home: Home, pbx: Asterisk
) -> None:
    await home.choose(PROFILE, "Meeting")
    await settled(pbx, "CF", "100", "*100")
    home.kill()
    pbx.kill()
    await home.start()
    await home.until(PROFILE, "Meeting")
    assert await home.state(REDIRECT) in ("pending", "unknown")
    pbx.launch()
    await home.until(REDIRECT, "active")
    assert pbx.database("CF", "100") == "*100"
    await home.choose(PROFILE, "Available")
    await settled(pbx, "CF", "100", None)


async def test_the_same_phone_system_twice_is_refused(
    home: Home, pbx: Asterisk
) -> None:
    result = await home.flow(
        "/api/config/config_entries/flow",
        {"handler": "xpresence"},
        {"next_step_id": "asterisk"},
        {
            "host": "127.0.0.1",
            "port": pbx.ami_port,
            "username": pbx.username,
            "password": "whatever",
            "tls": False,
        },
    )
    assert (result["type"], result["reason"]) == ("abort", "already_configured")
