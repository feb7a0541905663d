"""Whether what was said speaks of now, before a language model changes what holds now.

A model may call a tool for "I'll be in a meeting at three" or "I'm not on vacation". The
words that the person really said stand in Home Assistant's chat log, and are looked at with
the same knowledge as sentences that no model hears.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from homeassistant.core import HomeAssistant

from .ask import Ask
from .language import Language, in_order, load
from .time_values import Doubtful, Later, UnclearTime
from .understanding import Known, Sentence, names_table, taken_apart, understand
from .words import Token

CHOOSING: Final = frozenset(
    {
        Ask.AUTOMATIC,
        Ask.BACK,
        Ask.INVERTED,
        Ask.LEAVE,
        Ask.QUIET,
        Ask.SET,
        Ask.SOON_BACK,
        Ask.STATE,
        Ask.TIMED,
    }
)
"""What may change what holds now."""


def words_of_user(hass: HomeAssistant) -> str | None:
    """Return what the person said last in the conversation that runs; ``None``: unknown."""
    if "conversation" not in hass.config.components:
        return None
    from homeassistant.components.conversation.chat_log import current_chat_log

    log = current_chat_log.get()
    if log is None:
        return None
    for content in reversed(log.content):
        if content.role == "user":
            return str(content.content or "")
    return None


def is_about_now(
    text: str, person: str, known: Known, now: datetime, spoken: str | None
) -> bool:
    """Tell whether a sentence may change somebody's profile now.

    Args:
        text: as it was said.
        person: whose profile is to change.
        known: the names that there are.
        now: in the zone of whoever speaks.
        spoken: the language that is looked at first.
    """
    reading = understand(text, known, now, spoken)
    if reading is not None:
        people: frozenset[str] = reading.slots.get("person", frozenset({person}))
        if reading.ask not in CHOOSING or person not in people:
            return False
        try:
            return reading.times.when(reading.phrases).start is None
        except Doubtful, Later, UnclearTime:
            return False
    return not any(
        _says_otherwise(taken_apart(text, load(code), now), known, load(code))
        for code in in_order(spoken)[:1]
    )


def _says_otherwise(sentence: Sentence, known: Known, language: Language) -> bool:
    """Tell whether a sentence that is not understood speaks of later, or denies."""
    tokens = sentence.tokens
    names = _names(tokens, known, language)
    denied = any(
        token.word in language.negations
        for at, token in enumerate(tokens)
        if at not in names
    )
    phrases = [p for p in sentence.phrases if p.start not in names]
    try:
        start = sentence.times.when(phrases).start
    except Doubtful, Later, UnclearTime:
        return True
    return denied or start is not None


def _names(tokens: Sequence[Token], known: Known, language: Language) -> set[int]:
    """Return the places of words that belong to a profile's name."""
    table = names_table(known.profiles, language)
    found: set[int] = set()
    for at in range(len(tokens)):
        for end, _ in table.find(tokens, at):
            found |= set(range(at, end))
            break
    return found
