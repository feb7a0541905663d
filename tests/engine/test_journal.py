"""The journal file: what it says after a crash, on a full disk, and when it is long."""

import contextlib
import errno
import json
import os
from pathlib import Path
import random
import signal
import subprocess
import sys
import time

import pytest

from custom_components.xpresence.engine import journal as journal_module
from custom_components.xpresence.engine.journal import (
    FOLD_BYTES,
    Journal,
)
from custom_components.xpresence.engine.journal_reader import Contents, Newer
from tests.office import ANNA, BOB

from . import crash
from .full_disk import disk

PACKAGE = Path(journal_module.__file__).parents[1]
HEAD = b'{"version":2,"minor_version":1,"records":2}\n'
A = b'{"%s":{"n":1}}\n' % ANNA.encode()
B = b'{"%s":{"n":2}}\n' % BOB.encode()
LATER = b'{"%s":{"n":3}}\n' % ANNA.encode()


def read(path: Path, *people: str) -> Contents:
    return Journal(path).read(people or (ANNA, BOB))


def made(path: Path, records: dict[str, dict[str, object]]) -> Journal:
    journal = Journal(path)
    journal.read(())
    journal.fold(records)
    return journal


# What a file says


@pytest.mark.parametrize(
    ("content", "records", "lost", "doubtful"),
    [
        pytest.param(HEAD + A + B, {ANNA, BOB}, set(), set(), id="whole"),
        pytest.param(HEAD + A + B + LATER[:9], {ANNA, BOB}, set(), set(), id="torn"),
        pytest.param(
            HEAD + A + B + bytes(512),
            {ANNA, BOB},
            set(),
            set(),
            id="blocks-not-written",
        ),
        pytest.param(HEAD + A + B[:9], {ANNA}, set(), {ANNA, BOB}, id="cut-in-fold"),
        pytest.param(HEAD + A, {ANNA}, set(), {ANNA, BOB}, id="cut-between-records"),
        pytest.param(
            HEAD + A[:-4] + b"}}\n" + B, {BOB}, {ANNA}, {ANNA}, id="one-record-broken"
        ),
        pytest.param(
            HEAD + A + B + b"garbage\n" + B, {ANNA, BOB}, set(), {ANNA}, id="garbage"
        ),
        pytest.param(
            HEAD + A + B + LATER[:-4] + b"\n" + B,
            {BOB},
            {ANNA},
            {ANNA},
            id="a-later-record-broken",
        ),
        pytest.param(
            HEAD + A + B + LATER[:-4] + b"\n" + LATER,
            {ANNA, BOB},
            set(),
            {BOB},
            id="broken-and-written-again",
        ),
        pytest.param(b"", set(), set(), {ANNA, BOB}, id="empty"),
        pytest.param(
            b'{"key":"x","data":{}}\n', set(), set(), {ANNA, BOB}, id="foreign"
        ),
    ],
)
def test_a_damaged_file_says_what_of_it_is_to_be_relied_upon(
    tmp_path: Path,
    content: bytes,
    records: set[str],
    lost: set[str],
    doubtful: set[str],
) -> None:
    path = tmp_path / "journal"
    path.write_bytes(content)
    found = read(path)
    assert found.records.keys() == records
    assert found.lost == lost
    assert found.doubtful == doubtful
    assert found.damaged is bool(lost or doubtful)


@pytest.mark.parametrize("version", [3, 99, 10**9 - 1])
@pytest.mark.parametrize("rest", [b',"x":1}\n', b',"01PER', b"}\n" + A])
def test_a_newer_file_is_not_touched(tmp_path: Path, version: int, rest: bytes) -> None:
    path = tmp_path / "journal"
    content = b'{"version":%d' % version + rest
    path.write_bytes(content)
    with pytest.raises(Newer):
        read(path)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_a_newer_minor_version_stays_one(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    head = b'{"version":2,"minor_version":7,"records":3}\n'
    path.write_bytes(head + A + B + b'{"moods":{"x":1}}\n')
    journal = Journal(path)
    found = journal.read((ANNA, BOB))
    assert not found.damaged
    journal.fold(found.records)
    again = read(path)
    assert (again.version, again.records["moods"]) == ((2, 7), {"x": 1})


# Long


def test_a_journal_is_folded_by_lines_and_by_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "FOLD_LINES", 20)
    journal = made(tmp_path / "journal", {})
    journal.append({ANNA: {"text": "x" * FOLD_BYTES}})
    assert journal.is_long
    journal.fold({ANNA: {"n": 1}})
    assert not journal.is_long
    for number in range(20):
        journal.append({ANNA: {"n": number}})
    assert journal.is_long


def test_what_is_large_in_itself_is_not_folded_at_every_change(tmp_path: Path) -> None:
    large: dict[str, dict[str, object]] = {ANNA: {"text": "x" * FOLD_BYTES}}
    journal = made(tmp_path / "journal", large)
    journal.append(large)
    assert not journal.is_long


# A full disk


