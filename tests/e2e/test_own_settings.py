"""Follow-me, deputies and the hotline, with real calls."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
import time

import pytest
import pytest_asyncio

from tests.pbx.asterisk import EVENTUALLY, Asterisk, eventually, running
from tests.pbx.sip import dial, lands, phone

from .conftest import settled
from .home import Failed, Home

pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="module"),
]

PROFILE = "select.anna_profile"
FOLLOW_ME = "select.anna_follow_me"
AGENT = "select.anna_teamdesk_status"
REDIRECT = "sensor.anna_redirect"
EVENT = "event.anna_presence"


@pytest.fixture(scope="module")
def pbx() -> Iterator[Asterisk]:
    """Run an Asterisk."""
    with running() as pbx:
        yield pbx


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(
    pbx: Asterisk, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Home]:
    """Run a Home Assistant over TLS, with Anna, Bob and Carol."""
    home = Home(tmp_path_factory.mktemp("home") / "config")
    async with home:
        entry = await home.add_asterisk(
            pbx, host="localhost", port=pbx.tls_port, tls=True, ca=pbx.ca
        )
        await home.add_person(
            entry, "Anna", "100", devices=["Mobile: 01715550100"], queues=["400"]
        )
        await home.add_person(entry, "Bob", "101")
        await home.add_person(entry, "Carol", "102")
        people = await home.people(entry)
        deputies = [people["Bob"], people["Carol"]]
        await home.add_profile(
            entry, "Deputies", {"kind": "first_available", "deputies": deputies}
        )
        await home.add_profile(
            entry,
            "Reception",
            busy={"kind": "person", "person": people["Bob"]},
            no_reply={"kind": "person", "person": people["Carol"]},
        )
        await home.until(FOLLOW_ME, "off")
        home.entry = entry
        yield home
    assert home.complaints() == []


async def eventually_told(home: Home, event_type: str, since: datetime) -> None:
    """Wait until the event entity has said so, whatever it said afterwards."""
    path = f"/api/history/period?filter_entity_id={EVENT}"
    end = time.monotonic() + EVENTUALLY
    while True:
        told = {
            state["attributes"].get("event_type")
            for states in await home.get(path)
            for state in states
            if state["state"] > since.isoformat()
        }
        if event_type in told:
            return
        assert time.monotonic() < end, told
        await asyncio.sleep(0.2)


async def eventually_noticed(home: Home, words: str, *, there: bool = True) -> None:
    """Wait until a repair issue is there, or is gone."""
    end = time.monotonic() + EVENTUALLY
    while (words in await home.notices()) is not there:
        assert time.monotonic() < end, await home.notices()
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("order", ["last", "first"])
async def test_follow_me_is_suspended_by_voicemail_and_comes_back(
    home: Home, pbx: Asterisk, order: str
) -> None:
    # FreePBX looks at follow-me before it looks at forwards; others after.
    pbx.cli(f"dialplan set global FOLLOW_ME {order}")
    async with phone(pbx, "100"), phone(pbx, "109"):
        await home.choose(FOLLOW_ME, "Mobile")
        assert await lands(pbx, "103", "100") == "109"
        await home.choose(PROFILE, "Vacation")
        await home.until(FOLLOW_ME, "off")
        assert await lands(pbx, "103", "100") == "voicemail 100"
        await home.choose(PROFILE, "Available")
        await home.until(FOLLOW_ME, "Mobile")
        assert await lands(pbx, "103", "100") == "109"
        await home.choose(FOLLOW_ME, "off")
        await home.until(FOLLOW_ME, "off")
        assert await lands(pbx, "103", "100") == "100"


async def test_follow_me_switched_at_the_desk_is_shown(
    home: Home, pbx: Asterisk
) -> None:
    await home.choose(FOLLOW_ME, "Mobile")
    await home.until(FOLLOW_ME, "Mobile")
    assert await dial(pbx, "100", "*21")
    await home.until(FOLLOW_ME, "off")


async def test_calls_go_to_the_first_deputy_who_takes_calls(
    home: Home, pbx: Asterisk
) -> None:
    async with phone(pbx, "101"), phone(pbx, "102"):
        await home.choose(PROFILE, "Deputies")
        await settled(pbx, "CF", "100", "101")
        assert await lands(pbx, "103", "100") == "101"
        await home.choose("select.bob_profile", "Do not disturb")
        await settled(pbx, "CF", "100", "102")
        assert await lands(pbx, "103", "100") == "102"
        await home.choose("select.carol_profile", "Vacation")
        await settled(pbx, "CF", "100", "*100")
        await home.choose("select.bob_profile", "Available")
        await settled(pbx, "CF", "100", "101")
    await home.choose("select.carol_profile", "Available")
    await home.choose(PROFILE, "Available")
    await settled(pbx, "CF", "100", None)


async def test_a_busy_and_an_unanswered_telephone_forward_as_the_profile_says(
    home: Home, pbx: Asterisk
) -> None:
    pbx.put("AMPUSER", "100/ringtimer", "1")
    await home.choose(PROFILE, "Reception")
    await home.until(REDIRECT, "active")
    assert (await home.attributes(REDIRECT))["targets"] == {
        "busy": "Bob",
        "no_reply": "Carol",
    }
    async with phone(pbx, "101"), phone(pbx, "102"):
        async with phone(pbx, "100", "busy"):
            assert await lands(pbx, "103", "100") == "101"
        async with phone(pbx, "100", "rings"):
            assert await lands(pbx, "103", "100") == "102"
        async with phone(pbx, "100"):
            assert await lands(pbx, "103", "100") == "100"
    await home.choose(PROFILE, "Available")
    await settled(pbx, "CFB", "100", None)
    await settled(pbx, "CFU", "100", None)


async def test_a_change_at_the_desk_is_told_and_stands_or_is_taken_back_as_wished(
    home: Home, pbx: Asterisk
) -> None:
    await home.choose(PROFILE, "Vacation")
    await settled(pbx, "CF", "100", "*100")
    since = datetime.now(UTC)
    assert await dial(pbx, "100", "*72102")
    await eventually_told(home, "changed_at_phone", since)
    assert (await home.attributes(REDIRECT))["set_by"] == "phone"
    assert pbx.database("CF", "100") == "102"
    await home.choose(PROFILE, "Available")
    assert await dial(pbx, "100", "*73")
    await home.until(REDIRECT, "off")
    await home.set_rules(home.entry, desk_change="enforce")
    await home.choose(PROFILE, "Vacation")
    await settled(pbx, "CF", "100", "*100")
    assert await dial(pbx, "100", "*72102")
    await settled(pbx, "CF", "100", "*100")
    assert (await home.attributes(REDIRECT))["target"] == "Voicemail"
    await home.set_rules(home.entry)
    await home.choose(PROFILE, "Available")
    await settled(pbx, "CF", "100", None)


async def test_an_own_redirect_has_a_condition_and_an_end_or_is_given_back(
    home: Home, pbx: Asterisk
) -> None:
    async def own(mode: str, **more: object) -> None:
        await home.act(
            "xpresence", "set_redirect", entity_id=PROFILE, mode=mode, **more
        )

    await own("forward", condition="busy", target="Bob")
    await settled(pbx, "CFB", "100", "101")
    await own("forward", condition="no_reply", target="102", ring_seconds=20)
    await settled(pbx, "CFU", "100", "102")
    assert pbx.database("AMPUSER", "100/ringtimer") == "20"
    await own("off", condition="busy", **{"for": {"seconds": 2}})
    await settled(pbx, "CFB", "100", None)
    await settled(pbx, "CFB", "100", "101")
    await own("off", condition="busy")
    await own("off", condition="no_reply")
    await home.until(REDIRECT, "off")
    await home.choose(PROFILE, "Vacation")
    await own("forward", target="Bob")
    await settled(pbx, "CF", "100", "101")
    await own("unchanged")
    await settled(pbx, "CF", "100", "*100")
    # What was given back to the profile does not come back after it.
    await home.choose(PROFILE, "Available")
    await settled(pbx, "CF", "100", None)
    await home.until(REDIRECT, "off")


async def test_a_ready_agent_is_paused_while_calls_go_elsewhere(
    home: Home, pbx: Asterisk
) -> None:
    await home.choose(AGENT, "ready")
    await home.until(AGENT, "ready")
    await home.choose(PROFILE, "Vacation")
    await eventually_noticed(home, "hotline_conflict")
    await home.choose(PROFILE, "Available")
    await eventually_noticed(home, "hotline_conflict", there=False)
    await home.set_rules(home.entry, hotline="pause")
    await home.choose(PROFILE, "Vacation")
    await home.until(AGENT, "follow_up")
    assert "paused" in pbx.cli("queue show 400")
    assert "hotline_conflict" not in await home.notices()
    await home.choose(PROFILE, "Available")
    await home.until(AGENT, "ready")
    async with phone(pbx, "100"):
        assert await lands(pbx, "103", "400") == "100"
    await home.set_rules(home.entry)
    await home.choose(AGENT, "logged_off")
    await home.until(AGENT, "logged_off")


async def test_a_hotline_call_reaches_a_ready_agent_and_a_code_logs_off(
    home: Home, pbx: Asterisk
) -> None:
    await home.choose(AGENT, "ready")
    await home.until(AGENT, "ready")
    async with phone(pbx, "100"):
        assert await lands(pbx, "103", "400") == "100"
    assert await dial(pbx, "100", "*46")
    await home.until(AGENT, "follow_up")
    assert await dial(pbx, "100", "*45")
    await home.until(AGENT, "logged_off")


async def test_status_and_text_are_on_the_telephones(home: Home, pbx: Asterisk) -> None:
    await home.act(
        "xpresence",
        "set_profile",
        entity_id=PROFILE,
        profile="Vacation",
        info_text="Grüße, bis Montag",
    )
    await home.until("text.anna_info_text", "Grüße, bis Montag")
    await eventually(
        lambda: (pbx.database("CustomPresence", "100") or "").startswith("xa,")
    )
    await home.choose(PROFILE, "Available")


async def test_ringing_the_redirect_calls_where_calls_go(
    home: Home, pbx: Asterisk
) -> None:
    await home.act(
        "xpresence", "set_redirect", entity_id=PROFILE, mode="forward", target="Bob"
    )
    async with phone(pbx, "101"):
        await home.act("xpresence", "ring_redirect", entity_id=PROFILE)
        await eventually(
            lambda: any("PJSIP/101" in name for name, _, _ in pbx.talking())
        )
    await home.act("xpresence", "set_redirect", entity_id=PROFILE, mode="off")


async def test_a_missing_device_is_named(home: Home, pbx: Asterisk) -> None:
    with pytest.raises(Failed, match="You can choose: Mobile"):
        await home.act(
            "xpresence", "set_follow_me", entity_id=PROFILE, device="Satellite"
        )
