"""How inputs live: made, started, told, made anew, stopped, forgotten."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xpresence.inputs import InputContext
from custom_components.xpresence.presence.model import Call, Facts

from ..conftest import set_up


class Recorded:
    """An input that notes what is asked of it."""

    def __init__(self, input_context: InputContext) -> None:
        self.input_context = input_context
        self.life: list[str] = []

    def start(self) -> None:
        self.life.append("start")

    def stop(self) -> None:
        self.life.append("stop")

    def office_changed(self) -> None:
        self.life.append("office_changed")

    async def async_sync(self) -> None:
        self.life.append("sync")


@pytest.fixture
def made() -> Iterator[list[Recorded]]:
    made: list[Recorded] = []

    def make(input_context: InputContext) -> Recorded:
        made.append(Recorded(input_context))
        return made[-1]

    with patch("custom_components.xpresence.inputs.INPUTS", (make,)):
        yield made


def of(made: list[Recorded], name: str) -> list[Recorded]:
    return [one for one in made if one.input_context.settings["name"] == name]


async def test_an_input_starts_once_and_stops_with_its_entry(
    hass: HomeAssistant, own_folder: Any, made: list[Recorded]
) -> None:
    entry = await set_up(hass)
    assert [one.life for one in made] == [["start"]] * len(entry.runtime_data.people)
    await hass.config_entries.async_unload(entry.entry_id)
    assert {tuple(one.life) for one in made} == {("start", "stop")}


async def test_changed_settings_of_a_person_make_their_inputs_anew(
    hass: HomeAssistant, made: list[Recorded], office: MockConfigEntry
) -> None:
    anna = of(made, "Anna")[0].input_context.person_id
    subentry = office.subentries[anna]
    hass.config_entries.async_update_subentry(
        office, subentry, data={**subentry.data, "voicemail": "555"}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [one.life for one in of(made, "Anna")] == [["start", "stop"], ["start"]]
    # Nothing of it concerns anybody else.
    assert [one.life for one in of(made, "Bob")] == [["start"]]


async def test_what_an_input_learns_is_decided_at_once(
    hass: HomeAssistant, made: list[Recorded], office: MockConfigEntry
) -> None:
    one = of(made, "Anna")[0]
    before = one.input_context.state.decision
    told: list[str] = []
    one.input_context.listen(lambda: told.append("changed"))

    def change(facts: Facts) -> Facts:
        return replace(facts, calls=(Call("teams", dt_util.utcnow()),), automatic=False)

    one.input_context.learn(change)
    assert one.input_context.state.facts.automatic is False
    assert one.input_context.state.facts.calls
    assert before is not one.input_context.state.decision


async def test_what_an_input_remembers_goes_with_its_person(
    hass: HomeAssistant, made: list[Recorded], office: MockConfigEntry
) -> None:
    anna, input_context = (
        of(made, "Anna")[0].input_context,
        of(made, "Bob")[0].input_context,
    )
    await anna.async_remember("planned", {"two": 2})
    await input_context.async_remember("planned", {"one": 1})
    assert input_context.remembered("planned") == {"one": 1}
    hass.config_entries.async_remove_subentry(office, input_context.person_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert input_context.remembered("planned") == {}
    assert anna.remembered("planned") == {"two": 2}
    input_context.learn(lambda facts: replace(facts, automatic=False))
