"""From a sentence to what is done, and what is said about it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
import logging
import re
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..coordinator import OfficeCoordinator
from ..engine.person import PersonState
from ..languages import texts_in
from ..operations.authorization import (
    async_actor,
    async_authorize,
    chooser_name,
    reason_against,
)
from ..operations.available_profiles import offered
from ..operations.choice import async_choose, async_resume_automatic
from ..operations.redirect import async_set_follow_me, async_set_redirect
from ..presence.decision.calls import kept_redirect
from ..presence.decision.explain import explain
from ..presence.line import Condition, Status
from ..presence.model import EndingKind, Profile, RedirectMode
from ..presence.permission.policy import Permission
from ..presence.redirect.parts import Part
from ..presence.redirect.status import RedirectStatus, SetBy
from ..services.planning import async_plan
from ..services.service import PersonTarget
from ..settings.validation import info_text_problem
from .names import folded, heard
from .phrases import ANSWERS, one_of, when
from .requests import UnclearTime, plan_from, wish_from
from .sentences import Ask
from .speaker import everybody, named, satellite_of, speaker

if TYPE_CHECKING:
    from homeassistant.components.conversation import ConversationInput

_LOGGER = logging.getLogger(__name__)


class Unclear(Exception):
    """A sentence that cannot be followed; the text asks for what is missing."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """What was said, and in which language."""

    said: ConversationInput
    language: str
    slots: dict[str, str]

    @property
    def german(self) -> bool:
        """Return the language in which the sentence is parsed."""
        return self.language == "de"

    def answer(self, key: str, **placeholders: str) -> str:
        """Return an answer in the sentence's language."""
        return ANSWERS[self.language][key].format(**placeholders)


async def async_answer(hass: HomeAssistant, ask: Ask, sentence: Sentence) -> str:
    """Do what a sentence asks and return what is said; it never raises."""
    try:
        people = _meant(hass, ask, sentence)
        answers = [await _DO[ask](hass, sentence, *pair) for pair in people]
        return " ".join(dict.fromkeys(answers))
    except Unclear as unclear:
        return str(unclear)
    except HomeAssistantError as error:
        return await _in_words(hass, error, sentence)


# Whom and what


def _meant(hass: HomeAssistant, ask: Ask, sentence: Sentence) -> list[PersonTarget]:
    """Return the people a sentence is about.

    Raises:
        Unclear: nobody, or more than one.
    """
    who = sentence.slots.get("who")
    if who is None and ask is not Ask.STATE:
        who = _name_within(hass, sentence)
    if who is None:
        if people := speaker(hass, sentence.said):
            return people
        raise Unclear(sentence.answer("who"))
    found, people = named(hass, who)
    if people:
        return people
    names = tuple(dict.fromkeys(c.people[p].person.name for c, p in everybody(hass)))
    if found.candidates:
        choice = one_of(found.candidates, sentence.language)
        raise Unclear(sentence.answer("ambiguous", names=choice))
    choice = one_of(names, sentence.language)
    raise Unclear(sentence.answer("nobody", said=who, names=choice))


_MINE: Final = re.compile(
    r"\b(?:my|me|mich|mir|mein|meine|meinen|meines)\b", re.IGNORECASE
)


def _name_within(hass: HomeAssistant, sentence: Sentence) -> str | None:
    """Return the name of a person that the sentence names; ``None``: the speaker.

    Only the part that is not the wish itself is looked at, for a profile may be
    called like a person.
    """
    text = sentence.said.text
    if rest := sentence.slots.get("rest"):
        text = text.replace(rest, " ")
    if _MINE.search(text):
        return None
    best: str | None = None
    for coordinator, person_id in everybody(hass):
        name = coordinator.people[person_id].person.name
        for form in (name, name.split()[0]):
            pattern = rf"(?<!\w){re.escape(form)}(?:'s|’s|s)?(?!\w)"
            if re.search(pattern, text, re.IGNORECASE) and (
                best is None or len(form) > len(best)
            ):
                best = form
    return best


