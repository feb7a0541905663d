"""What one choice costs: plans, stored records, shown states, decisions."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant, StateMachine
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xpresence.engine import redirect_reconciler
from custom_components.xpresence.engine.decisions import DecisionUpdater
from custom_components.xpresence.engine.journal import Journal
from custom_components.xpresence.engine.redirect_loop import RedirectLoop

from ..office import ANNA


@contextmanager
def counted() -> Iterator[tuple[Counter[str], Counter[str]]]:
    """Yield what is done how often, and which states are written how often."""
    done: Counter[str] = Counter()
    written: Counter[str] = Counter()

    def counting(owner: Any, name: str, key: str) -> Any:
        original = getattr(owner, name)

        def call(*args: Any, **more: Any) -> Any:
            done[key] += 1
            return original(*args, **more)

        return patch.object(owner, name, call)

    set_state = StateMachine.async_set_internal

    def counting_states(self: Any, entity_id: str, *args: Any, **more: Any) -> None:
        written[entity_id] += 1
        set_state(self, entity_id, *args, **more)

    with (
        counting(redirect_reconciler, "plan", "plan"),
        counting(Journal, "append", "stored"),
        counting(DecisionUpdater, "decide", "decide"),
        counting(RedirectLoop, "async_turn", "turn"),
        patch.object(StateMachine, "async_set_internal", counting_states),
    ):
        yield done, written


async def choose(hass: HomeAssistant, option: str) -> None:
    await hass.services.async_call(
        "select",
        "select_option",
        {"entity_id": "select.anna_profile", "option": option},
        blocking=True,
    )


async def test_a_choice_writes_each_state_that_changes_and_no_other(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    await choose(hass, "Meeting")
    await choose(hass, "Available")
    await hass.async_block_till_done(wait_background_tasks=True)
    changed: Counter[str] = Counter()
    hass.bus.async_listen(
        "state_changed", lambda event: changed.update([event.data["entity_id"]])
    )
    with counted() as (_, written):
        await choose(hass, "Meeting")
        await hass.async_block_till_done(wait_background_tasks=True)
    assert written == changed
    assert written.keys() == {
        "event.anna_presence",
        "select.anna_profile",
        "sensor.anna_redirect",
        "sensor.anna_status",
    }


async def test_a_choice_is_one_decision_one_turn_and_one_record_before_the_write(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    await choose(hass, "Meeting")
    await choose(hass, "Available")
    await hass.async_block_till_done(wait_background_tasks=True)
    system = office.runtime_data.system
    at_write: list[int] = []
    apply = type(system).apply

    async def counted_apply(self: Any, *args: Any) -> Any:
        at_write.append(done["stored"])
        return await apply(self, *args)

    with counted() as (done, _), patch.object(type(system), "apply", counted_apply):
        await choose(hass, "Meeting")
        await hass.async_block_till_done(wait_background_tasks=True)
    assert at_write == [1]
    assert done["decide"] == 1
    assert done["turn"] == 1
    # Before the write, and of what was read back.
    assert done["plan"] <= 3


async def test_the_action_returns_when_calls_go_elsewhere_and_that_is_shown(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    noted = asyncio.Event()

    async def note_some_time(_self: object, _number: int | None) -> bool:
        await noted.wait()
        return False

    loop = office.runtime_data.people[ANNA].loop
    with patch.object(RedirectLoop, "_note", note_some_time):
        async with asyncio.timeout(30):
            await choose(hass, "Meeting")
        # The rest of the turn, which notes what was done, goes on.
        assert loop.is_turning
        assert (state := hass.states.get("sensor.anna_redirect")) is not None
        assert state.state == "active"
        # A second one is not done before a turn of its own has stored it.
        second = hass.async_create_task(choose(hass, "Available"))
        for _ in range(50):
            await asyncio.sleep(0)
        assert not second.done()
        noted.set()
        await second
        await hass.async_block_till_done(wait_background_tasks=True)
    assert not loop.is_turning
