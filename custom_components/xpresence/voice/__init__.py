"""Presence by voice: in the default agent, and before agents of language models.

Home Assistant lets an integration bring no sentences of its own, but it lets it listen
for some: those are looked for before any agent is asked.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..operations.available_profiles import offered
from .handlers import Sentence, async_answer
from .sentences import SENTENCES, Ask, templates
from .speaker import everybody

if TYPE_CHECKING:
    # Home Assistant may run without its voice components.
    from hassil.recognize import RecognizeResult
    from homeassistant.components.conversation import ConversationInput

KEY: Final[HassKey[Listening]] = HassKey(f"{DOMAIN}_voice")

type Names = tuple[frozenset[str], frozenset[str]]
type Heard = Callable[[ConversationInput, RecognizeResult], Awaitable[str | None]]


class Listening:
    """The sentences that are listened to now: they name profiles and people."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Listen to nothing yet."""
        self._hass = hass
        self._names: Names | None = None
        self._stops: list[CALLBACK_TYPE] = []

    @callback
    def refresh(self) -> None:
        """Listen to the names that there are now."""
        people = everybody(self._hass)
        names: Names = (
            frozenset(p.name for c, pid in people for p in offered(c.office, pid)),
            frozenset(c.people[pid].person.name for c, pid in people),
        )
        if names == self._names:
            return
        self._names = names
        for stop in self._stops:
            stop()
        self._stops.clear()
        if not people:
            return
        from homeassistant.components.conversation.agent_manager import (
            get_agent_manager,
        )

        profiles, persons = (sorted(group) for group in names)
        for language in SENTENCES:
            for ask in Ask:
                self._stops.append(
                    get_agent_manager(self._hass).register_trigger(
                        templates(language, ask, profiles, persons),
                        self._on(language, ask),
                    )
                )

    def _on(self, language: str, ask: Ask) -> Heard:
        async def answer(said: ConversationInput, result: RecognizeResult) -> str:
            slots = {
                name: str(entity.text).strip()
                for name, entity in result.entities.items()
            }
            sentence = Sentence(said, language, slots)
            return await async_answer(self._hass, ask, sentence)

        return answer


@callback
def async_refresh_voice(hass: HomeAssistant) -> None:
    """Listen to the profiles and people that there are, where anybody listens."""
    if "conversation" not in hass.config.components:
        return
    hass.data.setdefault(KEY, Listening(hass)).refresh()
