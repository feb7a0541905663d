"""Whoever taps Available is rung, and what is told is what happened: with real calls."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.pbx.asterisk import Asterisk, eventually
from tests.pbx.sip import dial, lands, phone

from .conftest import settled
from .home import Home

pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="module"),
]

PROFILE = "select.anna_profile"
REDIRECT = "sensor.anna_redirect"
EVENT = "event.anna_presence"
CONNECTION = "binary_sensor.127_0_0_1_connection"


def redirected(seen: list[dict[str, Any]]) -> list[tuple[str | None, str | None]]:
    """Return where calls were told to go, and by whom; only differences were sent."""
    told = []
    known: dict[str, Any] = {}
    for one in seen:
        known |= one
        if known.get("event_type") == "redirected":
            told.append((known.get("target"), known.get("made_by")))
    return told


async def act(home: Home, action: str, **said: object) -> None:
    await home.act("xpresence", action, entity_id=PROFILE, **said)


async def plan(home: Home, profile: str, start: float, end: float) -> None:
    """Plan Anna's presence, from and to so many seconds from now."""
    now = datetime.now(UTC)
    await act(
        home,
        "plan_presence",
        profile=profile,
        start=(now + timedelta(seconds=start)).isoformat(),
        end=(now + timedelta(seconds=end)).isoformat(),
    )


async def forget_plans(home: Home) -> None:
    """Cancel what was planned, and wait until calls ring again."""
    answer = await home.post(
        "/api/services/xpresence/get_appointments?return_response",
        {"entity_id": PROFILE},
    )
    (person,) = answer["service_response"]["people"]
    for one in person["appointments"]:
        await act(home, "cancel_planned_presence", planned=one["planned"])
    await act(home, "resume_automatic")
    await home.until(REDIRECT, "off")


async def test_available_in_a_meeting_is_rung_and_the_meeting_comes_back_by_hand(
    home: Home, pbx: Asterisk
) -> None:
    await plan(home, "Meeting", -60, 3600)
    await settled(pbx, "CF", "100", "*100")
    async with phone(pbx, "100"):
        assert await lands(pbx, "102", "100") == "voicemail 100"
        await home.choose(PROFILE, "Available")
        assert await lands(pbx, "102", "100") == "100"
        await act(home, "restore")
        await settled(pbx, "CF", "100", "*100")
        assert await lands(pbx, "102", "100") == "voicemail 100"
        await act(home, "dismiss")
        await settled(pbx, "CF", "100", None)
        assert await lands(pbx, "102", "100") == "100"
    await act(home, "resume_automatic")
    await home.until(PROFILE, "Meeting")
    await forget_plans(home)


async def test_of_two_that_overlap_both_are_left_and_the_next_comes_as_planned(
    home: Home, pbx: Asterisk
) -> None:
    await plan(home, "Training", -600, 3600)
    await plan(home, "Meeting", -60, 1800)
    await settled(pbx, "CF", "100", "*100")
    async with phone(pbx, "100"), phone(pbx, "101"):
        await home.choose(PROFILE, "Available")
        assert await lands(pbx, "102", "100") == "100"
        await plan(home, "Meeting", 3, 1800)
        await home.until(PROFILE, "Meeting")
        await settled(pbx, "CF", "100", "*100")
        assert await lands(pbx, "102", "100") == "voicemail 100"
        # What is below it is still left: with it gone the phone rings.
        await home.choose(PROFILE, "Available")
        assert await lands(pbx, "102", "100") == "100"
        await act(home, "resume_automatic")
        await settled(pbx, "CF", "100", "*100")
    await forget_plans(home)


async def test_who_was_available_is_rung_after_a_restart_in_the_meeting(
    home: Home, pbx: Asterisk
) -> None:
    await plan(home, "Meeting", -60, 3600)
    await settled(pbx, "CF", "100", "*100")
    await home.choose(PROFILE, "Available")
    await settled(pbx, "CF", "100", None)
    home.kill()
    await home.start()
    await home.until(PROFILE, "Available")
    await home.until(REDIRECT, "off")
    async with phone(pbx, "100"):
        assert await lands(pbx, "102", "100") == "100"
        await act(home, "restore")
        await settled(pbx, "CF", "100", "*100")
        assert await lands(pbx, "102", "100") == "voicemail 100"
    await forget_plans(home)


async def test_available_is_rung_over_a_profile_below_that_forwards(
    home: Home, pbx: Asterisk
) -> None:
    """A profile that says nothing of calls lets them go on to Bob, from *Training*."""
    result = await home.flow(
        "/api/config/config_entries/subentries/flow",
        {"handler": [home.entry, "profile"]},
        {"name": "Quiet work"},
        {
            "status": "busy",
            "ending": "until_changed",
            "agent": "unchanged",
            "enabled": True,
        },
        {"mode": "unchanged"},
    )
    assert result["type"] == "create_entry", result
    await plan(home, "Training", -60, 3600)
    await settled(pbx, "CF", "100", "101")
    async with phone(pbx, "100"), phone(pbx, "101"):
        assert await lands(pbx, "102", "100") == "101"
        await home.choose(PROFILE, "Quiet work")
        await home.until(PROFILE, "Quiet work")
        assert await lands(pbx, "102", "100") == "101"
        told = await home.post(
            "/api/services/xpresence/explain?return_response", {"entity_id": PROFILE}
        )
        (person,) = told["service_response"]["people"]
        assert "calls keep going to Bob, from “Training”" in person["explanation"]
        await home.choose(PROFILE, "Available")
        assert await lands(pbx, "102", "100") == "100"
    await forget_plans(home)


async def test_back_to_automatic_takes_an_own_redirect_back_over_a_profile(
    home: Home, pbx: Asterisk
) -> None:
    async with phone(pbx, "100"), phone(pbx, "101"):
        await home.choose(PROFILE, "Do not disturb")
        await act(home, "set_redirect", mode="forward", target="101")
        await settled(pbx, "CF", "100", "101")
        assert await lands(pbx, "102", "100") == "101"
        await act(home, "resume_automatic")
        await settled(pbx, "CF", "100", None)
        assert await lands(pbx, "102", "100") == "100"
    await home.until(PROFILE, "Available")


async def test_what_the_desk_dialled_stays_and_is_told_as_the_desks(
    home: Home, pbx: Asterisk
) -> None:
    async with home.watching(EVENT) as seen:
        assert await dial(pbx, "100", "*72101")
        await home.until(REDIRECT, "active")
        await act(home, "resume_automatic")
        await settled(pbx, "CF", "100", "101")
        assert await dial(pbx, "100", "*73")
        await home.until(REDIRECT, "off")
        expected = [("Bob", "phone"), (None, "phone")]
        await eventually(lambda: redirected(seen)[-2:] == expected)


async def test_a_phone_system_that_starts_anew_is_no_change_of_anybodys_calls(
    home: Home, pbx: Asterisk
) -> None:
    await home.choose(PROFILE, "Training")
    await settled(pbx, "CF", "100", "101")
    await home.until(REDIRECT, "active")
    before = await home.state(EVENT)
    await asyncio.to_thread(pbx.restart)
    await home.until(CONNECTION, "off")
    await home.until(CONNECTION, "on")
    await home.until(REDIRECT, "active")
    assert await home.state(EVENT) == before
    await home.choose(PROFILE, "Available")
    await settled(pbx, "CF", "100", None)
