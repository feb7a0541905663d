"""Dismissals: automatic claims that a person dismissed are ignored until they end.

What is over is known from the facts:

==============  ==========================================================
occasion        is over
==============  ==========================================================
appointment     at its end; moved, it is the same while its new time
                overlaps the old one
call            when a reading shows no call of its kind
rule            when its entity was seen to leave the rule's states
absence         with the first activity at the PC (lock, idle and a session
                end without activity between them are one absence)
session         when the session at the PC has ended
==============  ==========================================================

and in any case at 04:00 in the person's time zone. A reading that failed, and a
restart, end nothing. *InAMeeting* in Teams during a dismissed appointment belongs to
that appointment.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Final

from ..agenda import Agenda, Entry
from ..datetimes import LATEST, later, local, utc, zone_named
from ..model import Call, Claim, Dismissal, Facts, Occasion, OccasionKind, Person

DAY_ENDS: Final = time(4)
"""When a person's day ends, by the clock in their time zone."""
MOST: Final = 200
"""Dismissals kept of one person; the oldest are dropped first."""


def end_of_day(moment: datetime, person: Person) -> datetime:
    """Return the first 04:00 in the person's time zone after an instant, in UTC."""
    zone = zone_named(person.time_zone) or UTC
    day = local(moment, zone).date()
    try:
        end = utc(datetime.combine(day, DAY_ENDS, zone))
        if end > moment:
            return end
        return utc(datetime.combine(day + timedelta(days=1), DAY_ENDS, zone))
    except OverflowError:
        return LATEST


def dismissal(
    occasion: Occasion, person: Person, at: datetime, by: str | None = None
) -> Dismissal:
    """Return the dismissal of something.

    What begins after ``at`` was set aside ahead of its time: then the day on which it
    begins counts, and one that begins at midnight lasts to the morning after.
    """
    begins = occasion.start if occasion.kind is OccasionKind.APPOINTMENT else None
    if begins is not None and begins > at:
        since = later(begins, timedelta(hours=DAY_ENDS.hour))
        return Dismissal(occasion, at, end_of_day(since, person), by)
    return Dismissal(occasion, at, end_of_day(at, person), by)


def dismissed_by(facts: Facts, claim: Claim, now: datetime) -> Dismissal | None:
    """Return the dismissal because of which a claim does not count now, if any."""
    occasion = claim.occasion
    if occasion is None or not facts.dismissed:
        return None
    for one in facts.dismissed:
        if now < one.until and _is_about(one, occasion, facts):
            return one
    if occasion.meeting:
        return _of_its_appointment(facts, occasion, now)
    return None


def added(
    known: Iterable[Dismissal], new: Iterable[Dismissal]
) -> tuple[Dismissal, ...]:
    """Return dismissals with further ones; what is dismissed already stays as it is."""
    found = {_key(one): one for one in new} | {_key(one): one for one in known}
    kept = sorted(found.values(), key=lambda one: one.at)
    return tuple(kept[-MOST:])


def _key(one: Dismissal) -> Occasion:
    if one.occasion.kind is OccasionKind.APPOINTMENT:
        return one.occasion
    return Occasion(one.occasion.kind, one.occasion.name)


def occasion_of(entry: Entry) -> Occasion:
    """Return what the claim of an appointment is about."""
    return Occasion(
        OccasionKind.APPOINTMENT,
        entry.uid if entry.has_uid else "",
        "" if entry.has_uid else entry.source,
        entry.start,
        entry.end,
    )


def without(
    known: Iterable[Dismissal], occasions: Iterable[Occasion], facts: Facts
) -> tuple[Dismissal, ...]:
    """Return the dismissals without those of the given occasions."""
    gone = tuple(occasions)
    return tuple(
        one for one in known if not any(_is_about(one, other, facts) for other in gone)
    )


def still_dismissed(facts: Facts, now: datetime) -> Facts:
    """Drop the dismissals that are over for good; the same facts if there are none."""
    kept = tuple(
        one for one in facts.dismissed if now < one.until and not _is_over(one, facts)
    )
    return facts if kept == facts.dismissed else replace(facts, dismissed=kept)


