"""Questions that wait for yes or no, one for each speaker, for a minute.

While one waits, the words of consent and refusal are listened to, and only then.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..languages import LANGUAGES, data as language_data, known as language_known
from .language import Language, in_order, load
from .speaker import satellite_of

if TYPE_CHECKING:
    from hassil.recognize import RecognizeResult
    from homeassistant.components.conversation import ConversationInput

WAITS: Final = timedelta(seconds=60)
KEY: Final[HassKey[Confirmations]] = HassKey(f"{DOMAIN}_voice_confirmations")

type Speaker = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is done when the speaker agrees."""

    run: Callable[[], Awaitable[str]]
    language: Language
    over: datetime


class Confirmations:
    """What was asked of whom."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Wait for nobody yet."""
        self._hass = hass
        self._waiting: dict[Speaker, Waiting] = {}
        self._stop: CALLBACK_TYPE | None = None

    @callback
    def ask(
        self,
        said: ConversationInput,
        language: Language,
        run: Callable[[], Awaitable[str]],
    ) -> None:
        """Wait for the speaker's yes or no."""
        self._waiting[self._speaker(said)] = Waiting(
            run, language, dt_util.utcnow() + WAITS
        )
        if self._stop is None:
            from homeassistant.components.conversation.agent_manager import (
                get_agent_manager,
            )

            words = [
                word
                for code in LANGUAGES
                for consent in ("yes", "no")
                for word in language_data(code, "words")[consent]
            ]
            self._stop = get_agent_manager(self._hass).register_trigger(
                list(dict.fromkeys(words)), self._heard
            )
        async_call_later(
            self._hass,
            WAITS + timedelta(seconds=1),
            HassJob(self._expire, cancel_on_shutdown=True),
        )

    @callback
    def drop(self, said: ConversationInput) -> None:
        """Forget what was asked of somebody who said something else."""
        self._waiting.pop(self._speaker(said), None)
        self._listen_no_more()

    async def _heard(self, said: ConversationInput, _: RecognizeResult) -> str:
        waiting = self._waiting.pop(self._speaker(said), None)
        self._listen_no_more()
        if waiting is None or waiting.over < dt_util.utcnow():
            return load(language_known(said.language)).answer("nothing_asked")
        for code in in_order(waiting.language.code):
            tokens = load(code).spelling.tokens(said.text)
            for end, consent in load(code).yes.find(tokens, 0):
                if end == len(tokens):
                    if consent:
                        return await waiting.run()
                    return waiting.language.answer("cancelled")
        return waiting.language.answer("cancelled")

    @callback
    def _expire(self, _: datetime) -> None:
        now = dt_util.utcnow()
        for speaker in [s for s, one in self._waiting.items() if one.over < now]:
            del self._waiting[speaker]
        self._listen_no_more()

    def _listen_no_more(self) -> None:
        if not self._waiting and self._stop is not None:
            self._stop()
            self._stop = None

    def _speaker(self, said: ConversationInput) -> Speaker:
        return said.context.user_id, satellite_of(self._hass, said)


@callback
def confirmations(hass: HomeAssistant) -> Confirmations:
    """Return the one list of questions."""
    return hass.data.setdefault(KEY, Confirmations(hass))
