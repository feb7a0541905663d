"""Settings that another version stored: brought up to date, kept, or left alone."""

from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xpresence.settings import migrations
from tests.conftest import set_up
from tests.flows.test_subentry_flows import NOWHERE, PRESENCE, change
from tests.office import ANNA, AVAILABLE, MEETING, OFFICE
from tests.test_coordinator import act, shown

ORDER = ["manual", "call", "calendar", "rule", "inactivity", "session", "default"]
MOOD = {"mood": "good"}
"""A field that only a later version knows."""


def words(hass: HomeAssistant) -> set[str]:
    return {issue.translation_key or "" for issue in ir.async_get(hass).issues.values()}


@pytest.mark.usefixtures("own_folder")
async def test_what_a_later_major_version_stored_is_left_alone_and_that_is_told(
    hass: HomeAssistant,
) -> None:
    entry = await set_up(hass, version=99, options=MOOD)
    assert entry.state is ConfigEntryState.MIGRATION_ERROR
    assert words(hass) == {"entry_newer"}
    assert (entry.version, entry.options) == (99, MOOD)


@pytest.fixture
async def later(hass: HomeAssistant, own_folder: object) -> MockConfigEntry:
    """Set up an office that a later minor version has stored."""
    subentries: list[Any] = []
    for one in OFFICE:
        data = dict(one["data"]) | MOOD
        if "redirect" in data:
            data["redirect"] = data["redirect"] | MOOD
        else:
            data["activity"] = dict(MOOD)
        subentries.append({**one, "data": data})
    return await set_up(
        hass,
        minor_version=99,
        data={"driver": "actions", **MOOD},
        options=MOOD,
        subentries_data=subentries,
    )


async def test_of_a_later_minor_version_people_work(
    hass: HomeAssistant, later: MockConfigEntry
) -> None:
    assert later.state is ConfigEntryState.LOADED
    assert later.minor_version == 99
    assert not words(hass)
    await act(hass, "set_profile", profile="Meeting")
    assert shown(hass, "sensor.anna_redirect").state == "active"


async def test_a_profiles_fields_of_a_later_minor_version_stay(
    hass: HomeAssistant, later: MockConfigEntry
) -> None:
    form = await change(hass, later, MEETING)
    await form.fill(**PRESENCE)
    await form.fill(mode="forward")
    await form.fill(unconditional=NOWHERE, busy={"kind": "voicemail"}, no_reply=NOWHERE)
    data = later.subentries[MEETING].data
    assert data["redirect"]["busy"]["kind"] == "voicemail"
    assert (data["mood"], data["redirect"]["mood"]) == ("good", "good")
    form = await change(hass, later, MEETING)
    await form.fill(**PRESENCE)
    await form.fill(mode="off")
    data = later.subentries[MEETING].data
    assert (data["mood"], data["redirect"]["mood"]) == ("good", "good")


async def test_a_persons_fields_of_a_later_minor_version_stay(
    hass: HomeAssistant, later: MockConfigEntry
) -> None:
    form = await change(hass, later, ANNA)
    await form.fill(
        name="Anna", extension="100", default_profile=AVAILABLE, voicemail="200"
    )
    data = later.subentries[ANNA].data
    assert data["voicemail"] == "200"
    assert (data["mood"], data["activity"]["mood"]) == ("good", "good")


async def test_an_offices_options_of_a_later_minor_version_stay(
    hass: HomeAssistant, later: MockConfigEntry
) -> None:
    result = await hass.config_entries.options.async_init(later.entry_id)
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], {"next_step_id": "rules"}
    )
    said = {"order": ORDER, "desk_change": "enforce"}
    await hass.config_entries.options.async_configure(
        result["flow_id"], said | {"calendar_days": 14}
    )
    assert later.options["desk_change"] == "enforce"
    assert later.options["mood"] == "good"


async def test_a_connections_fields_of_a_later_minor_version_stay(
    hass: HomeAssistant, later: MockConfigEntry
) -> None:
    hass.states.async_set("sensor.redirect_100", "off")
    result = await later.start_reconfigure_flow(hass)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {"state_entity": "sensor.redirect_{extension}"}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert later.data["state_entity"] == "sensor.redirect_{extension}"
    assert later.data["mood"] == "good"


# Steps


@pytest.mark.usefixtures("own_folder")
async def test_each_step_runs_once_and_in_order(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def step(name: str) -> migrations.Step:
        def run(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
            done.append(f"{name} from {entry.version}.{entry.minor_version}")
            hass.config_entries.async_update_entry(
                entry, options=dict(entry.options) | {name: True}
            )

        return run

    monkeypatch.setattr(
        migrations, "STEPS", {(1, 2): step("second"), (1, 3): step("third")}
    )
    entry = MockConfigEntry(domain="xpresence", minor_version=1, data={})
    entry.add_to_hass(hass)
    migrations.migrate(hass, entry)
    migrations.migrate(hass, entry)
    assert done == ["second from 1.1", "third from 1.2"]
    assert entry.options == {"second": True, "third": True}
    assert (entry.version, entry.minor_version) == (1, 3)


def test_the_steps_end_at_the_version_that_is_stored() -> None:
    reached = [*migrations.STEPS]
    assert reached == sorted(reached)
    current = (migrations.VERSION, migrations.MINOR_VERSION)
    assert not reached or reached[-1] == current