def test_a_fold_on_a_nearly_full_disk_leaves_the_file_in_use(tmp_path: Path) -> None:
    people: dict[str, dict[str, object]] = {ANNA: {"text": "x" * 6 * 4096}}
    with disk(tmp_path / "disk", 16) as small:
        journal = made(small.folder / "journal", people)
        small.fill(but=3 * 4096)
        for number in range(20):
            with pytest.raises(OSError, match="No space") as caught:
                journal.fold(people)
            assert caught.value.errno == errno.ENOSPC
            journal.append({BOB: {"n": number}})
        assert [path.name for path in small.folder.glob("journal*")] == ["journal"]
        found = read(small.folder / "journal")
        assert found.records == people | {BOB: {"n": 19}}
        assert not found.damaged
        small.free()
        journal.fold(found.records)
        assert read(small.folder / "journal").records == found.records


def test_what_does_not_fit_any_more_was_never_written(tmp_path: Path) -> None:
    with disk(tmp_path / "disk", 8) as small:
        journal = made(small.folder / "journal", {ANNA: {"n": 1}})
        small.fill()
        written = 0
        with contextlib.suppress(OSError):
            while written < 10:
                journal.append({BOB: {"n": written, "text": "x" * 1000}})
                written += 1
        assert 0 < written < 10
        size = (small.folder / "journal").stat().st_size
        with pytest.raises(OSError, match="No space"):
            journal.append({BOB: {"n": -1, "text": "x" * 5000}})
        assert (small.folder / "journal").stat().st_size == size
        assert read(small.folder / "journal").records[BOB]["n"] == written - 1
        small.free()
        journal.append({BOB: {"n": 0}})
        assert read(small.folder / "journal").records[BOB] == {"n": 0}


def test_after_a_failed_flush_the_file_is_written_anew_before_anything_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = made(tmp_path / "journal", {ANNA: {"n": 1}})

    def broken(_file: int) -> None:
        raise OSError(errno.EIO, "no answer from the disk")

    with monkeypatch.context() as patch:
        # A disk that fails cannot be had; the kernel may have dropped what it held.
        patch.setattr(os, "fdatasync", broken)
        with pytest.raises(OSError, match="no answer"):
            journal.append({ANNA: {"n": 2}})
    with pytest.raises(OSError, match="closed"):
        journal.append({ANNA: {"n": 3}})
    journal.fold({ANNA: {"n": 1}})
    journal.append({ANNA: {"n": 3}})
    assert read(tmp_path / "journal").records == {ANNA: {"n": 3}}


# Killed


def writing(path: Path, step: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-I", crash.__file__, str(PACKAGE), str(path), str(step)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def acknowledged(told: str) -> int:
    return max((int(line) for line in told.splitlines() if line.isdecimal()), default=0)


def test_killed_at_any_step_of_a_fold_or_an_append_nothing_told_is_lost(
    tmp_path: Path,
) -> None:
    path = tmp_path / "journal"
    known = 0
    for step in range(1, 18):
        process = writing(path, step)
        told, _ = process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
        known = max(known, acknowledged(told))
        found = read(path)
        number = found.records.get(ANNA, {"number": 0})["number"]
        assert not found.damaged
        assert number >= known
        if number:
            assert found.records[f"{ANNA}.planned.{number % 5}"] == {"n": number}
    assert known > 10


def test_killed_at_any_moment_nothing_told_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    known, chance = 0, random.Random(16)
    for _ in range(6):
        process = writing(path, 0)
        assert process.stdout is not None
        # Not before it writes, however long it takes to start on a busy machine.
        told = process.stdout.readline()
        time.sleep(chance.random() / 10)
        process.kill()
        told += process.communicate(timeout=60)[0]
        known = max(known, acknowledged(told))
        found = read(path)
        assert not found.damaged
        assert found.records.get(ANNA, {"number": 0})["number"] >= known
    assert known > 0


# Setting aside


def test_damaged_files_are_kept_but_not_without_end(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    for number in range(9):
        path.unlink(missing_ok=True)
        path.write_text(f"garbage {number}")
        Journal(path).set_aside()
    kept = Journal(path).aside()
    assert [one.read_text() for one in kept] == [f"garbage {n}" for n in range(4, 9)]


def test_where_a_file_cannot_have_two_names_it_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_paths: Path) -> None:
        raise OSError(errno.EPERM, "one name is enough")

    # As on a FAT or a share; none is to be had here.
    monkeypatch.setattr(os, "link", refused)
    path = tmp_path / "journal"
    path.write_text("garbage")
    Journal(path).set_aside()
    (kept,) = Journal(path).aside()
    assert kept.read_text() == "garbage"
    assert kept.stat().st_mode & 0o077 == 0


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    there = tmp_path / "elsewhere" / "journal"
    there.parent.mkdir()
    there.write_bytes(HEAD + A + B)
    path = tmp_path / "journal"
    path.symlink_to(there)
    journal = Journal(path)
    journal.fold(journal.read((ANNA, BOB)).records)
    journal.append({ANNA: {"n": 9}})
    assert path.is_symlink()
    assert json.loads(there.read_bytes().splitlines()[-1]) == {ANNA: {"n": 9}}