def _without(name: str, wish: str) -> str:
    """Return a wish without the words that say for whom it is."""
    forms = "|".join(re.escape(form) for form in (name, name.split(maxsplit=1)[0]))
    return re.sub(rf"\b(?:for|für)\s+(?:{forms})(?!\w)", " ", wish, flags=re.IGNORECASE)


def _wish(sentence: Sentence, profiles: list[Profile]) -> str:
    """Return the part of a sentence that says which profile, and until when."""
    slots = sentence.slots
    if rest := slots.get("rest"):
        return rest
    text = sentence.said.text
    if "time" in slots:
        return text
    mention = _mention(text, profiles)
    return f"{slots.get('head', '')} {mention} {slots.get('tail', '')}".strip()


def _mention(text: str, profiles: list[Profile]) -> str:
    """Return the longest profile's name that a sentence contains."""
    said = f" {folded(text)} "
    found = [p.name for p in profiles if f" {folded(p.name)} " in said]
    return max(found, key=len, default="")


def _profile(sentence: Sentence, profiles: list[Profile], spoken: str) -> Profile:
    """Return the profile that was spoken of.

    Raises:
        Unclear: none of that name is offered, or it may be several.
    """
    found = heard(spoken, [profile.name for profile in profiles])
    for profile in profiles:
        if profile.name == found.name:
            return profile
    language = sentence.language
    if found.candidates:
        choice = one_of(found.candidates, language)
        raise Unclear(sentence.answer("ambiguous", names=choice))
    names = one_of(tuple(profile.name for profile in profiles), language)
    raise Unclear(sentence.answer("no_profile", said=spoken or "–", names=names))


# Doing


async def _set(
    hass: HomeAssistant, sentence: Sentence, coordinator: OfficeCoordinator, person: str
) -> str:
    state = coordinator.people[person]
    profiles = offered(coordinator.office, person)
    text = _wish(sentence, profiles)
    if _AUTOMATIC.search(text):
        return await _automatic(hass, sentence, coordinator, person)
    now = _now(state)
    try:
        wish = wish_from(text, now, german=sentence.german)
    except UnclearTime as unclear:
        raise Unclear(sentence.answer("unclear_time")) from unclear
    profile = _profile(sentence, profiles, wish.profile)
    if wish.info_text is not None and (problem := info_text_problem(wish.info_text)):
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key=problem)
    await _authorize(hass, sentence, coordinator, person, Permission.CHOOSE_PROFILE)
    await async_choose(
        coordinator,
        person,
        profile,
        until=wish.until,
        ending=EndingKind.UNTIL_RETURN if wish.until_return else None,
        info_text=wish.info_text,
        context=sentence.said.context,
        satellite=satellite_of(hass, sentence.said),
    )
    placeholders = {"profile": profile.name}
    key = "set"
    if wish.until is not None:
        key, placeholders["end"] = "set_until", when(wish.until, now, sentence.language)
    elif wish.until_return:
        key = "set_return"
    done = _about(hass, sentence, coordinator, person, key, **placeholders)
    return f"{done} {_calls(hass, sentence, coordinator, person, chosen=True)}"


async def _back(
    hass: HomeAssistant, sentence: Sentence, coordinator: OfficeCoordinator, person: str
) -> str:
    """Choose the first profile offered that says available."""
    profiles = offered(coordinator.office.of(person), person)
    free = next((p for p in profiles if p.status is Status.AVAILABLE), None)
    if free is None:
        raise Unclear(sentence.answer("no_available"))
    await _authorize(hass, sentence, coordinator, person, Permission.CHOOSE_PROFILE)
    await async_choose(
        coordinator,
        person,
        free,
        context=sentence.said.context,
        satellite=satellite_of(hass, sentence.said),
    )
    done = _about(hass, sentence, coordinator, person, "set", profile=free.name)
    return f"{done} {_calls(hass, sentence, coordinator, person, chosen=True)}"


