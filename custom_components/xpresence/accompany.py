"""What goes along with a person's redirect: the hotline, the telephones, the guards."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .announce import announce
from .const import DOMAIN
from .guarding import END_EVERY_FORWARD, age_of_redirect, end_wrap_up, guard_hotline
from .notices import of_a_person
from .person_state import PersonState
from .telephony.driver import PhoneSystem

_LOGGER = logging.getLogger(__name__)


class Accompaniment:
    """Lets hotline and telephones follow decisions, in the background.

    ``save`` stores what the guards noted of a person; ``is_here`` tells whether a
    person has not left meanwhile.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        system: PhoneSystem,
        *,
        save: Callable[[PersonState], Awaitable[None]],
        is_here: Callable[[PersonState], bool],
    ) -> None:
        """Prepare; nothing runs before :meth:`follow`."""
        self._hass = hass
        self._entry = entry
        self._system = system
        self._save = save
        self._is_here = is_here

    @callback
    def follow(self, state: PersonState) -> None:
        """Let hotline and telephones follow a decision, in the background."""
        self._entry.async_create_background_task(
            self._hass, self._async_follow(state), f"{DOMAIN} accompany"
        )

    async def _async_follow(self, state: PersonState) -> None:
        await state.loop.async_settled()
        options = self._entry.options
        await announce(self._system, state, options)
        async with state.guard_turn:
            conflict = await guard_hotline(self._system, state, options)
            ready_at = await end_wrap_up(self._system, state, options, dt_util.utcnow())
        name, person_id = state.person.name, state.person.id
        of_a_person(self._hass, "hotline_conflict", person_id, name, there=conflict)
        age = age_of_redirect(state, options, dt_util.utcnow())
        of_a_person(self._hass, "redirect_too_old", person_id, name, there=age.too_old)
        if age.fall_back:
            await state.loop.async_follow_own(END_EVERY_FORWARD)
        ages_at = None if age.too_old else age.at
        self._again(state, [at for at in (ages_at, ready_at) if at is not None])
        try:
            await self._save(state)
        except OSError:
            _LOGGER.exception("What was guarded could not be noted yet")

    @callback
    def _again(self, state: PersonState, instants: Iterable[datetime]) -> None:
        """Look again when a redirect or follow-up will have lasted too long."""
        if state.guard_timer is not None:
            state.guard_timer()
            state.guard_timer = None

        @callback
        def look(_now: datetime) -> None:
            state.guard_timer = None
            self.follow(state)

        # Nobody looks after who has left meanwhile.
        if (first := min(instants, default=None)) and self._is_here(state):
            state.guard_timer = async_track_point_in_utc_time(self._hass, look, first)
