"""Profiles by voice: chosen now, or planned where a time lies ahead."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from ..const import DOMAIN
from ..coordinator import OfficeCoordinator
from ..languages import texts_in
from ..operations.available_profiles import offered
from ..operations.choice import async_choose, async_resume_automatic
from ..operations.outcome import calls_remain
from ..presence.line import Status
from ..presence.model import EndingKind, Profile
from ..presence.permission.policy import Permission
from ..services.planning import async_plan
from ..settings.validation import info_text_problem
from .ask import Ask
from .confirmation import confirmations
from .names import heard
from .replies import Turn, Unclear, error_in_words, one_of, when as said_when
from .time_values import Doubtful, Later, UnclearTime, When

BY_STATUS: Final = {
    Ask.BACK: (Status.AVAILABLE, "no_available"),
    Ask.SOON_BACK: (Status.BE_RIGHT_BACK, "no_soon_back"),
    Ask.LEAVE: (Status.OFFLINE, "no_away"),
    Ask.QUIET: (Status.DO_NOT_DISTURB, "no_quiet"),
}
"""What means the first profile with a status, and what is said where there is none."""
USUAL: Final = timedelta(hours=1)
"""How long something planned lasts that was said to begin and not to end."""
SOON: Final = timedelta(hours=1)
"""How far ahead *back in …* means that one is only away for a moment."""

type GoOn = Callable[[When], Awaitable[str]]


def times_of(turn: Turn, profile: str, go_on: GoOn) -> When | str:
    """Return the times of a sentence, or a question about them.

    ``go_on``: what is done when the question is answered with yes.

    Raises:
        Unclear: a time that is none, or is later without a time.
    """
    try:
        return turn.reading.times.when(turn.reading.phrases)
    except Later as later:
        raise Unclear(turn.answer("later")) from later
    except UnclearTime as unclear:
        key = "unclear_plan" if turn.reading.ask is Ask.PLAN else "unclear_time"
        raise Unclear(turn.answer(key)) from unclear
    except Doubtful as doubtful:
        meant = doubtful.when

        async def agreed() -> str:
            try:
                return await go_on(meant)
            except Unclear as unclear:
                return str(unclear)
            except HomeAssistantError as error:
                return await error_in_words(turn.hass, error, turn.language)

        confirmations(turn.hass).ask(turn.said, turn.language, agreed)
        return turn.answer("ask_night", profile=profile, times=_times(turn, meant))


def _times(turn: Turn, meant: When) -> str:
    end = said_when(meant.end, turn.now, turn.language) if meant.end else ""
    if meant.start is None:
        return turn.until(meant.end).strip(", ")
    start = said_when(meant.start, turn.now, turn.language)
    if not end:
        return start
    return turn.answer("from_until", start=start, end=end)


async def async_set(turn: Turn, coordinator: OfficeCoordinator, person: str) -> str:
    """Choose a profile now, or plan it from a time that lies ahead."""
    profile = _profile(turn, coordinator, person)

    async def go_on(when: When) -> str:
        return await _follow(turn, coordinator, person, profile, when)

    when = times_of(turn, profile.name, go_on)
    return when if isinstance(when, str) else await go_on(when)


async def _follow(
    turn: Turn,
    coordinator: OfficeCoordinator,
    person: str,
    profile: Profile,
    when: When,
) -> str:
    ask = turn.reading.ask
    if ask is Ask.BACK and when.start is not None:
        # "Back in ten minutes" is said by somebody who leaves for ten minutes.
        in_a_while = [p for p in turn.reading.phrases if p.kind == "in"]
        if not in_a_while or when.start - turn.now > SOON or when.end is not None:
            raise Unclear(turn.answer("later"))
        away = _first(turn, coordinator, person, Ask.SOON_BACK)
        until = When(end=when.start)
        return await _choose(turn, coordinator, person, away, until)
    if when.start is not None:
        return await _plan(turn, coordinator, person, profile, when)
    if ask is Ask.PLAN:
        if when.end is None or not when.whole:
            raise Unclear(turn.answer("unclear_plan"))
        return await _plan(turn, coordinator, person, profile, when)
    return await _choose(turn, coordinator, person, profile, when)


async def _choose(
    turn: Turn,
    coordinator: OfficeCoordinator,
    person: str,
    profile: Profile,
    when: When,
) -> str:
    ending = None
    if when.until_return:
        ending = EndingKind.UNTIL_RETURN
    elif when.until_changed:
        ending = EndingKind.UNTIL_CHANGED
    info_text = _info_text(turn)
    await turn.authorize(coordinator, person, Permission.CHOOSE_PROFILE)
    await async_choose(
        coordinator,
        person,
        profile,
        until=when.end,
        ending=ending,
        info_text=info_text,
        context=turn.said.context,
        satellite=turn.satellite,
    )
    placeholders = {"profile": profile.name}
    key = "set"
    if when.end is not None:
        key = "set_until"
        placeholders["end"] = said_when(when.end, turn.now, turn.language)
    elif when.until_return:
        key = "set_return"
    elif when.until_changed:
        key = "set_open"
    done = turn.about(coordinator, person, key, **placeholders)
    return f"{done} {turn.calls(coordinator, person, chosen=True)}"


async def _plan(
    turn: Turn,
    coordinator: OfficeCoordinator,
    person: str,
    profile: Profile,
    when: When,
) -> str:
    """Plan a profile; what has no end lasts as long as such a profile usually does."""
    start = when.start or turn.now
    end = when.end
    if end is None:
        if turn.reading.ask is Ask.PLAN:
            raise Unclear(turn.answer("unclear_plan"))
        end = _usual_end(turn, profile, start)
    info_text = _info_text(turn)
    await turn.authorize(coordinator, person, Permission.PLAN_PRESENCE)
    # Not by the action, which would not know which satellite heard it.
    await async_plan(
        coordinator,
        person,
        profile.name,
        start,
        end,
        info_text,
        turn.said.context,
    )
    return turn.about(
        coordinator,
        person,
        "plan",
        profile=profile.name,
        start=said_when(start, turn.now, turn.language),
        end=said_when(end, turn.now, turn.language),
    )


def _usual_end(turn: Turn, profile: Profile, start: datetime) -> datetime:
    """Return when what begins later is over: by the profile, an hour, or the day's end."""
    if profile.status is Status.BUSY:
        return start + USUAL
    if profile.ending.duration is not None:
        return start + profile.ending.duration
    local = start.astimezone(turn.now.tzinfo)
    day = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return (day + timedelta(days=1)).astimezone(start.tzinfo)


