"""The store: what is put is on the disk, whatever happens next."""

from datetime import timedelta
from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.xpresence.engine import journal as journal_module
from custom_components.xpresence.engine.record_types import Each, Fields, Whole
from custom_components.xpresence.engine.store import OfficeStore, Trouble
from custom_components.xpresence.presence.stored import text, whole
from tests.office import ANNA, BOB

from .full_disk import disk


@pytest.fixture
def config_dir(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Let Home Assistant keep its files in an empty folder."""
    hass.config.config_dir = str(tmp_path)
    return tmp_path


def journal(folder: Path) -> Path:
    return folder / ".storage" / "xpresence.entry.journal"


async def test_what_was_put_is_there_after_a_crash(
    hass: HomeAssistant, config_dir: Path
) -> None:
    before = OfficeStore(hass, "entry")
    await before.async_load()
    await before.async_put({ANNA: {"choice": "Lunch"}, BOB: {"x": 1}})
    await before.async_put({BOB: None})
    # No closing: the process is gone.
    after = OfficeStore(hass, "entry")
    await after.async_load()
    assert after.get(ANNA) == {"choice": "Lunch"}
    assert set(after) == {ANNA}
    assert after.damage is None


async def test_a_line_that_a_crash_cut_short_never_took_effect(
    hass: HomeAssistant, config_dir: Path
) -> None:
    before = OfficeStore(hass, "entry")
    await before.async_load()
    await before.async_put({ANNA: {"choice": "Lunch"}})
    with journal(config_dir).open("ab") as file:
        file.write(b'{"01PERSONANNA00000000000000": {"choi')
    after = OfficeStore(hass, "entry")
    await after.async_load([ANNA])
    assert after.get(ANNA) == {"choice": "Lunch"}
    assert after.damage is None
    await after.async_put({ANNA: {"choice": "Meeting"}})
    again = OfficeStore(hass, "entry")
    await again.async_load()
    assert again.get(ANNA) == {"choice": "Meeting"}


async def test_a_full_disk_changes_nothing_and_is_told_until_there_is_room(
    hass: HomeAssistant, config_dir: Path
) -> None:
    told: list[Trouble | None] = []
    with disk(config_dir / ".storage", 8) as small:
        store = OfficeStore(hass, "entry", report=told.append)
        await store.async_load()
        await store.async_put({ANNA: {"choice": "Lunch"}})
        small.fill()
        with pytest.raises(OSError, match="No space"):
            await store.async_put({ANNA: {"choice": "x" * 5000}})
        assert store.get(ANNA) == {"choice": "Lunch"}
        assert told[-1] == Trouble(full=True, reason="ENOSPC")
        async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=61))
        await hass.async_block_till_done()
        assert told[-1] == Trouble(full=True, reason="ENOSPC")
        after = OfficeStore(hass, "entry")
        await after.async_load()
        assert after.get(ANNA) == {"choice": "Lunch"}
        await after.async_close()
        small.free()
        async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=122))
        await hass.async_block_till_done()
        assert told[-1] is None
        await store.async_put({ANNA: {"choice": "x" * 5000}})
        await store.async_close()


async def test_a_full_disk_at_the_start_keeps_what_was_stored_by_an_earlier_version(
    hass: HomeAssistant, config_dir: Path
) -> None:
    told: list[Trouble | None] = []
    with disk(config_dir / ".storage", 8) as small:
        old = b'{"version":1,"%s.planned":{"a":{"n":1},"b":{"n":2}}}\n' % ANNA.encode()
        journal(config_dir).write_bytes(old)
        small.fill()
        store = OfficeStore(hass, "entry", report=told.append)
        await store.async_load([ANNA])
        assert store.group(f"{ANNA}.planned") == {"a": {"n": 1}, "b": {"n": 2}}
        with pytest.raises(OSError, match="No space"):
            await store.async_put({f"{ANNA}.planned.a": None})
        assert journal(config_dir).read_bytes() == old
        assert told[-1] == Trouble(full=True, reason="ENOSPC")
        small.free()
        await store.async_put({f"{ANNA}.planned.a": None})
        assert told[-1] is None
        after = OfficeStore(hass, "entry")
        await after.async_load()
        assert after.group(f"{ANNA}.planned") == {"b": {"n": 2}}
        await store.async_close()
        await after.async_close()


async def test_a_long_journal_is_folded_and_says_the_same(
    hass: HomeAssistant, config_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = OfficeStore(hass, "entry")
    await store.async_load()
    monkeypatch.setattr(journal_module, "FOLD_LINES", 10)
    for number in range(25):
        await store.async_put({ANNA: {"n": number}})
    assert len(journal(config_dir).read_bytes().splitlines()) < 12
    after = OfficeStore(hass, "entry")
    await after.async_load()
    assert after.get(ANNA) == {"n": 24}


async def test_one_more_of_many_plans_writes_that_one_alone(
    hass: HomeAssistant, config_dir: Path
) -> None:
    store = OfficeStore(hass, "entry")
    await store.async_load()
    for number in range(498):
        plan = {"start": "2026-11-24T10:00:00+00:00", "info_text": "x" * 100}
        await store.async_put({f"{ANNA}.planned.planned-{number}": plan})
    assert journal(config_dir).stat().st_size < 200_000
    assert len(store.group(f"{ANNA}.planned")) == 498


async def test_the_file_is_for_its_owner_alone(
    hass: HomeAssistant, config_dir: Path
) -> None:
    store = OfficeStore(hass, "entry")
    await store.async_load()
    assert journal(config_dir).stat().st_mode & 0o077 == 0


async def test_closed_it_takes_nothing_and_removed_it_is_gone(
    hass: HomeAssistant, config_dir: Path
) -> None:
    store = OfficeStore(hass, "entry")
    await store.async_load()
    await store.async_close()
    with pytest.raises(OSError, match="closed"):
        await store.async_put({ANNA: {"n": 1}})
    journal(config_dir).with_name("xpresence.entry.journal.damaged-1").touch()
    await store.async_load()
    await store.async_remove()
    assert not list(journal(config_dir).parent.iterdir())


async def test_what_is_got_is_a_copy(hass: HomeAssistant, config_dir: Path) -> None:
    store = OfficeStore(hass, "entry")
    await store.async_load()
    await store.async_put({ANNA: {"n": 1}})
    store.get(ANNA)["n"] = 2
    assert store.get(ANNA) == {"n": 1}


async def test_who_is_forgotten_is_in_no_file_any_more(
    hass: HomeAssistant, config_dir: Path
) -> None:
    journal(config_dir).parent.mkdir()
    journal(config_dir).write_bytes(b'{"%s": garbage 01715550100' % ANNA.encode())
    store = OfficeStore(hass, "entry")
    await store.async_load([ANNA, BOB])
    await store.async_put({ANNA: {"n": "01715550100"}, f"{ANNA}.pc": {}, BOB: {"n": 1}})
    await store.async_forget(ANNA)
    for file in journal(config_dir).parent.iterdir():
        assert ANNA.encode() not in file.read_bytes()
        assert b"01715550100" not in file.read_bytes()
    assert set(store) == {BOB}


KINDS = {
    "": Fields({"n": whole, "inner": Whole(text, frozenset())}),
    "one": Whole(lambda record: whole(record["n"]), frozenset({"n"})),
    "many": Each(Whole(lambda record: whole(record["n"]), frozenset({"n"}))),
}


async def test_what_a_later_minor_version_added_is_kept(
    hass: HomeAssistant, config_dir: Path
) -> None:
    journal(config_dir).parent.mkdir()
    journal(config_dir).write_text(
        '{"version":2,"minor_version":2,"records":4}\n'
        f'{{"{ANNA}":{{"n":1,"mood":"good"}}}}\n'
        f'{{"{ANNA}.one.x":{{"n":1,"mood":"good"}}}}\n'
        f'{{"{ANNA}.many":{{"x":{{"n":1,"mood":"good"}},"y":{{"n":1}}}}}}\n'
        '{"moods":{"of":"everybody"}}\n'
    )
    store = OfficeStore(hass, "entry", KINDS)
    await store.async_load([ANNA])
    await store.async_put(
        {
            ANNA: {"n": 2},
            f"{ANNA}.one.x": {"n": 2},
            f"{ANNA}.many": {"x": {"n": 2}, "z": {"n": 2}},
        }
    )
    await store.async_close()
    after = OfficeStore(hass, "entry", KINDS)
    await after.async_load([ANNA])
    assert after.damage is None
    assert after.get(ANNA) == {"n": 2, "mood": "good"}
    assert after.get(f"{ANNA}.one.x") == {"n": 2, "mood": "good"}
    assert after.get(f"{ANNA}.many") == {"x": {"n": 2, "mood": "good"}, "z": {"n": 2}}
    assert after.get("moods") == {"of": "everybody"}
