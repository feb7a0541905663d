"""What a person chooses by hand, and what follows from it.

A choice is decided, shown and followed by the phone system in one turn; one that cannot
be stored is taken back.
"""

import asyncio
from dataclasses import replace
from datetime import datetime
import logging
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..presence.decision.choose import (
    bring_back,
    choose,
    dismiss,
    resume_automatic,
    set_automatic,
    undo,
)
from ..presence.decision.decide import note_on
from ..presence.model import Choice, Dismissal, EndingKind, Facts, Occasion, Profile
from ..presence.redirect.own import is_open_ended
from ..telephony.driver import PhoneSystemError
from .attribution import Origin
from .events import set_entity_context, set_origin
from .exceptions import not_set_error, raise_refusals
from .people import People

_LOGGER = logging.getLogger(__name__)

UNDO_SECONDS: Final = 15
"""How long a choice can be undone; cards offer it for ten."""
SHOW_AT_LATEST: Final = 0.02
"""Seconds after which a choice is shown, however long its redirect takes."""


class Choices:
    """Applies choices by hand; who may make them is checked by ``operations/``."""

    def __init__(self, hass: HomeAssistant, people: People) -> None:
        """Keep whose choices they are."""
        self._hass = hass
        self._people = people

    async def async_choose(
        self,
        person_id: str,
        profile: Profile,
        origin: Origin,
        *,
        until: datetime | None = None,
        info_text: str | None = None,
        ending: EndingKind | None = None,
    ) -> None:
        """Choose a profile by hand and return when the redirect follows it.

        Raises:
            HomeAssistantError: not saved (nothing changed), or saved but not
                yet followed by the phone system (the message says which).
        """
        state = self._people[person_id]
        facts = choose(
            self._people.office,
            state.facts,
            profile.id,
            dt_util.utcnow(),
            until=until,
            info_text=info_text,
            ending=ending,
            by=origin.by,
        )
        await self._async_set_facts(person_id, facts, origin)

    async def async_dismiss(
        self, person_id: str, occasion: Occasion, origin: Origin
    ) -> None:
        """Ignore an appointment or another automatic claim until it is over.

        Raises:
            HomeAssistantError: as :meth:`async_choose`.
        """
        facts = self._people[person_id].facts
        by = origin.by
        facts = dismiss(self._people.office, facts, occasion, dt_util.utcnow(), by)
        await self._async_set_facts(person_id, facts, origin)

    async def async_bring_back(
        self, person_id: str, occasion: Occasion | None, origin: Origin
    ) -> None:
        """Let what was dismissed count again; with ``None`` all of it.

        Raises:
            HomeAssistantError: as :meth:`async_choose`.
        """
        facts = bring_back(self._people[person_id].facts, occasion)
        await self._async_set_facts(person_id, facts, origin)

    async def async_undo(self, person_id: str, origin: Origin) -> None:
        """Take back the last choice, dismissal or return to automatic.

        Own redirects that *back to automatic* ended stay ended.

        Raises:
            ServiceValidationError: nothing was chosen in the last
                :data:`UNDO_SECONDS`.
            HomeAssistantError: as :meth:`async_choose`.
        """
        state = self._people[person_id]
        last, state.undo = state.undo, None
        if last is None or self._hass.loop.time() - last[0] > UNDO_SECONDS:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="nothing_to_undo"
            )
        await self._async_set_facts(person_id, undo(state.facts, last[1]), origin)
        state.undo = None

    async def async_resume_automatic(self, person_id: str, origin: Origin) -> None:
        """Release what was chosen by hand, and bring back what was dismissed.

        Raises:
            HomeAssistantError: as :meth:`async_choose`.
        """
        state = self._people[person_id]
        facts = resume_automatic(state.facts)
        if any(is_open_ended(own) for own in state.loop.ledger.own):
            state.redirect_origin = origin
            try:
                await state.loop.async_end_own(is_open_ended)
            except OSError as error:
                raise HomeAssistantError(
                    translation_domain=DOMAIN, translation_key="not_saved"
                ) from error
            except PhoneSystemError as error:
                # The choice is released all the same; the redirect is tried again.
                _LOGGER.debug("An own redirect waits: %s", type(error).__name__)
        await self._async_set_facts(person_id, facts, origin)

    async def async_set_automatic(
        self, person_id: str, origin: Origin, *, automatic: bool
    ) -> None:
        """Enable or disable automatic profiles; disabled, only manual choices count.

        Raises:
            HomeAssistantError: as :meth:`async_choose`.
        """
        facts = set_automatic(self._people[person_id].facts, automatic=automatic)
        await self._async_set_facts(person_id, facts, origin)

    async def async_set_info_text(
        self, person_id: str, text: str, origin: Origin
    ) -> None:
        """Write what colleagues read as long as this profile holds.

        Calls go where they go: whatever is wrong with the redirect is no matter here.

        Raises:
            HomeAssistantError: it could not be stored; nothing was changed.
        """
        state = self._people[person_id]
        before = state.facts
        state.facts = replace(before, note=note_on(state.decision, text))
        try:
            await self._people.async_save(state, state.loop.ledger)
        except OSError as error:
            if state.facts.note is not before.note:
                state.facts = replace(state.facts, note=before.note)
            raise HomeAssistantError(
                translation_domain=DOMAIN, translation_key="not_saved"
            ) from error
        set_entity_context(state, origin)
        self._people.decisions.refresh([person_id], show=True)

    async def _async_set_facts(
        self, person_id: str, facts: Facts, origin: Origin
    ) -> None:
        """Take new facts that must survive a crash; undo them if they cannot."""
        state = self._people[person_id]
        set_origin(state, origin)
        before = state.facts
        state.facts = facts
        last_undo = state.undo
        if _by_hand(facts) != _by_hand(before):
            state.undo = (self._hass.loop.time(), before)
        decided = self._people.decisions.decide([person_id])
        self._people.decisions.resolve(but=person_id)
        # The redirect first, for callers wait longer for it than readers for the rest.
        followed = self._hass.loop.create_future()
        turn = self._hass.async_create_task(
            state.loop.async_turn(followed), f"{DOMAIN} redirect", eager_start=True
        )
        waiting = {turn, followed}
        first = asyncio.FIRST_COMPLETED
        await asyncio.wait(waiting, timeout=SHOW_AT_LATEST, return_when=first)
        self._people.decisions.publish(decided, show=True)
        await asyncio.wait(waiting, return_when=first)
        if not turn.done():
            # Calls go where they should, and that is shown. What is left of the turn,
            # noting it, is tried again by the loop itself if it fails.
            turn.add_done_callback(_note_failure)
            raise_refusals(self._people.office, state.loop.refusals)
            return
        followed.cancel()
        try:
            turn.result()
        except OSError as error:
            state.facts, state.undo = before, last_undo
            self._people.decisions.refresh([person_id], show=True)
            raise HomeAssistantError(
                translation_domain=DOMAIN, translation_key="not_saved"
            ) from error
        except PhoneSystemError as error:
            raise not_set_error(error) from error
        raise_refusals(self._people.office, state.loop.refusals)


def _by_hand(facts: Facts) -> tuple[Choice | None, tuple[Dismissal, ...], bool]:
    """Return what of the facts a person chose."""
    return facts.choice, facts.dismissed, facts.automatic


def _note_failure(turn: asyncio.Task[None]) -> None:
    """Log why a turn failed after everything was as desired."""
    if not turn.cancelled() and (error := turn.exception()) is not None:
        _LOGGER.debug("A redirect is set but not noted: %s", type(error).__name__)
