"""What is refused, and what the phone system forgets, told on a real Asterisk."""

import asyncio

import pytest

from tests.pbx.asterisk import Asterisk, eventually
from tests.pbx.sip import lands, phone

from .conftest import settled
from .home import Failed, Home

pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="module"),
]

PROFILE = "select.anna_profile"
REDIRECT = "sensor.anna_redirect"
CONNECTION = "binary_sensor.127_0_0_1_connection"


async def entry_of(home: Home) -> str:
    (entry,) = [
        one["entry_id"]
        for one in await home.get("/api/config/config_entries/entry")
        if one["domain"] == "xpresence"
    ]
    return str(entry)


@pytest.mark.parametrize("code", ["*98", "*97", "*100", "*72101"])
async def test_a_refused_code_leaves_nothing_behind(
    home: Home, pbx: Asterisk, code: str
) -> None:
    said = {"entity_id": PROFILE, "mode": "forward", "target": code}
    with pytest.raises(Failed):
        await home.act("xpresence", "set_redirect", **said)
    await home.until(REDIRECT, "off")
    await home.choose(PROFILE, "Meeting")
    await settled(pbx, "CF", "100", "*100")
    await home.choose(PROFILE, "Available")
    await settled(pbx, "CF", "100", None)
    await home.act(
        "text", "set_value", entity_id="text.anna_info_text", value="Back at 3"
    )
    assert code not in str(home.ledger(await entry_of(home), "100"))


async def test_a_database_that_is_lost_long_afterwards_is_filled_again(
    home: Home, pbx: Asterisk
) -> None:
    entry = await entry_of(home)
    await home.choose(PROFILE, "Meeting")
    await home.act(
        "xpresence",
        "set_redirect",
        entity_id="select.bob_profile",
        mode="forward",
        target="102",
    )
    await settled(pbx, "CF", "101", "102")
    await eventually(lambda: pbx.on_disk("CF", "101") == "102")
    # Longer than a crash could undo.
    await asyncio.sleep(6)
    assert await asyncio.to_thread(pbx.database, "xpresence", f"{entry}/100")
    await asyncio.to_thread(pbx.kill)
    for key in ("100", "101"):
        pbx.lose("CF", key)
        pbx.lose("xpresence", f"{entry}/{key}")
    await asyncio.to_thread(pbx.launch)
    await settled(pbx, "CF", "100", "*100")
    await settled(pbx, "CF", "101", "102")
    await home.until(PROFILE, "Meeting")
    assert "phone_system_forgot" in await home.notices()


async def test_a_value_that_alone_is_lost_counts_as_dialled_and_the_calls_ring(
    home: Home, pbx: Asterisk
) -> None:
    entry = await entry_of(home)
    async with phone(pbx, "100"):
        await home.choose(PROFILE, "Meeting")
        await settled(pbx, "CF", "100", "*100")
        await home.until(REDIRECT, "active")
        await eventually(lambda: pbx.on_disk("CF", "100") == "*100")
        # Longer than a crash could undo.
        await asyncio.sleep(6)
        await asyncio.to_thread(pbx.kill)
        pbx.lose("CF", "100")
        await asyncio.to_thread(pbx.launch)
        await home.until(REDIRECT, "off")
        assert await lands(pbx, "102", "100") == "100"
        assert await asyncio.to_thread(pbx.database, "xpresence", f"{entry}/100")
        # The next profile sets it as ever.
        await home.choose(PROFILE, "Available")
        await home.choose(PROFILE, "Meeting")
        await settled(pbx, "CF", "100", "*100")
        assert await lands(pbx, "102", "100") == "voicemail 100"
        await home.choose(PROFILE, "Available")
        await settled(pbx, "CF", "100", None)


async def test_a_number_that_alone_is_lost_moves_no_calls(
    home: Home, pbx: Asterisk
) -> None:
    entry = await entry_of(home)
    await home.choose(PROFILE, "Meeting")
    await settled(pbx, "CF", "100", "*100")
    await home.until(REDIRECT, "active")
    key = ("xpresence", f"{entry}/100")
    await eventually(lambda: pbx.on_disk(*key) is not None)
    await asyncio.to_thread(pbx.kill)
    pbx.lose(*key)
    async with home.watching(REDIRECT) as seen:
        await asyncio.to_thread(pbx.launch)
        await home.until(CONNECTION, "on")
        assert await lands(pbx, "102", "100") == "voicemail 100"
        await home.choose(PROFILE, "Available")
        await settled(pbx, "CF", "100", None)
    assert await asyncio.to_thread(pbx.database, *key)
    assert "failed" not in {one["state"] for one in seen}


