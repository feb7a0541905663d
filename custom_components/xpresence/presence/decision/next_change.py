"""When something changes that people see.

:attr:`~..model.Decision.next_change` is the first instant at which the same facts give
another answer at all, so that a claim is known in time that only waits below. Most of
those instants change nothing that anybody sees: a meeting beneath a vacation, a PC
that is believed no longer.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from ..model import (
    ChoiceRole,
    Claim,
    Decision,
    Facts,
    Office,
    Profile,
    RedirectMode,
    Source,
)
from .decide import SOURCES, confirmation, decide_once, in_order
from .sources.slot import earliest

MOST_STEPS: Final = 200
"""So many instants are looked at; what is later than those is not foretold."""


def next_visible_change(
    office: Office, facts: Facts, decision: Decision
) -> datetime | None:
    """Return the first instant at which the same facts show something else.

    That is another profile, info text, source, beginning or end, or another rule for
    calls or for the hotline. ``None``: nothing that is known changes it.
    """
    if facts.person not in office.people:
        return None
    office = office.of(facts.person)
    shown, now = _shown(decision), decision.next_change
    for _ in range(MOST_STEPS):
        if now is None:
            break
        decision = decide_once(office, facts, now)
        if _shown(decision) != shown:
            return now
        now = _next(office, facts, decision, now)
    return None


def _shown(decision: Decision) -> tuple[object, ...]:
    return (
        decision.profile,
        decision.source,
        decision.since,
        decision.until,
        decision.info_text,
        decision.redirect,
        decision.agent,
    )


def _next(
    office: Office, facts: Facts, decision: Decision, now: datetime
) -> datetime | None:
    """Return the next instant that may show something else, and skip many others."""
    person = office.people[facts.person]
    changes = [
        SOURCES[source](office, person, facts, now).change
        for source in _that_matter(office, facts, decision)
    ]
    for entry in decision.trace:
        if (aside := entry.dismissal) is not None:
            changes += [aside.until, aside.occasion.end]
    changes.append(confirmation(office, person, facts, now)[1])
    return earliest(changes, now)


def _that_matter(office: Office, facts: Facts, decision: Decision) -> Iterable[Source]:
    """Return the sources whose claims can change what is shown.

    Beneath the deciding one those count whose profiles may have an opinion that no
    claim above them has.
    """
    is_above = True
    redirect = agent = True
    standing_in = facts.choice is not None and facts.choice.role is ChoiceRole.STANDS_IN

    def is_of(claim: Claim | None, source: Source) -> bool:
        if claim is None:
            return False
        if standing_in and claim.source is Source.MANUAL:
            # A choice that stands in for the default profile has its place.
            return source is Source.DEFAULT
        return claim.source is source

    for source in in_order(office.order):
        if is_above or _may_say(
            _profiles(office, facts, source), redirect=redirect, agent=agent
        ):
            yield source
        is_above = is_above and not is_of(decision.claim, source)
        redirect = redirect and not is_of(decision.redirect_claim, source)
        agent = agent and not is_of(decision.agent_claim, source)
        if any(
            entry.answers and is_of(entry.claim, source) for entry in decision.trace
        ):
            redirect = agent = False


def _profiles(office: Office, facts: Facts, source: Source) -> Iterable[Profile]:
    """Return the profiles that a source may name; of the calendar those that it does."""
    if source is not Source.CALENDAR:
        return office.profiles.values()
    named = {entry.profile for entry in facts.agenda.entries}
    return [office.profiles[one] for one in named if one in office.profiles]


def _may_say(profiles: Iterable[Profile], *, redirect: bool, agent: bool) -> bool:
    return any(
        (redirect and one.redirect.mode is not RedirectMode.UNCHANGED)
        or (agent and one.agent is not None)
        for one in profiles
    )