async def async_automatic(
    turn: Turn, coordinator: OfficeCoordinator, person: str
) -> str:
    """Go back to automatic."""
    await turn.authorize(coordinator, person, Permission.CHOOSE_PROFILE)
    await async_resume_automatic(coordinator, person, turn.said.context, turn.satellite)
    profile = coordinator.people[person].decision.profile.name
    done = turn.about(coordinator, person, "automatic", profile=profile)
    details = not await turn.refused(coordinator, person, Permission.SEE_DETAILS)
    texts = texts_in(turn.language.code)
    if not (remains := calls_remain(coordinator, person, texts, details=details)):
        return done
    return f"{done} {remains[:1].upper()}{remains[1:]}."


# Which profile


def _profile(turn: Turn, coordinator: OfficeCoordinator, person: str) -> Profile:
    """Return the profile that is meant.

    Raises:
        Unclear: none of that name is offered, or it may be several.
    """
    if turn.reading.ask in BY_STATUS:
        return _first(turn, coordinator, person, turn.reading.ask)
    profiles = {p.name: p for p in offered(coordinator.office.of(person), person)}
    language = turn.language
    meant: frozenset[str] | None = turn.reading.slots.get("profile")
    if meant is not None:
        names = tuple(sorted(meant & profiles.keys()))
        spoken = one_of(tuple(sorted(meant)), language)
    else:
        spoken = str(turn.reading.slots["rest"])
        found = heard(spoken, profiles, language)
        names = (found.name,) if found.name is not None else found.candidates
    if len(names) == 1:
        return profiles[names[0]]
    if names:
        raise Unclear(turn.answer("ambiguous", names=one_of(names, language)))
    known = one_of(tuple(profiles), language)
    raise Unclear(turn.answer("no_profile", said=spoken, names=known))


def _first(
    turn: Turn, coordinator: OfficeCoordinator, person: str, ask: Ask
) -> Profile:
    """Return the first profile with the status that is meant."""
    status, missing = BY_STATUS[ask]
    for profile in offered(coordinator.office.of(person), person):
        if profile.status is status:
            return profile
    raise Unclear(turn.answer(missing))


def _info_text(turn: Turn) -> str | None:
    text = turn.reading.info_text
    if text is not None and (problem := info_text_problem(text)):
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key=problem)
    return text
