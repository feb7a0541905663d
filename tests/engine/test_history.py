"""A person's history: off until the office and the person want it, and theirs alone."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    async_fire_time_changed,
)

from custom_components.xpresence.engine import history_file as module
from custom_components.xpresence.engine.history import path_of
from custom_components.xpresence.presence.line import Destination, DestinationKind
from tests.office import ANNA, BOB
from tests.recording import Recording, recording
from tests.team import Team, set_up_team
from tests.test_coordinator import SELECT

DAYS = {"history_days": 7, "country_code": "49"}


class Office:
    """An office whose people may let their history be kept, and Anna's calls on it."""

    def __init__(self, hass: HomeAssistant, team: Team, system: Recording) -> None:
        self.hass = hass
        self.team = team
        self.system = system

    async def settle(self) -> None:
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def act(self, action: str, by: str | None = "anna", **said: Any) -> Any:
        answers = action == "get_history"
        answer = await self.hass.services.async_call(
            "xpresence",
            action,
            {"entity_id": SELECT, **said},
            blocking=True,
            return_response=answers,
            context=self.team.context(by) if by else Context(),
        )
        await self.settle()
        return answer

    async def keep(self, **said: Any) -> None:
        await self.act("keep_history", keep=True, **said)

    async def history(self, by: str | None = "anna", **said: Any) -> dict[str, Any]:
        answer = await self.act("get_history", by, **said)
        told: dict[str, Any] = answer["people"][0]
        return told

    async def told(self, by: str = "anna") -> list[str]:
        return [one["text"] for one in (await self.history(by))["changes"]]

    async def options(self, **changed: Any) -> None:
        entry = self.team.entry
        options = {**entry.options, **changed}
        self.hass.config_entries.async_update_entry(entry, options=options)
        await self.settle()

    @property
    def file(self) -> Path:
        return path_of(self.hass, self.team.entry.entry_id, ANNA)


@pytest.fixture
async def office(
    hass: HomeAssistant, own_folder: object, monkeypatch: pytest.MonkeyPatch
) -> Office:
    made = recording(monkeypatch)
    team = await set_up_team(hass, options=DAYS)
    office = Office(hass, team, made[-1])
    await office.settle()
    return office


async def test_nothing_is_recorded_before_the_person_wants_it(office: Office) -> None:
    await office.act("set_profile", profile="Meeting")
    told = await office.history()
    assert (told["days"], told["kept"], told["shown_to"]) == (7, False, "owner")
    assert (told["profiles"], told["calls"], told["changes"]) == ([], [], [])
    assert not office.file.exists()


async def test_nor_before_the_office_allows_it(office: Office) -> None:
    await office.options(history_days=0)
    with pytest.raises(HomeAssistantError) as refused:
        await office.keep()
    assert refused.value.translation_key == "history_not_allowed"
    assert not office.file.exists()


async def test_it_says_when_what_by_whom_and_from_where_to_where(
    office: Office,
) -> None:
    await office.keep()
    await office.act("set_profile", "dora", profile="Meeting")
    bob = Destination(DestinationKind.NUMBER, "101")
    await office.system.dialled("100", unconditional=bob)
    await office.settle()
    told = await office.history(language="en")
    assert [one["text"] for one in told["changes"]] == [
        "Anna's profile changed to Meeting by Dora (delegate)",
        "Anna's calls now go to Voicemail by Dora (delegate)",
        "Anna's calls now go to Bob at the telephone",
    ]
    assert [(one["from"], one["to"]) for one in told["changes"]] == [
        ("Available", "Meeting"),
        (None, "Voicemail"),
        ("Voicemail", "Bob"),
    ]
    assert [one["profile"] for one in told["profiles"]] == ["Available", "Meeting"]
    assert [one["target"] for one in told["calls"]] == [None, "Voicemail", "Bob"]
    at = datetime.fromisoformat(told["changes"][0]["at"])
    assert abs(at - dt_util.utcnow()) < timedelta(minutes=1)


async def test_it_is_told_in_the_readers_language(office: Office) -> None:
    await office.keep()
    await office.act("set_profile", profile="Meeting")
    told = await office.history(language="de")
    assert told["changes"][0]["text"] == (
        "Profil von Anna wechselte zu Meeting durch Anna"
    )


async def test_an_outside_number_is_masked_on_the_disk_as_well(office: Office) -> None:
    await office.keep()
    await office.act("set_redirect", mode="forward", target="0171 5550189")
    (change,) = (await office.history())["changes"]
    assert change["to"] == "… 89"
    assert "5550189" not in office.file.read_text()


@pytest.mark.parametrize("reader", ["admin", "dora", "rita", "bob", None])
async def test_nobody_else_reads_it(office: Office, reader: str | None) -> None:
    await office.keep()
    with pytest.raises(HomeAssistantError):
        await office.history(reader)


@pytest.mark.parametrize(
    ("tier", "readers"),
    [("delegate", {"dora", "rita"}), ("team", {"dora", "rita", "bob", "admin"})],
)
async def test_unless_the_person_shows_it(
    office: Office, tier: str, readers: set[str]
) -> None:
    await office.keep(tier=tier)
    found = set()
    for reader in ("admin", "dora", "rita", "bob"):
        try:
            await office.history(reader)
            found.add(reader)
        except HomeAssistantError:
            continue
    assert found == readers


@pytest.mark.parametrize("somebody", ["admin", "dora", "bob", None])
async def test_nobody_switches_it_on_for_somebody_else(
    office: Office, somebody: str | None
) -> None:
    with pytest.raises(HomeAssistantError):
        await office.act("keep_history", somebody, keep=True)
    assert not office.file.exists()


