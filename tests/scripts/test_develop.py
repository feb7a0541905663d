"""Home Assistant restarts after a save, and not on what cannot be run."""

import asyncio
from pathlib import Path

import pytest

from script.develop import broken, differing, look, saved

pytestmark = pytest.mark.asyncio


async def test_files_saved_one_after_the_other_are_one_change(tmp_path: Path) -> None:
    (first := tmp_path / "first.py").write_text("")
    (gone := tmp_path / "gone.py").write_text("")
    before = look(tmp_path)
    waiting = asyncio.create_task(saved(tmp_path, before))
    await asyncio.sleep(0.2)
    first.write_text("a = 1")
    gone.unlink()
    await asyncio.sleep(0.6)
    (new := tmp_path / "new.json").write_text("{}")
    after = await asyncio.wait_for(waiting, 30)
    assert differing(before, after) == [first, gone, new]


async def test_what_nobody_loads_changes_nothing(tmp_path: Path) -> None:
    before = look(tmp_path)
    (tmp_path / "notes.txt").write_text("")
    assert look(tmp_path) == before


async def test_a_file_that_cannot_be_run_is_named_with_its_line(tmp_path: Path) -> None:
    (good := tmp_path / "good.py").write_text("a = 1\n")
    (bad := tmp_path / "bad.py").write_text("a = 1\ndef:\n")
    removed = tmp_path / "removed.py"
    assert not broken([good, removed])
    assert broken([good, bad]).startswith("bad.py, line 2: ")
