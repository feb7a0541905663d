"""Whatever became of the journal: the administrator is told, and people work."""

from collections.abc import Callable
import json
import os
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xpresence.engine.journal import Journal
from custom_components.xpresence.engine.serialization import (
    facts_from_record,
    ledger_from_record,
    ledger_is_lost,
    noted_from_record,
)
from custom_components.xpresence.engine.store import OfficeStore
from custom_components.xpresence.inputs.stored_records import RECORD_TYPES
from tests.conftest import set_up
from tests.flows.repairs.test_repairs import answer, mend
from tests.office import ANNA, BOB, MEETING
from tests.pages import EN
from tests.test_coordinator import REDIRECT, act, choose, restarted, shown

from .full_disk import as_somebody_else, disk

type Records = dict[str, Any]
type Damage = Callable[[Path], None]
BOBS = "select.bob_profile"
DAMAGED = "journal_damaged"
LOST = "ledger_lost"


def file_of(hass: HomeAssistant, entry: MockConfigEntry) -> Path:
    return Path(hass.config.path(".storage", f"xpresence.{entry.entry_id}.journal"))


def words(hass: HomeAssistant) -> set[str]:
    """Return what the administrator reads, by its key; every text is there."""
    found = {
        issue.translation_key or ""
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == "xpresence" and issue.active
    }
    assert found <= EN["issues"].keys()
    return found


@pytest.fixture
async def entry(hass: HomeAssistant, own_folder: Path) -> MockConfigEntry:
    """Let Anna be in a meeting, which forwards her calls, and Bob plan one."""
    entry = await set_up(hass)
    await choose(hass, "Meeting")
    now = dt_util.utcnow()
    await act(
        hass,
        "plan_presence",
        entity_id=BOBS,
        profile="Meeting",
        start=now.replace(year=now.year + 1),
        end=now.replace(year=now.year + 2),
    )
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


async def started(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


# How a file is damaged


def rewritten(change: Callable[[Records], None]) -> Damage:
    """Return a damage to records, in a file that is otherwise well written."""

    def damage(path: Path) -> None:
        records: Records = {}
        for line in path.read_text().splitlines()[1:]:
            records |= json.loads(line)
        change(records)
        head = {"version": 2, "minor_version": 1, "records": len(records)}
        lines = [head, *({key: record} for key, record in records.items())]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))

    return damage


def person(field: str, value: Any) -> Damage:
    return rewritten(lambda records: records[ANNA].__setitem__(field, value))


def ledger(field: str, value: Any) -> Damage:
    return rewritten(lambda records: records[ANNA]["ledger"].__setitem__(field, value))


def record(key: str, value: Any) -> Damage:
    return rewritten(lambda records: records.__setitem__(key, value))


def plan(field: str, value: Any) -> Damage:
    def change(records: Records) -> None:
        (key,) = (key for key in records if ".planned." in key)
        records[key][field] = value

    return rewritten(change)


def content(change: Callable[[bytes], bytes]) -> Damage:
    return lambda path: path.write_bytes(change(path.read_bytes())) and None


def head(version: Any) -> Damage:
    return content(
        lambda old: json.dumps({"version": version}).encode() + old[old.index(b"\n") :]
    )


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def in_place(make: Callable[[Path], object]) -> Damage:
    """Return a damage that puts something else in the file's place."""

    def damage(path: Path) -> None:
        path.unlink()
        make(path)

    return damage


def between(old: bytes, new: bytes) -> Damage:
    def change(text: bytes) -> bytes:
        assert old in text
        return text.replace(old, new, 1)

    return content(change)


