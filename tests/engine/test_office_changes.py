"""Whom a change of the office touches, and how often each is shown."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xpresence.engine import slices
from custom_components.xpresence.engine.decisions import DecisionUpdater
from custom_components.xpresence.engine.people import People
from custom_components.xpresence.engine.person import PersonState

from ..conftest import set_up
from ..office import ANNA, BOB, COLLEAGUE, MEETING, OFFICE, person

DORA = "01PERSONDORA0000000000000"


@pytest.fixture
async def three(hass: HomeAssistant, own_folder: object) -> MockConfigEntry:
    dora = person(DORA, "Dora", "102", default_profile=COLLEAGUE)
    return await set_up(hass, subentries_data=[*OFFICE, dora])


@contextmanager
def counted() -> Iterator[tuple[Counter[str], Counter[str]]]:
    """Yield how often each person is shown, and how often decided."""
    shown: Counter[str] = Counter()
    decided: Counter[str] = Counter()
    show, decide = People.show, DecisionUpdater.decide

    def counted_show(self: People, state: PersonState) -> None:
        shown[state.person.id] += 1
        show(self, state)

    def counted_decide(self: DecisionUpdater, person_ids: Any) -> Any:
        ids = list(person_ids)
        decided.update(ids)
        return decide(self, ids)

    with (
        patch.object(People, "show", counted_show),
        patch.object(DecisionUpdater, "decide", counted_decide),
    ):
        yield shown, decided


async def test_an_option_of_the_office_shows_everybody_once(
    hass: HomeAssistant, three: MockConfigEntry
) -> None:
    with counted() as (shown, decided):
        hass.config_entries.async_update_entry(
            three, options={**three.options, "grace": 7}
        )
        await hass.async_block_till_done(wait_background_tasks=True)
    assert shown == decided == {ANNA: 1, BOB: 1, DORA: 1}


def edit(
    hass: HomeAssistant, entry: MockConfigEntry, subentry_id: str, **data: Any
) -> None:
    subentry = entry.subentries[subentry_id]
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, **data}
    )


async def test_one_person_edited_touches_that_person_alone(
    hass: HomeAssistant, three: MockConfigEntry
) -> None:
    with counted() as (shown, decided):
        edit(hass, three, ANNA, run_over=5)
        await hass.async_block_till_done(wait_background_tasks=True)
    assert shown == decided == {ANNA: 1}


async def test_a_new_name_is_shown_where_calls_go_to_that_person_and_nowhere_else(
    hass: HomeAssistant, three: MockConfigEntry
) -> None:
    redirect = "sensor.dora_redirect"
    assert (before := hass.states.get(redirect)) is not None
    assert "Bob" in before.attributes["target"]
    with counted() as (shown, _):
        edit(hass, three, BOB, name="Robert")
        await hass.async_block_till_done(wait_background_tasks=True)
    assert shown.keys() == {BOB, DORA}
    assert (after := hass.states.get(redirect)) is not None
    assert "Robert" in after.attributes["target"]


async def test_a_choice_decides_and_resolves_nobody_else(
    hass: HomeAssistant, three: MockConfigEntry
) -> None:
    with counted() as (shown, decided):
        await hass.services.async_call(
            "select",
            "select_option",
            {"entity_id": "select.anna_profile", "option": "Meeting"},
            blocking=True,
        )
        await hass.async_block_till_done(wait_background_tasks=True)
    assert shown.keys() == decided.keys() == {ANNA}


async def test_everybody_is_decided_once_at_the_start_whatever_their_inputs_say(
    hass: HomeAssistant, own_folder: object
) -> None:
    hass.states.async_set("binary_sensor.door", "on")
    rule = {"id": "r", "entity": "binary_sensor.door", "states": ["on"]}
    people = [
        person(one, name, str(100 + number), rules=[{**rule, "profile": MEETING}])
        for number, (one, name) in enumerate(((ANNA, "Anna"), (BOB, "Bob")))
    ]
    with counted() as (_, decided):
        await set_up(hass, subentries_data=[*OFFICE[:-2], *people])
    assert decided == {ANNA: 1, BOB: 1}
    for name in ("anna", "bob"):
        assert (state := hass.states.get(f"select.{name}_profile")) is not None
        assert state.state == "Meeting"


async def test_work_for_everybody_lets_others_run_in_between(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "SLICE", 0.0)
    others: list[str] = []
    hass.loop.call_soon(others.append, "somebody else")
    done = [(number, len(others)) async for number in slices.sliced(range(3))]
    assert done[-1] == (2, 1)
