"""A profile chosen by hand, until it ends.

Whichever comes first: the end that was given; or, if none was, the ending rule that
was given or else the profile's own: on return, with the session (both at the latest
after the profile's time), after a fixed time, or not at all.
"""

from datetime import datetime, timedelta
from typing import Final

from ...datetimes import later
from ...model import (
    Absence,
    Choice,
    ChoiceRole,
    Claim,
    Ending,
    EndingKind,
    Facts,
    Health,
    Office,
    Person,
    Profile,
    Source,
)
from ...pc.activity import going_off
from .slot import NOTHING, Slot, earliest

AT_ONCE: Final = timedelta(seconds=30)
"""An unlock or start this soon after a choice may belong to the choice itself."""


def claims(
    office: Office,
    person: Person,
    facts: Facts,
    now: datetime,
    *,
    role: ChoiceRole = ChoiceRole.ON_TOP,
) -> Slot:
    """Return the choice while it lasts, if it is one of this role."""
    choice = facts.choice
    if choice is None or choice.role is not role:
        return NOTHING
    profile = office.profiles.get(choice.profile)
    end = end_of(choice, profile)
    observed = _observed_end(choice, profile, facts, office.health)
    if any(moment is not None and moment <= now for moment in (end, observed)):
        return NOTHING
    claim = Claim(
        Source.MANUAL,
        choice.profile,
        key=choice.at.isoformat(),
        since=choice.at,
        until=end,
        reason=_reason(choice, profile),
        info_text=choice.info_text,
    )
    return Slot((claim,), change=earliest((end, observed), now))


def end_of(choice: Choice, profile: Profile | None) -> datetime | None:
    """Return when a choice ends by the clock, if it does."""
    if choice.until is not None:
        return choice.until
    ending = ending_of(choice, profile)
    if ending.kind is EndingKind.UNTIL_CHANGED:
        return None
    latest = ending.duration
    return None if latest is None else later(choice.at, latest)


def ending_of(choice: Choice, profile: Profile | None) -> Ending:
    """Return the rule that ends a choice without an end time.

    One given with the choice keeps the profile's time as the latest end.
    """
    if profile is None:
        return Ending()
    return Ending(choice.ending or profile.ending.kind, profile.ending.duration)


def has_ended(
    choice: Choice, profile: Profile | None, facts: Facts, health: Health, now: datetime
) -> bool:
    """Tell whether a choice is over."""
    ends = (end_of(choice, profile), _observed_end(choice, profile, facts, health))
    return any(end is not None and end <= now for end in ends)


def _observed_end(
    choice: Choice, profile: Profile | None, facts: Facts, health: Health
) -> datetime | None:
    """Return when the event that ends the choice happened, if it did."""
    if profile is None or choice.until is not None:
        return None
    match ending_of(choice, profile).kind:
        case EndingKind.UNTIL_RETURN:
            return _return(choice, facts.absence, health)
        case EndingKind.UNTIL_SESSION_ENDS:
            return _session_end(choice, facts, health)
        case _:
            return None


def _return(choice: Choice, absence: Absence | None, health: Health) -> datetime | None:
    """Return when the person came back from an absence that followed the choice.

    A choice made while already away (by phone) ends on return as well. Input right
    after the choice does not count as a return, because a PC reports input late: it
    may be the click that chose. An unlock or a start is reported at once.
    """
    if absence is None or absence.until is None:
        return None
    if absence.since < choice.at:
        soon = later(choice.at, AT_ONCE if absence.told else health.grace)
        if absence.until < soon or (absence.until == soon and not absence.told):
            return None
    return absence.until


def _session_end(choice: Choice, facts: Facts, health: Health) -> datetime | None:
    """Return when a session ended, or when a pending end will be final."""
    ended = facts.session_ended
    if ended is not None and ended > choice.at:
        return ended
    off = going_off(facts.pc, health)
    return None if off is None or off[0] <= choice.at else off[1]


def _reason(choice: Choice, profile: Profile | None) -> str:
    if choice.until is not None or profile is None:
        return "chosen"
    return f"chosen_{ending_of(choice, profile).kind.value}"
