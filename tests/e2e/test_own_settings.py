"""Follow-me, deputies and the hotline, with real calls."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.pbx.asterisk import Asterisk, eventually, running
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
        await home.until(FOLLOW_ME, "off")
        yield home
    assert home.complaints() == []


async def test_follow_me_is_suspended_by_voicemail_and_comes_back(
    home: Home, pbx: Asterisk
) -> None:
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
    with pytest.raises(Failed, match="Offered are: Mobile"):
        await home.act(
            "xpresence", "set_follow_me", entity_id=PROFILE, device="Satellite"
        )
