"""Builds spoken answers: instants, choices, and sentences about a person."""

from dataclasses import dataclass
from datetime import datetime
import logging
from typing import TYPE_CHECKING, Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.translation import async_get_translations

from ..const import DOMAIN
from ..coordinator import OfficeCoordinator
from ..operations.authorization import (
    async_actor,
    async_authorize,
    reason_against,
)
from ..presence.decision.calls import kept_redirect
from ..presence.line import Status
from ..presence.permission.policy import Permission
from ..presence.redirect.status import RedirectStatus, SetBy
from .language import Language
from .speaker import satellite_of, speaker
from .understanding import Reading

if TYPE_CHECKING:
    from homeassistant.components.conversation import ConversationInput

_LOGGER = logging.getLogger(__name__)
MOST_NAMES: Final = 8
"""Names of people that are listed in an answer."""


class Unclear(Exception):
    """A sentence that cannot be followed; the text asks for what is missing."""


def when(moment: datetime, now: datetime, language: Language) -> str:
    """Say an instant in the zone of ``now``, as far as it needs saying."""
    words = language.said
    local = moment.astimezone(now.tzinfo)
    clock = local.strftime("%H:%M")
    ahead = (local.date() - now.date()).days
    if ahead == 0:
        return str(words["clock"]).format(time=clock)
    if ahead == 1:
        return str(words["tomorrow"]).format(time=clock)
    return str(words["far"]).format(
        weekday=words["days"][local.weekday()],
        day=local.day,
        month=words["months"][local.month - 1],
        time=clock,
    )


def at(moment: datetime, now: datetime, language: Language) -> str:
    """Say at which instant: "at 15:00", "tomorrow, 9:00"."""
    said = when(moment, now, language)
    today = moment.astimezone(now.tzinfo).date() == now.date()
    return f"{language.said['at']}{said}" if today else said


def one_of(names: tuple[str, ...], language: Language, word: str = "or") -> str:
    """Return names as a choice: a, b or c."""
    *first, last = names or ("–",)
    return f"{', '.join(first)}{language.said[word]}{last}" if first else last


def all_of(names: tuple[str, ...], language: Language) -> str:
    """Return names as a list, the first ones of many."""
    if len(names) > MOST_NAMES + 1:
        return language.answer(
            "more_people",
            names=", ".join(names[:MOST_NAMES]),
            count=str(len(names) - MOST_NAMES),
        )
    return one_of(names, language, "and")


@dataclass(frozen=True, slots=True)
class Turn:
    """A sentence that was understood, and who said it."""

    hass: HomeAssistant
    said: ConversationInput
    reading: Reading
    now: datetime
    """In the speaker's zone."""

    @property
    def language(self) -> Language:
        """Return the language that it was understood in, and is answered in."""
        return self.reading.language

    @property
    def satellite(self) -> str | None:
        """Return the device that heard it."""
        return satellite_of(self.hass, self.said)

    def answer(self, key: str, **placeholders: str) -> str:
        """Return an answer in the sentence's language."""
        return self.language.answer(key, **placeholders)

    def until(self, end: datetime | None) -> str:
        """Return ", until …", or nothing."""
        if end is None:
            return ""
        return self.answer("until", end=when(end, self.now, self.language))

    def is_speaker(self, person: str) -> bool:
        """Tell whether a person speaks of themselves."""
        return person in {mine for _, mine in speaker(self.hass, self.said)}

    def about(
        self, coordinator: OfficeCoordinator, person: str, key: str, **blanks: str
    ) -> str:
        """Return an answer to the person, or about them to somebody else."""
        if self.is_speaker(person):
            return self.answer(key, **blanks)
        name = coordinator.people[person].person.name
        return self.answer(f"{key}_other", person=name, **blanks)

    async def authorize(
        self, coordinator: OfficeCoordinator, person: str, permission: Permission
    ) -> None:
        """Return if the speaker may.

        Raises:
            NotAllowed: they may not.
        """
        await async_authorize(
            coordinator,
            person,
            permission,
            self.said.context,
            satellite=self.satellite,
        )

    async def refused(
        self, coordinator: OfficeCoordinator, person: str, permission: Permission
    ) -> bool:
        """Tell whether a part of an answer is not for whoever asks."""
        actor = await async_actor(
            coordinator, person, self.said.context, satellite=self.satellite
        )
        return reason_against(coordinator, person, permission, actor) is not None

    def calls(
        self, coordinator: OfficeCoordinator, person: str, *, chosen: bool = False
    ) -> str:
        """Say where calls go; ``chosen``: after a profile was chosen just now."""
        state = coordinator.people[person]
        view = state.redirect
        if view.status is not RedirectStatus.ACTIVE:
            return self.about(coordinator, person, f"redirect_{view.status.value}")
        if view.details.get("target_known") is False:
            return self.about(coordinator, person, "redirect_target_unknown")
        key = "redirect_active"
        placeholders = {"target": str(view.details.get("target", "–"))}
        if view.details.get("set_by") == SetBy.PROFILE:
            if kept := kept_redirect(coordinator.office, person, state.decision):
                key, placeholders["profile"] = "redirect_kept", kept.profile.name
        elif chosen and state.decision.profile.status is Status.AVAILABLE:
            key = "redirect_own"
        return self.about(coordinator, person, key, **placeholders)


async def error_in_words(
    hass: HomeAssistant, error: HomeAssistantError, language: Language
) -> str:
    """Return an error as it is said."""
    if error.translation_domain == DOMAIN and error.translation_key:
        texts = await async_get_translations(
            hass, language.code, "exceptions", [DOMAIN]
        )
        text = texts.get(
            f"component.{DOMAIN}.exceptions.{error.translation_key}.message"
        )
        if text is not None:
            return text.format(**(error.translation_placeholders or {}))
    _LOGGER.warning("A spoken wish failed: %s", type(error).__name__)
    return language.answer("failed")
