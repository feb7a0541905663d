"""A profile chosen by hand, until it ends.

Whichever comes first: the end that was given; or, if none was, the ending rule that
was given or else the profile's own: on return, with the session (both at the latest after the profile's time),
after a fixed time, or not at all.
"""

from datetime import datetime

from ..model import (
    Choice,
    Claim,
    Ending,
    EndingKind,
    Facts,
    Office,
    Person,
    Profile,
    Source,
)
from .slot import NOTHING, Slot


def claims(office: Office, person: Person, facts: Facts, now: datetime) -> Slot:
    """Return the choice while it lasts."""
    choice = facts.choice
    if choice is None:
        return NOTHING
    end = end_of(choice, office.profiles.get(choice.profile))
    if has_ended(choice, office.profiles.get(choice.profile), facts, now):
        return NOTHING
    claim = Claim(
        Source.MANUAL,
        choice.profile,
        key=choice.at.isoformat(),
        since=choice.at,
        until=end,
        reason=_reason(choice, office.profiles.get(choice.profile)),
        info_text=choice.info_text,
    )
    coming = [t for t in (end, *_endings(choice, office, facts)) if t and t > now]
    return Slot((claim,), change=min(coming, default=None))


def end_of(choice: Choice, profile: Profile | None) -> datetime | None:
    """Return when a choice ends by the clock, if it does."""
    if choice.until is not None:
        return choice.until
    ending = ending_of(choice, profile)
    if ending.kind is EndingKind.UNTIL_CHANGED:
        return None
    latest = ending.duration
    return None if latest is None else choice.at + latest


def ending_of(choice: Choice, profile: Profile | None) -> Ending:
    """Return the rule that ends a choice without an end time.

    One given with the choice keeps the profile's time as the latest end.
    """
    if profile is None:
        return Ending()
    return Ending(choice.ending or profile.ending.kind, profile.ending.duration)


def has_ended(
    choice: Choice, profile: Profile | None, facts: Facts, now: datetime
) -> bool:
    """Tell whether a choice is over."""
    end = end_of(choice, profile)
    if end is not None and now >= end:
        return True
    ending = _observed_end(choice, profile, facts)
    return ending is not None and now >= ending


def _endings(choice: Choice, office: Office, facts: Facts) -> list[datetime | None]:
    return [_observed_end(choice, office.profiles.get(choice.profile), facts)]


def _observed_end(
    choice: Choice, profile: Profile | None, facts: Facts
) -> datetime | None:
    """Return when what the profile waits for happened after the choice."""
    if profile is None or choice.until is not None:
        return None
    kind = ending_of(choice, profile).kind
    if kind is EndingKind.UNTIL_RETURN:
        absence = facts.absence
        if absence is not None and absence.since >= choice.at:
            return absence.until
    if kind is EndingKind.UNTIL_SESSION_ENDS:
        ended = facts.session_ended
        if ended is not None and ended > choice.at:
            return ended
    return None


def _reason(choice: Choice, profile: Profile | None) -> str:
    if choice.until is not None or profile is None:
        return "chosen"
    return f"chosen_{ending_of(choice, profile).kind.value}"
