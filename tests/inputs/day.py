"""A day in an office, told as it goes: what entities say, what the clock says."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from tests.conftest import set_up
from tests.office import ANNA, AVAILABLE, BOB, OFFICE, forward, person, profile

BERLIN = ZoneInfo("Europe/Berlin")
AT_WORK = "01PROFILEATWORK00000000000"
GONE_HOME = "01PROFILEGONEHOME000000000"
BACK_SOON = "01PROFILEBACKSOON000000000"
QUIET = "01PROFILEQUIET000000000000"
LUNCH = "01PROFILELUNCH000000000000"
SHIFT = "01PROFILESHIFT000000000000"
PROFILES = [
    profile(AT_WORK, "At work", "available", redirect={"mode": "off"}),
    profile(GONE_HOME, "Gone home", "offline", redirect=forward("voicemail")),
    profile(BACK_SOON, "Back soon", "be_right_back", redirect=forward("voicemail")),
    profile(QUIET, "Quiet", "busy"),
    profile(
        LUNCH,
        "Lunch",
        "away",
        redirect=forward("voicemail"),
        ending="until_return",
        duration=7200,
    ),
    profile(SHIFT, "Shift", "busy", ending="until_session_ends", duration=36000),
]
WATCHED = {
    "start_profile": AT_WORK,
    "end_profile": GONE_HOME,
    "inactive_profile": BACK_SOON,
    "inactive_minutes": 10,
    "locked_profile": QUIET,
}


def pc(entities: Mapping[str, str], **more: Any) -> dict[str, Any]:
    """Return what a person's settings say about their PC."""
    return {"activity": {"entities": dict(entities), **WATCHED, **more}}


def rule(entity: str, states: list[str], wish: str, **more: Any) -> dict[str, Any]:
    """Return a rule about an entity."""
    return {
        "id": more.pop("key", entity),
        "entity": entity,
        "states": states,
        "profile": wish,
        **more,
    }


class Day:
    """Anna's day. Times of day are those of Berlin."""

    def __init__(
        self,
        hass: HomeAssistant,
        clock: FrozenDateTimeFactory,
        start: str = "2026-11-24 08:00",
    ) -> None:
        self.hass = hass
        self.clock = clock
        self.entry: MockConfigEntry
        self.now = datetime.fromisoformat(start).replace(tzinfo=BERLIN)
        clock.move_to(self.now)

    async def begin(self, *, options: Any = None, **settings: Any) -> None:
        """Set the office up with these settings of Anna."""
        people = [
            person(ANNA, "Anna", "100", **settings),
            person(BOB, "Bob", "101"),
        ]
        self.entry = await set_up(
            self.hass,
            subentries_data=[*OFFICE[:3], *PROFILES, *people],
            options=options or {},
        )

    async def at(self, time: str) -> None:
        """Let the clock run to a time of day, every timer at its time."""
        hour, minute, *second = (int(part) for part in time.split(":"))
        then = self.now.replace(
            hour=hour, minute=minute, second=second[0] if second else 0
        )
        await self.after((then.timestamp() - self.now.timestamp()) / 60)

    async def after(self, minutes: float) -> None:
        """Let real time go by, a few seconds at a time."""
        end = self.now.timestamp() + minutes * 60
        step = max(5.0, minutes * 60 / 200)
        while self.now.timestamp() < end:
            at = min(self.now.timestamp() + step, end)
            self.now = datetime.fromtimestamp(at, BERLIN)
            self.clock.move_to(self.now)
            async_fire_time_changed(self.hass, dt_util.utcnow())
            await self.settle()

    async def settle(self) -> None:
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def says(
        self, entity: str, state: str | None, attributes: Any = None
    ) -> None:
        """Let an entity say something; ``None`` takes it away."""
        if state is None:
            self.hass.states.async_remove(entity)
        else:
            self.hass.states.async_set(entity, state, attributes)
        await self.settle()

    def clock_of_pc(self, time: str) -> str:
        """Return a time of day as a PC tells it."""
        hour, minute = (int(part) for part in time.split(":"))
        return self.now.replace(hour=hour, minute=minute, second=0).isoformat()

    @property
    def state(self) -> Any:
        return self.entry.runtime_data.people[ANNA]

    @property
    def profile(self) -> str:
        """Return the profile that Anna's colleagues see."""
        state = self.hass.states.get("select.anna_profile")
        assert state is not None
        return state.state

    @property
    def calls(self) -> str:
        """Return where Anna's calls go."""
        state = self.hass.states.get("sensor.anna_redirect")
        assert state is not None
        return str(state.attributes.get("target") or state.state)

    async def choose(self, name: str) -> None:
        await self.hass.services.async_call(
            "select",
            "select_option",
            {"entity_id": "select.anna_profile", "option": name},
            blocking=True,
        )
        await self.settle()

    async def restart(self, *silent: str, minutes: float = 1) -> None:
        """Restart Home Assistant; the named entities say nothing at first."""
        await self.hass.config_entries.async_unload(self.entry.entry_id)
        await self.settle()
        before = {s.entity_id: s for s in self.hass.states.async_all()}
        self.now += timedelta(minutes=minutes)
        self.clock.move_to(self.now)
        for entity in silent:
            self.hass.states.async_set(entity, "unavailable", before[entity].attributes)
        await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.settle()

    async def change(self, **settings: Any) -> None:
        """Change Anna's settings."""
        subentry = self.entry.subentries[ANNA]
        self.hass.config_entries.async_update_subentry(
            self.entry, subentry, data={**subentry.data, **settings}
        )
        await self.settle()

    async def set_options(self, **options: Any) -> None:
        self.hass.config_entries.async_update_entry(
            self.entry, options={**self.entry.options, **options}
        )
        await self.settle()


__all__ = ["AVAILABLE", "Day", "pc", "rule"]