STORE = b'{"version": 1, "minor_version": 1, "key": "core.uuid", "data": {"uuid": "x"}}'
NAIVE = "2026-11-24T10:00:00"
WHOLE_FILE: dict[str, Damage] = {
    "empty": content(lambda old: b""),
    "half a file": content(lambda old: old[: len(old) // 2]),
    "cut in its head": content(lambda old: old[:7]),
    "cut after its head": content(lambda old: old[: old.index(b"\n") + 1]),
    "garbage": content(lambda old: b"\x8f\x00\xfe" * 1000),
    "blocks never written": content(lambda old: bytes(len(old))),
    "another file of Home Assistant": content(lambda old: STORE),
    "the same, on many lines": content(
        lambda old: json.dumps(json.loads(STORE), indent=2).encode()
    ),
    "a list": content(lambda old: b"[1, 2, 3]\n"),
    "a text": content(lambda old: b'"journal"\n'),
    "null": content(lambda old: b"null\n"),
    "a number behind it": content(lambda old: old + b"7\n"),
    "one bottomless list": content(lambda old: b"[" * 200_000),
    "text of another encoding": content(
        lambda old: old.decode().replace('"extension"', '"Änderung"').encode("latin-1")
    ),
    "in UTF-16 without its mark": content(lambda old: old.decode().encode("utf-16-be")),
    "a folder": in_place(lambda path: path.mkdir()),
    "a folder with files": in_place(
        lambda path: (path.mkdir(), (path / "x").write_text("x"))
    ),
    "a pipe": in_place(os.mkfifo),
    "a link to nowhere": in_place(lambda path: path.symlink_to("/nowhere/journal")),
    "a link to itself": in_place(lambda path: path.symlink_to(path)),
    "a device": in_place(lambda path: path.symlink_to("/dev/zero")),
}
"""Nothing, or not all, of what was stored is left: of nobody is it known what stands."""
LEDGERS: dict[str, Damage] = {
    "a person's record broken": between(b'"extension":"100"', b'"extension":"10'),
    "a person's record cut off": between(b'"extension":"100",', b"\n"),
    "invalid UTF-8 in it": between(b'"extension":"100"', b'"extension":"\xff\xfe"'),
    "NUL bytes in it": between(b'"extension":"100"', b'"extension":"1\0\0"'),
    "half a character in it": between(b'"extension":"100"', b'"extension":"\\ud800"'),
    "a person's record a list": record(ANNA, [1]),
    "a person's record a text": record(ANNA, "Meeting"),
    "extension a number": person("extension", 100),
    "extension nothing": person("extension", None),
    "ledger nothing": person("ledger", None),
    "ledger a text": person("ledger", "mine"),
    "ledger a list": person("ledger", []),
    "base a list": ledger("base", ["unconditional"]),
    "base a text": ledger("base", "off"),
    "base of an unknown part": ledger("base", {"by_pigeon": None}),
    "base of another type": ledger("base", {"unconditional": 5}),
    "base a destination without number": ledger(
        "base", {"unconditional": {"kind": "number"}}
    ),
    "base of an unknown kind": ledger(
        "base", {"unconditional": {"kind": "pigeon", "number": "1"}}
    ),
    "ring seconds a text": ledger("base", {"ring_seconds": "many"}),
    "ring seconds yes": ledger("base", {"ring_seconds": True}),
    "ring seconds negative": ledger("base", {"ring_seconds": -1}),
    "ring seconds huge": ledger("base", {"ring_seconds": 10**300}),
    "ring seconds not a number": ledger("base", {"ring_seconds": float("nan")}),
    "ring seconds without end": ledger("base", {"ring_seconds": float("inf")}),
    "do not disturb a number": ledger("base", {"do_not_disturb": 1}),
    "held a number": ledger("held", 7),
    "claim a list": ledger("claim", ["manual"]),
    "mode unknown": ledger("mode", "sideways"),
    "wrote nothing": ledger("wrote", None),
    "taken a text": ledger("taken", "unconditional"),
    "taken unknown": ledger("taken", ["by_pigeon"]),
    "asked a number": ledger("asked", 1234567890),
    "asked no date": ledger("asked", "yesterday"),
    "asked without a zone": ledger("asked", NAIVE),
    "echoes fields": ledger("echoes", {}),
    "an echo a text": ledger("echoes", ["x"]),
    "an echo without its time": ledger("echoes", [{"setting": {}, "sent": True}]),
    "own redirects a text": ledger("own", "mine"),
    "an own redirect's end without a zone": ledger(
        "own", [{"setting": {}, "before": {}, "until": NAIVE}]
    ),
    "nested too deep": ledger("base", nested(100)),
}
"""Of Anna it is not known any more whose redirect stands; of Bob it is."""
OTHERS: dict[str, Damage] = {
    "begins with blocks never written": content(lambda old: bytes(512) + old),
    "version a text": head("2"),
    "version a fraction": head(2.5),
    "version yes": head(bool(1)),
    "version nothing": head(None),
    "version negative": head(-1),
    "version zero": head(0),
    "version a list": head([2]),
    "version not a number": head(float("nan")),
    "version without end": between(b'"version":2', b'"version":' + b"9" * 5000),
    "choice a text": person("choice", "Meeting"),
    "choice a list": person("choice", []),
    "choice without a profile": person("choice", {"at": "2026-11-24T10:00:00+00:00"}),
    "choice of a number": person(
        "choice", {"profile": 1, "at": "2026-11-24T10:00:00+00:00"}
    ),
    "choice without its time": person("choice", {"profile": MEETING}),
    "choice without a zone": person("choice", {"profile": MEETING, "at": NAIVE}),
    "choice with an end without a zone": person(
        "choice",
        {"profile": MEETING, "at": "2026-11-24T10:00:00+00:00", "until": NAIVE},
    ),
    "choice with an unknown ending": person(
        "choice",
        {"profile": MEETING, "at": "2026-11-24T10:00:00+00:00", "ending": "never"},
    ),
    "automatic a text": person("automatic", "yes"),
    "automatic nothing": person("automatic", None),
    "note a text": person("note", "Room 3"),
    "note of three": person("note", ["Room 3", "x", "y"]),
    "paused a number": person("paused", 5),
    "paused of lists": person("paused", [[]]),
    "activated a list": person("activated", []),
    "redirected since a number": person("redirect_since", 12.5),
    "follow-up since no date": person("wrap_up_since", "2026-13-45"),
    "plans a list": record(f"{BOB}.planned.x", [1, 2]),
    "a plan without an end": plan("end", None),
    "a plan without a zone": plan("start", NAIVE),
    "a plan of a number": plan("profile", 12),
    "a plan's text a list": plan("info_text", ["x"]),
    "a PC a list": record(f"{ANNA}.pc", []),
    "a PC's statement a number": record(f"{ANNA}.pc", {"running": 1}),
    "a PC's statement of two": record(f"{ANNA}.pc", {"locked": [True, NAIVE]}),
    "a PC's absence of three": record(f"{ANNA}.pc", {"absence": [None, None, None]}),
    "a PC's entities a list": record(f"{ANNA}.pc", {"entities": ["x"]}),
    "rules a text": record(f"{ANNA}.rules", "x"),
    "a rule a text": record(f"{ANNA}.rules", {"camera": "on"}),
    "a rule met by a text": record(
        f"{ANNA}.rules", {"camera": {"about": ["x"], "met": "now"}}
    ),
    "calendars a list": record(f"{ANNA}.calendars", []),
    "a calendar a number": record(f"{ANNA}.calendars", {"one": 5}),
    "a calendar's appointments of three": record(
        f"{ANNA}.calendars",
        {"one": {"read_at": "2026-11-24T10:00:00+00:00", "coming": [["a", "b", "c"]]}},
    ),
    "a calendar read without a zone": record(
        f"{ANNA}.calendars", {"one": {"read_at": NAIVE, "coming": []}}
    ),
    "Teams a list": record(f"{ANNA}.teams", []),
    "Teams' call a text": record(f"{ANNA}.teams", {"call": "since noon"}),
    "Teams' session without a zone": record(f"{ANNA}.teams", {"session_until": NAIVE}),
    "Teams' presence of numbers": record(
        f"{ANNA}.teams", {"shown": {"availability": 1, "activity": 2}}
    ),
    "lines a list": record("lines", ["100"]),
    "a line a text": record("lines", {"100": "off", "101": {"setting": {}}}),
    "a line of an unknown part": record(
        "lines", {"100": {"setting": {"by_pigeon": None}, "agent": {}}}
    ),
    "a line's agent unknown": record(
        "lines", {"100": {"setting": {}, "agent": {"400": "asleep"}}}
    ),
    "a line's destination of one": record(
        "lines", {"100": {"setting": {"unconditional": ["number"]}, "agent": {}}}
    ),
    "a foreign record": record("somebody_elses", {"x": 1}),
    "not a number anywhere": record(f"{ANNA}.pc", {"locked": [float("nan"), "", None]}),
}
"""Something is lost, and no redirect is in doubt."""


EVERYTHING = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"


def some(damages: dict[str, Damage], *names: str) -> Any:
    """Return those that a whole Home Assistant is started with; at night all."""
    chosen = damages if EVERYTHING else {name: damages[name] for name in names}
    return pytest.mark.parametrize("damage", chosen.values(), ids=chosen)


async def bob_works(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Bob chooses, and finds his choice again."""
    assert entry.state is ConfigEntryState.LOADED
    await choose(hass, "Meeting", BOBS)
    await restarted(hass, entry)
    assert shown(hass, BOBS).state == "Meeting"
    assert shown(hass, "select.anna_profile").state in ("Available", "Meeting")


@pytest.mark.parametrize("damage", WHOLE_FILE.values(), ids=WHOLE_FILE)
async def test_a_file_that_says_nothing_leaves_everybodys_redirect_alone(
    hass: HomeAssistant, entry: MockConfigEntry, damage: Damage
) -> None:
    path = file_of(hass, entry)
    damage(path)
    await started(hass, entry)
    assert words(hass) == {DAMAGED, LOST}
    for person_id in (ANNA, BOB):
        assert entry.runtime_data.people[person_id].loop.undecided
    issue = ir.async_get(hass).async_get_issue(
        "xpresence", f"{DAMAGED}_{entry.entry_id}"
    )
    assert issue is not None
    assert issue.translation_placeholders is not None
    kept = path.with_name(issue.translation_placeholders["file"])
    assert os.path.lexists(kept)
    assert issue.translation_placeholders["people"] == "Anna, Bob"
    await bob_works(hass, entry)
    assert shown(hass, "sensor.bob_redirect").state != "active"


@pytest.mark.parametrize(
    ("damages", "lost"), [(LEDGERS, True), (OTHERS, False)], ids=["ledger", "other"]
)
async def test_each_damaged_record_is_noticed_and_its_neighbours_are_whole(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    damages: dict[str, Damage],
    lost: bool,
    subtests: pytest.Subtests,
) -> None:
    path = file_of(hass, entry)
    whole = path.read_bytes()
    for name, damage in damages.items():
        with subtests.test(name):
            path.write_bytes(whole)
            damage(path)
            store = OfficeStore(hass, entry.entry_id, RECORD_TYPES)
            await store.async_load([ANNA, BOB])
            assert store.damage is not None
            assert ledger_is_lost(store.get(ANNA)) is lost
            assert not ledger_is_lost(store.get(BOB))
            for person_id, extension in ((ANNA, "100"), (BOB, "101")):
                # What is left can be read: none of these raises.
                left = store.get(person_id)
                facts_from_record(person_id, left)
                noted_from_record(left)
                ledger_from_record(left, extension)
            await store.async_close()
            again = OfficeStore(hass, entry.entry_id, RECORD_TYPES)
            await again.async_load([ANNA, BOB])
            assert again.damage is None
            assert {key: again.get(key) for key in again} == {
                key: store.get(key) for key in store
            }
            await again.async_close()


@some(
    LEDGERS,
    "a person's record cut off",
    "half a character in it",
    "extension nothing",
    "ledger nothing",
    "asked without a zone",
)
async def test_with_a_damaged_ledger_nothing_is_written_for_that_person(
    hass: HomeAssistant, entry: MockConfigEntry, damage: Damage
) -> None:
    damage(file_of(hass, entry))
    await started(hass, entry)
    assert words(hass) == {DAMAGED, LOST}
    people = entry.runtime_data.people
    assert [p for p in people if people[p].loop.undecided] == [ANNA]
    await choose(hass, "Available")
    assert shown(hass, REDIRECT).attributes["target"] == "Voicemail"
    assert len(entry.runtime_data.store.group(f"{BOB}.planned")) == 1
    await bob_works(hass, entry)
    assert shown(hass, "sensor.bob_redirect").state == "active"
    assert LOST in words(hass)


@some(
    OTHERS,
    "version a text",
    "choice a list",
    "choice without a zone",
    "plans a list",
    "a PC's statement of two",
    "a rule a text",
    "a calendar a number",
    "Teams' call a text",
    "a line a text",
    "a foreign record",
)
async def test_anything_else_that_is_damaged_costs_itself(
    hass: HomeAssistant, entry: MockConfigEntry, damage: Damage
) -> None:
    damage(file_of(hass, entry))
    await started(hass, entry)
    assert words(hass) == {DAMAGED}
    await choose(hass, "Training")
    await choose(hass, "Available")
    assert shown(hass, REDIRECT).state == "off"
    await bob_works(hass, entry)
    assert shown(hass, "sensor.bob_redirect").state == "active"


@pytest.mark.parametrize(
    "field",
    ["base", "held", "claim", "mode", "wrote", "taken", "asked", "echoes", "own"],
)
async def test_a_field_that_an_earlier_version_did_not_store_has_its_default(
    hass: HomeAssistant, entry: MockConfigEntry, field: str
) -> None:
    rewritten(lambda records: records[ANNA]["ledger"].pop(field))(file_of(hass, entry))
    await started(hass, entry)
    assert not words(hass)
    assert shown(hass, "select.anna_profile").state == "Meeting"
    await choose(hass, "Available")
    assert shown(hass, REDIRECT).state in ("active", "off")
    await bob_works(hass, entry)


async def test_a_person_of_whom_only_the_extension_is_stored_has_every_default(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    record(ANNA, {"extension": "100"})(file_of(hass, entry))
    await started(hass, entry)
    assert not words(hass)
    assert shown(hass, "select.anna_profile").state == "Available"


async def test_what_names_a_profile_that_is_gone_lets_people_work(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    gone = "01PROFILEGONE0000000000000"
    person("choice", {"profile": gone, "at": "2026-11-24T10:00:00+00:00"})(
        file_of(hass, entry)
    )
    plan("profile", gone)(file_of(hass, entry))
    ledger("held", gone)(file_of(hass, entry))
    await started(hass, entry)
    assert shown(hass, "select.anna_profile").state == "Available"
    assert shown(hass, REDIRECT).state == "off"
    told = await hass.services.async_call(
        "xpresence",
        "explain",
        {"entity_id": "select.anna_profile", "language": "en"},
        blocking=True,
        return_response=True,
    )
    assert "no longer" in json.dumps(told) or "gone" in json.dumps(told)
    await bob_works(hass, entry)


# A later version


@pytest.mark.parametrize("version", [3, 99, 10**6])
async def test_what_a_later_version_stored_is_not_touched(
    hass: HomeAssistant, entry: MockConfigEntry, version: int
) -> None:
    path = file_of(hass, entry)
    head(version)(path)
    before = path.read_bytes()
    await started(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "stored_by_newer"
    assert words(hass) == {"journal_newer"}
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.glob("xpresence.*journal*")] == [path.name]
    head(2)(path)
    content(lambda old: old.replace(b'{"version": 2}', b'{"version":2,"records":0}'))(
        path
    )
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert "journal_newer" not in words(hass)
    assert shown(hass, "select.anna_profile").state == "Meeting"


# A file that may not be read or written


async def test_a_file_of_somebody_else_is_kept_and_people_work(
    hass: HomeAssistant, entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file_of(hass, entry)
    before = path.read_bytes()
    path.chmod(0)
    # As root everything may be read: for this one call as somebody who is not.
    monkeypatch.setattr(Journal, "read", as_somebody_else(Journal.read))
    path.parent.parent.chmod(0o755)
    for folder in (path, *path.parents):
        if folder != path and folder.owner() == "root":
            folder.chmod(folder.stat().st_mode | 0o011)
    await started(hass, entry)
    assert words(hass) == {DAMAGED, LOST}
    (kept,) = path.parent.glob("*.damaged-1")
    assert kept.read_bytes() == before
    monkeypatch.undo()
    await bob_works(hass, entry)


async def test_on_a_full_disk_people_see_and_are_told_and_go_on_afterwards(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    path = file_of(hass, entry)
    stored = path.read_bytes()
    with disk(path.parent, 16) as small:
        path.write_bytes(stored)
        small.fill()
        path.write_bytes(stored + b" " * (4096 - len(stored) % 4096 - 1) + b"\n")
        await started(hass, entry)
        assert shown(hass, "select.anna_profile").state == "Meeting"
        with pytest.raises(HomeAssistantError) as caught:
            await act(hass, "set_profile", profile="Training", info_text="x" * 255)
        assert caught.value.translation_key == "not_saved"
        assert words(hass) == {"disk_full"}
        small.free()
        await choose(hass, "Training")
        assert not words(hass)
        await restarted(hass, entry)
        assert shown(hass, "select.anna_profile").state == "Training"
        await hass.config_entries.async_unload(entry.entry_id)


# Whose redirect stands


async def whose(hass: HomeAssistant, said: str) -> None:
    page = await mend(hass, f"{LOST}_{ANNA}")
    assert page["type"] is FlowResultType.MENU
    page = await answer(hass, page, {"next_step_id": said})
    assert page["type"] is FlowResultType.FORM
    page = await answer(hass, page, {})
    assert page["type"] is FlowResultType.CREATE_ENTRY
    assert LOST not in words(hass)


@pytest.fixture
async def undecided(hass: HomeAssistant, entry: MockConfigEntry) -> MockConfigEntry:
    """Damage Anna's ledger while she is in a meeting."""
    ledger("base", "off")(file_of(hass, entry))
    await started(hass, entry)
    return entry


@pytest.mark.usefixtures("undecided")
async def test_a_profiles_redirect_ends_with_the_profile(hass: HomeAssistant) -> None:
    await whose(hass, "of_profile")
    assert shown(hass, REDIRECT).attributes["target"] == "Voicemail"
    assert shown(hass, REDIRECT).attributes["set_by"] == "profile"
    await choose(hass, "Available")
    assert shown(hass, REDIRECT).state == "off"


@pytest.mark.usefixtures("undecided")
async def test_a_profiles_redirect_ends_at_once_where_none_holds_one(
    hass: HomeAssistant,
) -> None:
    await choose(hass, "Available")
    assert shown(hass, REDIRECT).attributes["target"] == "Voicemail"
    await whose(hass, "of_profile")
    assert shown(hass, REDIRECT).state == "off"


@pytest.mark.usefixtures("undecided")
async def test_the_phones_own_redirect_comes_back_after_the_profile(
    hass: HomeAssistant,
) -> None:
    await whose(hass, "of_phone")
    await choose(hass, "Training")
    assert shown(hass, REDIRECT).attributes["target"] == "Bob"
    await choose(hass, "Available")
    assert shown(hass, REDIRECT).attributes["target"] == "Voicemail"


async def test_what_was_answered_holds_after_a_restart(
    hass: HomeAssistant, undecided: MockConfigEntry
) -> None:
    await restarted(hass, undecided)
    assert LOST in words(hass)
    await whose(hass, "of_profile")
    await restarted(hass, undecided)
    assert LOST not in words(hass)
    await choose(hass, "Available")
    assert shown(hass, REDIRECT).state == "off"


@pytest.mark.usefixtures("undecided")
@pytest.mark.parametrize("mode", ["forward", "off", "unchanged"])
async def test_an_own_redirect_waits_for_the_answer(
    hass: HomeAssistant, mode: str
) -> None:
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "set_redirect", mode=mode, target="Bob")
    assert caught.value.translation_key == "redirect_undecided"
    assert shown(hass, REDIRECT).attributes["target"] == "Voicemail"


async def test_who_leaves_undecided_leaves_the_redirect_and_that_is_told(
    hass: HomeAssistant, undecided: MockConfigEntry
) -> None:
    hass.config_entries.async_remove_subentry(undecided, ANNA)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert words(hass) == {DAMAGED, "release_failed"}


async def test_a_phone_system_removed_undecided_says_what_was_left(
    hass: HomeAssistant, undecided: MockConfigEntry
) -> None:
    folder = file_of(hass, undecided).parent
    await hass.config_entries.async_remove(undecided.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert words(hass) == {"release_failed"}
    assert not list(folder.glob("xpresence.*"))
