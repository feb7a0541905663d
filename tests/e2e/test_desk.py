"""What is dialled at the desk, or written into the phone system by other tools."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

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


@pytest_asyncio.fixture(loop_scope="module")
async def quiet(home: Home) -> AsyncIterator[Home]:
    """Return the home with nothing set, and leave it so."""
    (entry,) = [
        one["entry_id"]
        for one in await home.get("/api/config/config_entries/entry")
        if one["domain"] == "xpresence"
    ]
    home.entry = str(entry)
    await home.until(REDIRECT, "off")
    yield home
    await home.act("xpresence", "set_redirect", entity_id=PROFILE, mode="off")
    await home.choose(PROFILE, "Available")
    await home.until(REDIRECT, "off")


@pytest.mark.parametrize("policy", ["respect", "enforce"])
async def test_a_change_at_the_desk_is_never_shown_as_pending(
    quiet: Home, pbx: Asterisk, policy: str
) -> None:
    await quiet.set_rules(quiet.entry, desk_change=policy)
    dialled: list[tuple[str, str, str | None, str | None]] = [
        ("*72101", "CF", "101", "*100"),
        ("*72102", "CF", "102", "*100"),
        ("*90103", "CFB", "103", None),
        ("*52103", "CFU", "103", None),
        ("*91", "CFB", None, None),
        ("*53", "CFU", None, None),
        ("*73", "CF", None, "*100"),
    ]
    async with quiet.watching(REDIRECT) as seen:
        await quiet.choose(PROFILE, "Meeting")
        await quiet.until(REDIRECT, "active")
        for code, family, respected, enforced in dialled:
            assert await dial(pbx, "100", code)
            stands = respected if policy == "respect" else enforced
            await settled(pbx, family, "100", stands)
        await quiet.until(REDIRECT, "off" if policy == "respect" else "active")
        await quiet.choose(PROFILE, "Available")
        await quiet.until(REDIRECT, "off")
    await quiet.set_rules(quiet.entry, desk_change="respect")
    assert {one["state"] for one in seen} == {"off", "active"}
    assert "unreachable" not in str(seen)


@pytest.mark.parametrize(
    "written",
    ["SIP/trunk/0301234567", "030 123", "+49-30-123", "030/1234", "Büro", "t:101"],
)
async def test_a_forward_in_no_form_of_ours_is_replaced_and_comes_back_as_it_stood(
    quiet: Home, pbx: Asterisk, written: str
) -> None:
    async with phone(pbx, "100"), phone(pbx, "101"):
        await asyncio.to_thread(pbx.put, "CF", "100", written)
        # Something at the desk makes the phone system be read.
        assert await dial(pbx, "100", "*91")
        await quiet.until(REDIRECT, "active")
        shown = await quiet.attributes(REDIRECT)
        assert shown["target_known"] is False
        assert written not in str(shown)
        await quiet.choose(PROFILE, "Meeting")
        await settled(pbx, "CF", "100", "*100")
        assert await lands(pbx, "102", "100") == "voicemail 100"
        await quiet.choose(PROFILE, "Training")
        assert await lands(pbx, "102", "100") == "101"
        await quiet.choose(PROFILE, "Available")
        await settled(pbx, "CF", "100", written)
        await quiet.until(REDIRECT, "active")
        await quiet.act("xpresence", "set_redirect", entity_id=PROFILE, mode="off")
        await settled(pbx, "CF", "100", None)
        await quiet.until(REDIRECT, "off")
        assert await lands(pbx, "102", "100") == "100"


async def test_a_speed_dial_in_front_of_the_mailbox_is_told_and_redirects_nobody(
    quiet: Home, pbx: Asterisk
) -> None:
    file = pbx.folder / "extensions.conf"
    before = file.read_text()
    file.write_text(
        before.replace(
            "[from-internal]\n",
            "[app-speeddial]\nexten => _*1X.,1,Goto(from-internal,109,1)\n"
            "[from-internal]\ninclude => app-speeddial\n",
        )
    )
    try:
        await asyncio.to_thread(pbx.cli, "core reload")
        with pytest.raises(Failed, match="do not lead to that mailbox"):
            await quiet.choose(PROFILE, "Meeting")
        await quiet.until(REDIRECT, "failed")
        assert (await quiet.attributes(REDIRECT))["reason"] == "voicemail_not_reached"
        async with phone(pbx, "100"):
            assert await lands(pbx, "102", "100") == "100"
    finally:
        file.write_text(before)
        await asyncio.to_thread(pbx.cli, "core reload")
    await settled(pbx, "CF", "100", "*100")
    await quiet.until(REDIRECT, "active")