async def test_it_is_kept_over_a_reload_and_says_what_was_not_seen(
    hass: HomeAssistant, office: Office
) -> None:
    await office.keep()
    await office.act("set_profile", profile="Meeting")
    await hass.config_entries.async_reload(office.team.entry.entry_id)
    await office.settle()
    told = await office.history()
    assert told["kept"]
    assert [one["profile"] for one in told["profiles"]] == [
        "Available",
        "Meeting",
        "Meeting",
    ]
    assert len(told["changes"]) == 2
    assert told["profiles"][1]["end"] <= told["profiles"][2]["start"]


async def test_deleting_it_leaves_nothing_of_before(office: Office) -> None:
    await office.keep()
    await office.act("set_profile", profile="Meeting")
    await office.act("delete_history")
    told = await office.history()
    assert told["changes"] == []
    assert [one["profile"] for one in told["profiles"]] == ["Meeting"]
    assert "Available" not in office.file.read_text()
    await office.act("set_profile", profile="Available")
    assert len(await office.told()) == 2


async def test_switching_it_off_deletes_it(office: Office) -> None:
    await office.keep()
    await office.act("set_profile", profile="Meeting")
    await office.act("keep_history", keep=False)
    assert not office.file.exists()
    await office.act("set_profile", profile="Available")
    assert not office.file.exists()
    await office.keep()
    assert await office.told() == []


async def test_an_office_that_allows_it_no_more_deletes_it_for_good(
    office: Office,
) -> None:
    await office.keep(tier="team")
    await office.options(history_days=0)
    assert not office.file.exists()
    await office.options(history_days=7)
    told = await office.history()
    assert (told["kept"], told["shown_to"]) == (False, "owner")


async def test_it_goes_with_the_person(hass: HomeAssistant, office: Office) -> None:
    await office.keep()
    assert office.file.exists()
    hass.config_entries.async_remove_subentry(office.team.entry, ANNA)
    await office.settle()
    assert not office.file.exists()


async def test_and_with_whoever_was_removed_while_nothing_ran(
    hass: HomeAssistant, office: Office
) -> None:
    await office.keep()
    entry: ConfigEntry[Any] = office.team.entry
    await hass.config_entries.async_unload(entry.entry_id)
    hass.config_entries.async_remove_subentry(entry, ANNA)
    await hass.config_entries.async_setup(entry.entry_id)
    await office.settle()
    assert not office.file.exists()


async def test_and_with_the_phone_system(hass: HomeAssistant, office: Office) -> None:
    await office.keep()
    await hass.config_entries.async_remove(office.team.entry.entry_id)
    assert list(office.file.parent.glob("*.history.*")) == []


async def test_what_is_too_old_goes_each_day_though_nothing_happens(
    hass: HomeAssistant, office: Office, freezer: Any
) -> None:
    await office.keep()
    await office.act("set_profile", profile="Meeting")
    for _ in range(9):
        freezer.tick(timedelta(days=1, seconds=1))
        async_fire_time_changed(hass)
        await office.settle()
    stored = office.file.read_text()
    assert '"by"' not in stored
    told = await office.history()
    # It is known all the same what held today.
    assert [one["profile"] for one in told["profiles"]] == ["Meeting"]


async def test_it_is_bounded_in_size(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_CHANGES", 4)
    monkeypatch.setattr(module, "SLACK", 2)
    monkeypatch.setattr("custom_components.xpresence.presence.history.MOST_CHANGES", 4)
    await office.keep()
    for _ in range(4):
        await office.act("set_profile", profile="Meeting")
        await office.act("set_profile", profile="Available")
    assert len(office.file.read_text().splitlines()) <= 4 + 2 + 1


async def test_a_damaged_line_costs_itself(hass: HomeAssistant, office: Office) -> None:
    await office.keep()
    await office.act("set_profile", profile="Meeting")
    entry_id = office.team.entry.entry_id
    await hass.config_entries.async_unload(entry_id)
    lines = office.file.read_text().splitlines()
    lines[1] = lines[1].replace('"kind"', '"kind')
    office.file.write_text("\n".join(lines) + "\n")
    await hass.config_entries.async_setup(entry_id)
    await office.settle()
    assert len(await office.told()) == 2
    await office.act("set_profile", profile="Available")
    assert len(await office.told()) == 4


async def test_a_later_versions_file_is_left_untouched(
    hass: HomeAssistant, office: Office
) -> None:
    await office.keep()
    entry_id = office.team.entry.entry_id
    await hass.config_entries.async_unload(entry_id)
    later = '{"version":99,"minor_version":1,"records":0}\n'
    office.file.write_text(later)
    await hass.config_entries.async_setup(entry_id)
    await office.act("set_profile", profile="Meeting")
    with pytest.raises(HomeAssistantError) as refused:
        await office.history()
    assert refused.value.translation_key == "history_not_read"
    assert office.file.read_text() == later
    await office.act("delete_history")
    assert [one["profile"] for one in (await office.history())["profiles"]] == [
        "Meeting"
    ]


async def test_the_file_is_readable_by_home_assistant_alone(office: Office) -> None:
    await office.keep()
    assert office.file.stat().st_mode & 0o777 == 0o600


async def test_nobody_elses_history_is_touched(office: Office) -> None:
    bobs = path_of(office.hass, office.team.entry.entry_id, BOB)
    await office.hass.services.async_call(
        "xpresence",
        "keep_history",
        {"entity_id": "select.bob_profile", "keep": True},
        blocking=True,
        context=office.team.context("bob"),
    )
    await office.keep()
    await office.act("delete_history")
    await office.act("keep_history", keep=False)
    assert bobs.exists()
