"""From a sentence to what is done, and what is said about it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..coordinator import OfficeCoordinator
from ..languages import known as language_known
from ..operations.available_profiles import offered
from ..services.service import PersonTarget, everybody
from .ask import Ask
from .calling import async_call_colleague
from .choosing import async_automatic, async_set
from .confirmation import confirmations
from .language import load
from .questions import (
    async_calls,
    async_return,
    async_status,
    async_who,
    async_why,
    async_why_calls,
    only_now,
)
from .redirecting import async_end_redirect, async_redirect
from .replies import Turn, Unclear, error_in_words, one_of
from .speaker import named, speaker
from .understanding import Known, understand

if TYPE_CHECKING:
    from homeassistant.components.conversation import ConversationInput


async def async_answer(hass: HomeAssistant, said: ConversationInput) -> str:
    """Do what a sentence asks and return what is said; it never raises."""
    confirmations(hass).drop(said)
    now = dt_util.utcnow().astimezone(_zone(hass, said))
    reading = understand(said.text, known(hass), now, said.language)
    if reading is None:
        language = load(language_known(said.language))
        return language.answer("ask_again", said=said.text.strip())
    turn = Turn(hass, said, reading, now)
    try:
        if reading.ask in (Ask.WHO, Ask.WHO_NOT):
            only_now(turn)
            return await async_who(turn, available=reading.ask is Ask.WHO)
        if reading.ask in QUESTIONS:
            only_now(turn)
        if reading.ask is Ask.CALL:
            only_now(turn)
            return await async_call_colleague(turn, _meant(turn))
        answers = [await _DO[reading.ask](turn, *pair) for pair in _meant(turn)]
        return " ".join(dict.fromkeys(answers))
    except Unclear as unclear:
        return str(unclear)
    except HomeAssistantError as error:
        return await error_in_words(hass, error, turn.language)


def known(hass: HomeAssistant) -> Known:
    """Return the names of the profiles and people that there are."""
    people = everybody(hass)
    return Known(
        tuple(
            dict.fromkeys(p.name for c, pid in people for p in offered(c.office, pid))
        ),
        tuple(dict.fromkeys(c.people[pid].person.name for c, pid in people)),
    )


def _zone(hass: HomeAssistant, said: ConversationInput) -> ZoneInfo:
    for coordinator, person in speaker(hass, said):
        return ZoneInfo(coordinator.people[person].person.time_zone)
    return ZoneInfo(hass.config.time_zone)


def _meant(turn: Turn) -> list[PersonTarget]:
    """Return the people a sentence is about.

    Raises:
        Unclear: nobody, or more than one.
    """
    names: frozenset[str] | None = turn.reading.slots.get("person")
    if names is not None:
        if len(names) > 1:
            choice = one_of(tuple(sorted(names)), turn.language)
            raise Unclear(turn.answer("ambiguous", names=choice))
        return [
            (coordinator, person)
            for coordinator, person in everybody(turn.hass)
            if coordinator.people[person].person.name in names
        ]
    who: str | None = turn.reading.slots.get("who")
    if who is None:
        if people := speaker(turn.hass, turn.said):
            return people
        raise Unclear(turn.answer("who"))
    found, people = named(turn.hass, who, turn.language)
    if people:
        return people
    if found.candidates:
        choice = one_of(found.candidates, turn.language)
        raise Unclear(turn.answer("ambiguous", names=choice))
    choice = one_of(known(turn.hass).people, turn.language)
    raise Unclear(turn.answer("nobody", said=who, names=choice))


type Do = Callable[[Turn, OfficeCoordinator, str], Awaitable[str]]
QUESTIONS: Final = frozenset(
    {Ask.CALLS, Ask.RETURN, Ask.STATUS, Ask.WHY, Ask.WHY_CALLS}
)
_DO: Final[Mapping[Ask, Do]] = {
    Ask.AUTOMATIC: async_automatic,
    Ask.BACK: async_set,
    Ask.CALLS: async_calls,
    Ask.END_REDIRECT: async_end_redirect,
    Ask.INVERTED: async_set,
    Ask.LEAVE: async_set,
    Ask.PLAN: async_set,
    Ask.QUIET: async_set,
    Ask.REDIRECT: async_redirect,
    Ask.RETURN: async_return,
    Ask.SET: async_set,
    Ask.SOON_BACK: async_set,
    Ask.STATE: async_set,
    Ask.STATUS: async_status,
    Ask.TIMED: async_set,
    Ask.WHY: async_why,
    Ask.WHY_CALLS: async_why_calls,
}