async def test_a_restored_older_backup_of_the_phone_system_is_brought_up_to_date(
    home: Home, pbx: Asterisk
) -> None:
    bob = "select.bob_profile"
    await own(home, bob, "102")
    await settled(pbx, "CF", "101", "102")
    await eventually(lambda: pbx.on_disk("CF", "101") == "102")
    database = pbx.folder / "db" / "astdb.sqlite3"
    await asyncio.to_thread(pbx.kill)
    backup = database.read_bytes()
    await asyncio.to_thread(pbx.launch)
    await home.until(CONNECTION, "on")

    await home.choose(PROFILE, "Meeting")
    await own(home, bob, "103")
    await settled(pbx, "CF", "100", "*100")
    await settled(pbx, "CF", "101", "103")
    await eventually(lambda: pbx.on_disk("CF", "101") == "103")
    await asyncio.sleep(6)
    await asyncio.to_thread(pbx.kill)
    for left in database.parent.glob("astdb.sqlite3-*"):
        left.unlink()
    database.write_bytes(backup)
    await asyncio.to_thread(pbx.launch)
    await settled(pbx, "CF", "100", "*100")
    await settled(pbx, "CF", "101", "103")
    async with phone(pbx, "103"):
        assert await lands(pbx, "102", "100") == "voicemail 100"
        assert await lands(pbx, "102", "101") == "103"
    assert "phone_system_forgot" in await home.notices()
    await home.choose(PROFILE, "Available")
    await home.act("xpresence", "set_redirect", entity_id=bob, mode="off")
    await settled(pbx, "CF", "101", None)


async def own(home: Home, profile: str, target: str) -> None:
    """Set somebody's own redirect."""
    said = {"entity_id": profile, "mode": "forward", "target": target}
    await home.act("xpresence", "set_redirect", **said)


async def test_a_phone_system_that_knows_more_than_we_do_is_left_alone(
    home: Home, pbx: Asterisk
) -> None:
    entry = await entry_of(home)
    await home.choose(PROFILE, "Meeting")
    await settled(pbx, "CF", "100", "*100")
    await home.choose(PROFILE, "Available")
    await settled(pbx, "CF", "100", None)
    await asyncio.to_thread(pbx.put, "xpresence", f"{entry}/100", "999")
    await asyncio.to_thread(pbx.put, "CF", "100", "103")
    with pytest.raises(Failed):
        await home.choose(PROFILE, "Meeting")
    assert await asyncio.to_thread(pbx.database, "CF", "100") == "103"
    # Once the number is as it was, it follows again.
    number = str(home.ledger(entry, "100")["number"])
    await asyncio.to_thread(pbx.put, "xpresence", f"{entry}/100", number)
    await home.choose(PROFILE, "Available")
    await home.choose(PROFILE, "Meeting")
    await settled(pbx, "CF", "100", "*100")
    await home.choose(PROFILE, "Available")


async def test_nothing_stays_on_the_telephones_of_a_person_who_was_removed(
    home: Home, pbx: Asterisk
) -> None:
    entry = await entry_of(home)
    await home.choose("select.bob_profile", "Do not disturb")
    await eventually(lambda: (told(pbx) or "").startswith("dnd"))
    await home.remove_person(entry, "Bob")
    await eventually(lambda: (told(pbx) or "not_set").startswith("not_set"))
    assert await asyncio.to_thread(pbx.database, "xpresence", f"{entry}/101") is None
    assert await asyncio.to_thread(pbx.database, "DND", "101") is None
    journal = next((home.folder / ".storage").glob("xpresence.*.journal"))
    # It is written anew once the telephones are done with.
    await eventually(lambda: '"extension":"101"' not in journal.read_text())


def told(pbx: Asterisk) -> str | None:
    """Return what the phone system shows of Bob."""
    return pbx.database("CustomPresence", "101")
