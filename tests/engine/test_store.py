"""The journal: what is put is on the disk, whatever happens next."""

from pathlib import Path
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest

from custom_components.xpresence.engine import store as store_module
from custom_components.xpresence.engine.store import OfficeStore


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
    await before.async_put({"anna": {"choice": "Lunch"}, "bob": {"x": 1}})
    await before.async_put({"bob": None})
    # No closing: the process is gone.
    after = OfficeStore(hass, "entry")
    await after.async_load()
    assert after.get("anna") == {"choice": "Lunch"}
    assert set(after) == {"anna"}


async def test_a_line_that_a_crash_cut_short_never_took_effect(
    hass: HomeAssistant, config_dir: Path
) -> None:
    before = OfficeStore(hass, "entry")
    await before.async_load()
    await before.async_put({"anna": {"choice": "Lunch"}})
    with journal(config_dir).open("ab") as file:
        file.write(b'{"anna": {"choi')
    after = OfficeStore(hass, "entry")
    await after.async_load()
    assert after.get("anna") == {"choice": "Lunch"}
    await after.async_put({"anna": {"choice": "Meeting"}})
    again = OfficeStore(hass, "entry")
    await again.async_load()
    assert again.get("anna") == {"choice": "Meeting"}


async def test_a_full_disk_changes_nothing_and_says_so(
    hass: HomeAssistant, config_dir: Path
) -> None:
    store = OfficeStore(hass, "entry")
    await store.async_load()
    await store.async_put({"anna": {"choice": "Lunch"}})
    with (
        patch.object(store_module.os, "fdatasync", side_effect=OSError(28, "full")),
        pytest.raises(OSError, match="full"),
    ):
        await store.async_put({"anna": {"choice": "Meeting"}})
    assert store.get("anna") == {"choice": "Lunch"}
    after = OfficeStore(hass, "entry")
    await after.async_load()
    assert after.get("anna") == {"choice": "Lunch"}


async def test_half_a_line_on_a_full_disk_is_taken_back(
    hass: HomeAssistant, config_dir: Path
) -> None:
    store = OfficeStore(hass, "entry")
    await store.async_load()
    whole = store_module.os.write

    def half(file: int, data: bytes) -> int:
        return whole(file, data[: len(data) // 2])

    with (
        patch.object(store_module.os, "write", side_effect=half),
        pytest.raises(OSError, match="only a part"),
    ):
        await store.async_put({"anna": {"choice": "Meeting"}})
    await store.async_put({"anna": {"choice": "Lunch"}})
    after = OfficeStore(hass, "entry")
    await after.async_load()
    assert after.get("anna") == {"choice": "Lunch"}


async def test_a_long_journal_is_folded_and_says_the_same(
    hass: HomeAssistant, config_dir: Path
) -> None:
    store = OfficeStore(hass, "entry")
    await store.async_load()
    with patch.object(store_module, "FOLD_AFTER", 10):
        for number in range(25):
            await store.async_put({"anna": {"n": number}})
    assert len(journal(config_dir).read_bytes().splitlines()) < 10
    after = OfficeStore(hass, "entry")
    await after.async_load()
    assert after.get("anna") == {"n": 24}


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
        await store.async_put({"anna": {}})
    await store.async_load()
    await store.async_remove()
    assert not journal(config_dir).exists()


async def test_what_is_got_is_a_copy(hass: HomeAssistant, config_dir: Path) -> None:
    store = OfficeStore(hass, "entry")
    await store.async_load()
    await store.async_put({"anna": {"n": 1}})
    store.get("anna")["n"] = 2
    assert store.get("anna") == {"n": 1}
