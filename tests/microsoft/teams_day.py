"""A day with Teams: what Teams shows, what the telephone does, what the clock says."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.xpresence.inputs.teams import TeamsInput
from custom_components.xpresence.microsoft import link_of
from custom_components.xpresence.presence.line import CallState, Line
from tests.groupware.microsoft.login import ANNA as ANNA_AT_MICROSOFT, CLIENT_ID, TENANT
from tests.groupware.microsoft.server import Microsoft
from tests.groupware.microsoft.world import TeamsWorld
from tests.office import ANNA, BOB, OFFICE, forward, person, profile

IN_TEAMS = "01PROFILEINTEAMS0000000000"
QUIET = "01PROFILEQUIET000000000000"
PROFILES = [
    profile(IN_TEAMS, "MS Teams", "busy", redirect=forward("voicemail")),
    profile(QUIET, "Quiet", "do_not_disturb", info_text="Writing the offer"),
]
BOTH_WAYS = {"read": True, "write": True}
TWO_HOURS = timedelta(hours=2)
OUR_SESSION = CLIENT_ID


def at_microsoft(teams: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Return what a person's settings say about an account that is connected."""
    return {
        "connected": True,
        "client_id": CLIENT_ID,
        "tenant": TENANT,
        "cloud": "test",
        "use_calendar": False,
        "teams": BOTH_WAYS if teams is None else teams,
        **more,
    }


class TeamsDay:
    """Anna's day; Bob is there to be called."""

    def __init__(
        self,
        hass: HomeAssistant,
        microsoft: Microsoft,
        clock: FrozenDateTimeFactory,
    ) -> None:
        self.hass = hass
        self.microsoft = microsoft
        self.clock = clock
        self.now = datetime.now(dt_util.UTC)
        self.entry: MockConfigEntry
        self.profiles: list[tuple[datetime, str]] = []

    @property
    def world(self) -> TeamsWorld:
        """Return Anna's Teams."""
        return self.microsoft.graph.people[ANNA_AT_MICROSOFT].world

    async def begin(
        self, *, options: Any = None, people: Any = (), **settings: Any
    ) -> None:
        """Set the office up with Anna signed in."""
        settings.setdefault("microsoft", at_microsoft())
        settings.setdefault("call_profiles", {"teams": IN_TEAMS})
        self.teams("Available", "Available")
        self.entry = MockConfigEntry(
            domain="xpresence",
            title="Office",
            data={"driver": "actions"},
            options=options or {},
            subentries_data=[
                *OFFICE[:3],
                *PROFILES,
                person(ANNA, "Anna", "100", **settings),
                *(people or [person(BOB, "Bob", "101")]),
            ],
        )
        self.entry.add_to_hass(self.hass)
        if settings["microsoft"].get("connected"):
            await self.sign_in()
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.settle()

    async def sign_in(
        self, person_id: str = ANNA, user: str = ANNA_AT_MICROSOFT
    ) -> None:
        """Sign somebody in with a device code."""
        link = link_of(self.hass, self.entry, person_id)
        assert link is not None
        code = await link.account.begin_device_code()
        self.microsoft.login.enter(code.user_code, user)
        assert await link.account.poll_device_code(code)
        link.report(None)

    # Time

    async def settle(self) -> None:
        await self.hass.async_block_till_done(wait_background_tasks=True)
        state = self.hass.states.get("select.anna_profile")
        if state is None or state.state == "unavailable":
            return
        if not self.profiles or self.profiles[-1][1] != state.state:
            self.profiles.append((self.now, state.state))

    async def after(self, *, step: float = 10, **time: float) -> None:
        """Let time go by, some seconds at a step."""
        end = self.now + timedelta(**time)
        while self.now < end:
            self.now = min(self.now + timedelta(seconds=step), end)
            self.clock.move_to(self.now)
            async_fire_time_changed(self.hass, dt_util.utcnow())
            await self.settle()

    async def until(
        self, condition: Callable[[], bool], *, within: timedelta, step: float = 10
    ) -> None:
        """Let time go by until something is so."""
        end = self.now + within
        while not condition():
            assert self.now < end, "it did not come to be so"
            await self.after(seconds=step, step=step)

    # What happens

    def teams(self, availability: str, activity: str) -> None:
        """Let Anna's Teams client show something."""
        self.world.client(self.microsoft.graph.clock(), availability, activity)

    async def phone(self, call: CallState | None) -> None:
        """Let the phone system tell what Anna's telephone does."""
        loop = self.state.loop
        if call is None:
            loop.lost()
            self.hass.data["xpresence_test"] = None
        else:
            loop.observe(replace(loop.line or Line("100"), call=call))
        await self.settle()

    async def choose(self, name: str) -> None:
        await self.hass.services.async_call(
            "select",
            "select_option",
            {"entity_id": "select.anna_profile", "option": name},
            blocking=True,
        )
        await self.settle()

    async def resume(self) -> None:
        await self.hass.services.async_call(
            "xpresence",
            "resume_automatic",
            {"entity_id": "select.anna_profile"},
            blocking=True,
        )
        await self.settle()

    async def change(self, **settings: Any) -> None:
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

    async def restart(
        self,
        *,
        minutes: float = 1,
        meanwhile: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """End the office and begin it again, as a restart does."""
        assert await self.hass.config_entries.async_unload(self.entry.entry_id)
        await self.settle()
        if meanwhile is not None:
            await meanwhile()
        self.now += timedelta(minutes=minutes)
        self.clock.move_to(self.now)
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.settle()

    # What follows

    @property
    def state(self) -> Any:
        return self.entry.runtime_data.people[ANNA]

    @property
    def input(self) -> TeamsInput:
        (found,) = (one for one in self.state.inputs if isinstance(one, TeamsInput))
        return found

    @property
    def profile(self) -> str:
        state = self.hass.states.get("select.anna_profile")
        assert state is not None
        return state.state

    @property
    def target(self) -> str | None:
        state = self.hass.states.get("sensor.anna_redirect")
        assert state is not None
        found: str | None = state.attributes.get("target")
        return found

    @property
    def shown(self) -> tuple[str, str]:
        """Return what colleagues see in Teams."""
        return self.world.shown(self.microsoft.graph.clock())

    @property
    def says(self) -> str:
        return self.world.says(self.microsoft.graph.clock())

    @property
    def session(self) -> bool:
        """Return whether a session of ours stands in Teams."""
        return self.world.alive(self.microsoft.graph.clock(), OUR_SESSION)

    @property
    def preferred(self) -> tuple[str, str] | None:
        held = self.world.now_holds.preferred
        if held is None or held.expires <= self.microsoft.graph.clock():
            return None
        return held.availability, held.activity