async def _ring(
    hass: HomeAssistant, sentence: Sentence, coordinator: OfficeCoordinator, person: str
) -> str:
    """End a redirect of one's own, or follow-me where that is what redirects."""
    shown = coordinator.people[person].redirect
    context = sentence.said.context
    satellite = satellite_of(hass, sentence.said)
    if shown.details.get("part") == Part.FOLLOW_ME.value:
        await _authorize(
            hass, sentence, coordinator, person, Permission.CHANGE_FOLLOW_ME
        )
        await async_set_follow_me(
            coordinator, person, None, context, satellite=satellite
        )
    else:
        await _authorize(
            hass, sentence, coordinator, person, Permission.CHANGE_REDIRECT
        )
        condition = Condition(shown.details.get("condition", Condition.UNCONDITIONAL))
        off = RedirectMode.OFF
        await async_set_redirect(
            coordinator, person, off, condition, None, context, satellite=satellite
        )
    return _calls(hass, sentence, coordinator, person)


_AUTOMATIC: Final = re.compile(
    r"\b(?:automatic|automatisch|automatik)\b", re.IGNORECASE
)


async def _automatic(
    hass: HomeAssistant, sentence: Sentence, coordinator: OfficeCoordinator, person: str
) -> str:
    await _authorize(hass, sentence, coordinator, person, Permission.CHOOSE_PROFILE)
    await async_resume_automatic(
        coordinator, person, sentence.said.context, satellite_of(hass, sentence.said)
    )
    profile = coordinator.people[person].decision.profile.name
    return _about(hass, sentence, coordinator, person, "automatic", profile=profile)


async def _status(
    hass: HomeAssistant, sentence: Sentence, coordinator: OfficeCoordinator, person: str
) -> str:
    await _authorize(hass, sentence, coordinator, person, Permission.SEE_PRESENCE)
    state = coordinator.people[person]
    decision = state.decision
    until = ""
    if decision.until is not None:
        end = when(decision.until, _now(state), sentence.language)
        until = sentence.answer("until", end=end)
    placeholders = {"profile": decision.profile.name, "until": until}
    told = _about(hass, sentence, coordinator, person, "status", **placeholders)
    if await _refused(hass, sentence, coordinator, person, Permission.SEE_INFO_TEXT):
        return told
    return f"{told} {decision.info_text}".strip()


async def _redirect(
    hass: HomeAssistant, sentence: Sentence, coordinator: OfficeCoordinator, person: str
) -> str:
    await _authorize(hass, sentence, coordinator, person, Permission.SEE_DETAILS)
    return _calls(hass, sentence, coordinator, person)


def _calls(
    hass: HomeAssistant,
    sentence: Sentence,
    coordinator: OfficeCoordinator,
    person: str,
    *,
    chosen: bool = False,
) -> str:
    """Say where calls go; ``chosen``: after a profile was chosen just now."""
    view = coordinator.people[person].redirect
    key = f"redirect_{view.status.value}"
    if view.status is not RedirectStatus.ACTIVE:
        return _about(hass, sentence, coordinator, person, key)
    if view.details.get("target_known") is False:
        key = "redirect_target_unknown"
        return _about(hass, sentence, coordinator, person, key)
    state = coordinator.people[person]
    placeholders = {"target": str(view.details.get("target", "–"))}
    if view.details.get("set_by") == SetBy.PROFILE:
        if kept := kept_redirect(coordinator.office, person, state.decision):
            key, placeholders["profile"] = "redirect_kept", kept.profile.name
    elif chosen and state.decision.profile.status is Status.AVAILABLE:
        key = "redirect_own"
    return _about(hass, sentence, coordinator, person, key, **placeholders)


async def _why(
    hass: HomeAssistant, sentence: Sentence, coordinator: OfficeCoordinator, person: str
) -> str:
    await _authorize(hass, sentence, coordinator, person, Permission.SEE_DETAILS)
    refused = await _refused(
        hass, sentence, coordinator, person, Permission.SEE_SUBJECTS
    )
    return explain(
        coordinator.office,
        coordinator.people[person].decision,
        dt_util.utcnow(),
        texts=texts_in(sentence.language),
        to_self=_is_speaker(hass, sentence, person),
        subjects=not refused,
        by=chooser_name(coordinator, person, texts_in(sentence.language)),
        resolution=coordinator.people[person].resolution,
    )


