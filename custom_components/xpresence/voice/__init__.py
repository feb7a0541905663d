"""Presence by voice: in the default agent, and before agents of language models.

Home Assistant lets an integration bring no sentences of its own, but it lets it listen
for some: those are looked for before any agent is asked.
"""

from typing import TYPE_CHECKING, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..languages import LANGUAGES
from ..operations.available_profiles import offered
from ..services.service import everybody

if TYPE_CHECKING:
    # Home Assistant may run without its voice components.
    from hassil.recognize import RecognizeResult
    from homeassistant.components.conversation import ConversationInput

KEY: Final[HassKey[Listening]] = HassKey(f"{DOMAIN}_voice")

type Names = tuple[frozenset[str], frozenset[str]]


class Listening:
    """The sentences that are listened to now: they name profiles and people."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Listen to nothing yet."""
        self._hass = hass
        self._names: Names | None = None
        self._stop: CALLBACK_TYPE | None = None

    def names(self) -> Names:
        """Return the names of profiles and people that there are now."""
        people = everybody(self._hass)
        return (
            frozenset(p.name for c, pid in people for p in offered(c.office, pid)),
            frozenset(c.people[pid].person.name for c, pid in people),
        )

    async def async_refresh(self) -> None:
        """Register the sentences with the present names, if these have changed."""
        names = self.names()
        if names == self._names:
            return
        self._names = names
        sentences = await self._hass.async_add_executor_job(_sentences, names)
        if names != self._names:
            # The names changed meanwhile; that change registers the sentences.
            return
        if self._stop is not None:
            self._stop()
            self._stop = None
        if not names[1]:
            return
        from homeassistant.components.conversation.agent_manager import (
            get_agent_manager,
        )

        self._stop = get_agent_manager(self._hass).register_trigger(
            sentences, self._heard
        )

    async def _heard(self, said: ConversationInput, _: RecognizeResult) -> str:
        from .handlers import async_answer

        return await async_answer(self._hass, said)


def _sentences(names: Names) -> list[str]:
    """Return every language's sentences; it reads the disk when called first."""
    # Imported here, outside the event loop, and only where anybody listens.
    from . import guard, handlers, listening  # noqa: F401

    profiles, people = (sorted(group) for group in names)
    return [
        sentence
        for language in LANGUAGES
        for sentence in listening.templates(language, profiles, people)
    ]


@callback
def async_refresh_voice(hass: HomeAssistant) -> None:
    """Register the sentences anew if the conversation integration is set up."""
    if "conversation" not in hass.config.components:
        return
    listening = hass.data.setdefault(KEY, Listening(hass))
    hass.async_create_task(listening.async_refresh(), "xpresence voice")