# New readings


def with_agenda(facts: Facts, agenda: Agenda) -> Facts:
    """Return the facts with a new agenda, dismissals matched to its appointments.

    A dismissal follows its appointment to another time as long as both overlap. One
    whose appointment is not there (cancelled, or not read) waits for it.
    """
    if agenda == facts.agenda:
        return facts
    return replace(
        facts,
        agenda=agenda,
        dismissed=tuple(_followed(one, agenda) for one in facts.dismissed),
    )


def with_calls(
    facts: Facts, kind: str, calls: tuple[Call, ...], *, read: bool = True
) -> Facts:
    """Return the facts with the calls of one kind; the same object if unchanged.

    ``read``: whether they come from a reading, which ends the dismissal of a call
    that it does not show.
    """
    others = tuple(call for call in facts.calls if call.kind != kind)
    found = (*others, *calls)
    dismissed = facts.dismissed
    if read and not calls:
        dismissed = tuple(
            one
            for one in dismissed
            if (one.occasion.kind, one.occasion.name) != (OccasionKind.CALL, kind)
        )
    if found == facts.calls and dismissed == facts.dismissed:
        return facts
    return replace(facts, calls=found, dismissed=dismissed)


def without_rules(facts: Facts, left: Iterable[str]) -> Facts:
    """End the dismissals of rules whose entities have left their states."""
    names = frozenset(left)
    dismissed = tuple(
        one
        for one in facts.dismissed
        if one.occasion.kind is not OccasionKind.RULE or one.occasion.name not in names
    )
    if dismissed == facts.dismissed:
        return facts
    return replace(facts, dismissed=dismissed)


# Matching occasions


def _is_about(one: Dismissal, occasion: Occasion, facts: Facts) -> bool:
    known = one.occasion
    if (known.kind, known.name) != (occasion.kind, occasion.name):
        return False
    if known.kind is OccasionKind.APPOINTMENT:
        # Its times are kept up with the calendar: see with_agenda.
        return known == occasion
    return not _is_over(one, facts)


def _is_over(one: Dismissal, facts: Facts) -> bool:
    match one.occasion.kind:
        case OccasionKind.ABSENCE:
            absence = facts.absence
            return absence is not None and (
                absence.until is not None or absence.since > one.at
            )
        case OccasionKind.SESSION:
            ended = facts.session_ended
            return ended is not None and ended > one.at
        case _:
            return False


def _followed(one: Dismissal, agenda: Agenda) -> Dismissal:
    known = one.occasion
    if known.kind is not OccasionKind.APPOINTMENT or not known.start or not known.end:
        return one
    start, end = known.start, known.end

    def distance(entry: Entry) -> tuple[bool, bool, float, datetime]:
        shared = min(entry.end, end) - max(entry.start, start)
        same = (entry.start, entry.end) == (start, end)
        return not same, entry.start != start, -shared.total_seconds(), entry.start

    found = min(
        (
            entry
            for entry in agenda.entries
            if entry.has_uid == bool(known.name)
            and (entry.uid == known.name or entry.source == known.calendar)
            and entry.start < end
            and entry.end > start
        ),
        key=distance,
        default=None,
    )
    if found is None or (found.start, found.end) == (start, end):
        return one
    return replace(one, occasion=replace(known, start=found.start, end=found.end))


def _of_its_appointment(
    facts: Facts, occasion: Occasion, now: datetime
) -> Dismissal | None:
    """Return the dismissal of the appointment that a meeting in Teams belongs to.

    Teams reports its end late: until then it belongs to the appointment that ended,
    unless another one runs that counts.
    """
    for one in facts.dismissed:
        start, end = one.occasion.start, one.occasion.end
        if (
            one.occasion.kind is not OccasionKind.APPOINTMENT
            or start is None
            or end is None
            or not start <= now < one.until
        ):
            continue
        if now < end:
            return one
        if occasion.start is not None and occasion.start < end:
            running = {occasion_of(entry) for entry in facts.agenda.running(now)}
            if not running - {d.occasion for d in facts.dismissed if now < d.until}:
                return one
    return None