async def _plan(
    hass: HomeAssistant, sentence: Sentence, coordinator: OfficeCoordinator, person: str
) -> str:
    state = coordinator.people[person]
    profiles = offered(coordinator.office, person)
    now = _now(state)
    text = _without(state.person.name, _wish(sentence, profiles))
    try:
        plan = plan_from(text, now, german=sentence.german)
    except UnclearTime as unclear:
        raise Unclear(sentence.answer("unclear_plan")) from unclear
    profile = _profile(sentence, profiles, plan.profile)
    await _authorize(hass, sentence, coordinator, person, Permission.PLAN_PRESENCE)
    # Not by the action, which would not know which satellite heard it.
    await async_plan(
        coordinator,
        person,
        profile.name,
        plan.start,
        plan.end,
        plan.info_text,
        sentence.said.context,
    )
    return _about(
        hass,
        sentence,
        coordinator,
        person,
        "plan",
        profile=profile.name,
        start=when(plan.start, now, sentence.language),
        end=when(plan.end, now, sentence.language),
    )


type Do = Callable[[HomeAssistant, Sentence, OfficeCoordinator, str], Awaitable[str]]
_DO: Final[Mapping[Ask, Do]] = {
    Ask.SET: _set,
    Ask.STATE: _set,
    Ask.BACK: _back,
    Ask.RING: _ring,
    Ask.AUTOMATIC: _automatic,
    Ask.STATUS: _status,
    Ask.REDIRECT: _redirect,
    Ask.WHY: _why,
    Ask.PLAN: _plan,
}


# Saying


async def _authorize(
    hass: HomeAssistant,
    sentence: Sentence,
    coordinator: OfficeCoordinator,
    person: str,
    permission: Permission,
) -> None:
    satellite = satellite_of(hass, sentence.said)
    context = sentence.said.context
    await async_authorize(coordinator, person, permission, context, satellite=satellite)


async def _refused(
    hass: HomeAssistant,
    sentence: Sentence,
    coordinator: OfficeCoordinator,
    person: str,
    permission: Permission,
) -> bool:
    """Tell whether a part of an answer is not for whoever asks."""
    satellite = satellite_of(hass, sentence.said)
    context = sentence.said.context
    actor = await async_actor(coordinator, person, context, satellite=satellite)
    return reason_against(coordinator, person, permission, actor) is not None


def _is_speaker(hass: HomeAssistant, sentence: Sentence, person: str) -> bool:
    return person in {mine for _, mine in speaker(hass, sentence.said)}


def _about(
    hass: HomeAssistant,
    sentence: Sentence,
    coordinator: OfficeCoordinator,
    person: str,
    key: str,
    **placeholders: str,
) -> str:
    """Return an answer to the person, or about them to somebody else."""
    if _is_speaker(hass, sentence, person):
        return sentence.answer(key, **placeholders)
    name = coordinator.people[person].person.name
    return sentence.answer(f"{key}_other", person=name, **placeholders)


def _now(state: PersonState) -> datetime:
    return dt_util.utcnow().astimezone(ZoneInfo(state.person.time_zone))


async def _in_words(
    hass: HomeAssistant, error: HomeAssistantError, sentence: Sentence
) -> str:
    """Return an error as it is said, in the sentence's language."""
    if error.translation_domain == DOMAIN and error.translation_key:
        texts = await async_get_translations(
            hass, sentence.language, "exceptions", [DOMAIN]
        )
        text = texts.get(
            f"component.{DOMAIN}.exceptions.{error.translation_key}.message"
        )
        if text is not None:
            return text.format(**(error.translation_placeholders or {}))
    _LOGGER.warning("A spoken wish failed: %s", type(error).__name__)
    return sentence.answer("failed")
