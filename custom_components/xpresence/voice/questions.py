"""What is answered to questions: status, calls, why, who is there, when somebody returns."""

from datetime import datetime, timedelta
from typing import Final

from homeassistant.util import dt as dt_util

from ..coordinator import OfficeCoordinator
from ..languages import texts_in
from ..operations.authorization import chooser_name
from ..presence.decision.explain import explain
from ..presence.decision.simulate import simulate
from ..presence.line import Status
from ..presence.permission.policy import Permission
from ..services.service import everybody
from .replies import Turn, Unclear, all_of, at

AHEAD: Final = timedelta(days=14)
"""How far ahead it is looked for when somebody is back."""


async def async_status(turn: Turn, coordinator: OfficeCoordinator, person: str) -> str:
    """Say a person's profile, until when, and their info text."""
    await turn.authorize(coordinator, person, Permission.SEE_PRESENCE)
    decision = coordinator.people[person].decision
    told = turn.about(
        coordinator,
        person,
        "status",
        profile=decision.profile.name,
        until=turn.until(decision.until),
    )
    if await turn.refused(coordinator, person, Permission.SEE_INFO_TEXT):
        return told
    return f"{told} {decision.info_text}".strip()


async def async_calls(turn: Turn, coordinator: OfficeCoordinator, person: str) -> str:
    """Say where a person's calls go."""
    await turn.authorize(coordinator, person, Permission.SEE_DETAILS)
    return turn.calls(coordinator, person)


async def async_why(turn: Turn, coordinator: OfficeCoordinator, person: str) -> str:
    """Say why a profile holds."""
    await turn.authorize(coordinator, person, Permission.SEE_DETAILS)
    hidden = await turn.refused(coordinator, person, Permission.SEE_SUBJECTS)
    texts = texts_in(turn.language.code)
    return explain(
        coordinator.office,
        coordinator.people[person].decision,
        dt_util.utcnow(),
        texts=texts,
        to_self=turn.is_speaker(person),
        subjects=not hidden,
        by=chooser_name(coordinator, person, texts),
        resolution=coordinator.people[person].resolution,
    )


async def async_why_calls(
    turn: Turn, coordinator: OfficeCoordinator, person: str
) -> str:
    """Say where calls go, and why the profile holds that sends them there."""
    why = await async_why(turn, coordinator, person)
    return f"{turn.calls(coordinator, person)} {why}"


async def async_return(turn: Turn, coordinator: OfficeCoordinator, person: str) -> str:
    """Say when a person is available again."""
    await turn.authorize(coordinator, person, Permission.SEE_PRESENCE)
    decision = coordinator.people[person].decision
    profile = decision.profile
    if profile.status is Status.AVAILABLE:
        return turn.about(coordinator, person, "return_now")
    if not await turn.refused(coordinator, person, Permission.SEE_DETAILS):
        back = _available_from(coordinator, person)
        if back is not None:
            said = at(back, turn.now, turn.language)
            return turn.about(coordinator, person, "return", at=said)
    elif decision.until is not None:
        until = turn.until(decision.until)
        return turn.about(
            coordinator, person, "status", profile=profile.name, until=until
        )
    return turn.about(coordinator, person, "return_unknown", profile=profile.name)


def _available_from(coordinator: OfficeCoordinator, person: str) -> datetime | None:
    now = dt_util.utcnow()
    facts = coordinator.people[person].facts
    steps = simulate(coordinator.office, facts, now, now + AHEAD)
    for step in steps:
        if step.start > now and step.profile.status is Status.AVAILABLE:
            return step.start
    return None


async def async_who(turn: Turn, *, available: bool) -> str:
    """Say who of all people is available, or who is not."""
    names: list[str] = []
    seen = 0
    for coordinator, person in everybody(turn.hass):
        if await turn.refused(coordinator, person, Permission.SEE_PRESENCE):
            continue
        state = coordinator.people[person]
        seen += 1
        free = state.decision.profile.status is Status.AVAILABLE
        if free is available:
            names.append(state.person.name)
    said = all_of(tuple(sorted(names)), turn.language)
    if not available:
        if not names:
            return turn.answer("everybody_available")
        return turn.answer("who_not_available", names=said)
    if not names:
        return turn.answer("nobody_available")
    return turn.answer("who_available", names=said)


def only_now(turn: Turn) -> None:
    """Return if a question is about now.

    Raises:
        Unclear: it names a time.
    """
    if any(phrase.kind not in ("now", "until") for phrase in turn.reading.phrases):
        times = turn.reading.times
        today = all(
            phrase.kind in ("now", "until") or times.is_today(phrase)
            for phrase in turn.reading.phrases
        )
        if not today:
            raise Unclear(turn.answer("now_only"))
