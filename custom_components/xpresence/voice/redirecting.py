"""Redirects by voice: to voicemail, a device, a colleague, or a number that is confirmed."""

from datetime import datetime
import re
from typing import Final

from ..coordinator import OfficeCoordinator
from ..operations.redirect import (
    async_check_redirect,
    async_set_follow_me,
    async_set_redirect,
    target_called,
)
from ..presence.line import Condition
from ..presence.model import RedirectMode, Target, TargetKind
from ..presence.permission.policy import Permission
from ..presence.redirect.parts import Part
from ..presence.redirect.status import RedirectStatus
from .choosing import times_of
from .confirmation import confirmations
from .names import Heard, heard
from .replies import Turn, Unclear, error_in_words, one_of
from .time_values import When
from .understanding import people_table

UNCONDITIONAL: Final = Condition.UNCONDITIONAL
LONGEST_NUMBER: Final = 20


async def async_redirect(
    turn: Turn, coordinator: OfficeCoordinator, person: str
) -> str:
    """Send a person's calls somewhere, with an end where one was said."""

    async def go_on(when: When) -> str:
        return await _redirect(turn, coordinator, person, when)

    when = times_of(turn, "voicemail", go_on)
    return when if isinstance(when, str) else await go_on(when)


async def _redirect(
    turn: Turn, coordinator: OfficeCoordinator, person: str, when: When
) -> str:
    if when.start is not None or when.until_return:
        raise Unclear(turn.answer("redirect_now_only"))
    target, number = _target(turn, coordinator, person)
    context, satellite = turn.said.context, turn.satellite
    await async_check_redirect(
        coordinator,
        person,
        RedirectMode.FORWARD,
        UNCONDITIONAL,
        target,
        context,
        satellite=satellite,
    )
    if number is None:
        return await _set(turn, coordinator, person, target, when.end)

    async def agreed() -> str:
        from homeassistant.exceptions import HomeAssistantError

        try:
            return await _set(turn, coordinator, person, target, when.end)
        except HomeAssistantError as error:
            return await error_in_words(turn.hass, error, turn.language)

    confirmations(turn.hass).ask(turn.said, turn.language, agreed)
    return turn.answer(
        "ask_number", digits=" ".join(number), until=turn.until(when.end)
    )


async def _set(
    turn: Turn,
    coordinator: OfficeCoordinator,
    person: str,
    target: Target,
    until: datetime | None,
) -> str:
    await async_set_redirect(
        coordinator,
        person,
        RedirectMode.FORWARD,
        UNCONDITIONAL,
        target,
        turn.said.context,
        until=until,
        satellite=turn.satellite,
    )
    view = coordinator.people[person].redirect
    if view.status is not RedirectStatus.ACTIVE or not view.details.get("target"):
        return turn.calls(coordinator, person)
    return turn.about(
        coordinator,
        person,
        "redirect_set",
        target=str(view.details["target"]),
        until=turn.until(until),
    )


def _target(
    turn: Turn, coordinator: OfficeCoordinator, person: str
) -> tuple[Target, str | None]:
    """Return where calls shall go, and the number if one was spoken.

    Raises:
        Unclear: it is nothing that is known here, or it may be several.
        ServiceValidationError: it is no number that can be dialled.
    """
    said = str(turn.reading.slots["target"])
    language = turn.language
    words = language.spelling.tokens(said)
    if any(end == len(words) for end, _ in language.voicemail.find(words, 0)):
        return Target(TargetKind.VOICEMAIL), None
    if number := spoken_number(turn, said):
        return target_called(coordinator, person, number), number
    devices = {d.name: d.id for d in coordinator.people[person].person.devices}
    own = heard(said, devices, language)
    if own.name is not None:
        return Target(TargetKind.DEVICE, devices[own.name]), None
    people = {p.name: p.id for p in coordinator.office.people.values()}
    who = _who(turn, said, tuple(people))
    if who.name is not None:
        return Target(TargetKind.PERSON, people[who.name]), None
    if candidates := (*own.candidates, *who.candidates):
        raise Unclear(turn.answer("ambiguous", names=one_of(candidates, language)))
    raise Unclear(turn.answer("no_target", said=said))


def _who(turn: Turn, said: str, people: tuple[str, ...]) -> Heard:
    words = turn.language.spelling.tokens(said)
    for end, names in people_table(people, turn.language).find(words, 0):
        if end == len(words):
            if len(names) == 1:
                return Heard(next(iter(names)))
            return Heard(None, tuple(sorted(names)))
    return heard(said, people, turn.language)


def spoken_number(turn: Turn, said: str) -> str | None:
    """Return a telephone number that was spoken digit by digit or typed."""
    tokens = turn.language.spelling.tokens(re.sub(r"[-/().]", " ", said))
    digits = ""
    at = 0
    while at < len(tokens):
        word = tokens[at].word
        if word.isdecimal() or word == "+":
            digits += word
            at += 1
            continue
        found = next(turn.language.digits.find(tokens, at), None)
        if found is None:
            pair = next(turn.language.numbers.find(tokens, at), None)
            if pair is None or not digits:
                return None
            at, digits = pair[0], digits + str(pair[1])
            continue
        at, digits = found[0], digits + found[1]
    number = digits[:1] + digits[1:].replace("+", "")
    return number if 1 < len(number) <= LONGEST_NUMBER else None


async def async_end_redirect(
    turn: Turn, coordinator: OfficeCoordinator, person: str
) -> str:
    """End a redirect of one's own, or follow-me where that is what redirects."""
    shown = coordinator.people[person].redirect
    context, satellite = turn.said.context, turn.satellite
    if shown.details.get("part") == Part.FOLLOW_ME.value:
        await turn.authorize(coordinator, person, Permission.CHANGE_FOLLOW_ME)
        await async_set_follow_me(
            coordinator, person, None, context, satellite=satellite
        )
    else:
        await turn.authorize(coordinator, person, Permission.CHANGE_REDIRECT)
        condition = Condition(shown.details.get("condition", UNCONDITIONAL))
        await async_set_redirect(
            coordinator,
            person,
            RedirectMode.OFF,
            condition,
            None,
            context,
            satellite=satellite,
        )
    return turn.calls(coordinator, person)
